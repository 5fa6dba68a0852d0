"""The custody log's tree and checkpoints: read by everyone, and written here only by whoever signs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Select,
    SmallInteger,
    Uuid,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import NullType

from dems.db.repositories.base import Prepared, chunks
from dems.db.repositories.log_stretches import NOTHING, LogStretches, bounds
from dems.db.tables import (
    custody_checkpoints,
    custody_leaves,
    custody_nodes,
    custody_queue,
    custody_signed,
    ledger_reports,
)
from dems.ledger.nodes import Node
from dems.ledger.proofs import consistency_proof, inclusion_proofs
from dems.model.ids import EntryId
from dems.ports.ledger import LedgerReport, SignedCheckpoint, TreeHead

_PROOFS_AT_ONCE = 200
"""Each needs some twenty hashes, many of which are the same."""


def _nodes() -> Prepared:
    """Asked of a function, since the server's session keeps its plan: planning took half as long as reading.

    One value, in the order of the question, and the question as two texts: rows and arrays of the driver's would take longer.
    """
    levels, places = (
        cast(bindparam(name, type_=NullType()), ARRAY(kind))
        for name, kind in (("levels", SmallInteger), ("places", BigInteger))
    )
    return Prepared(select(func.custody_hashes(levels, places)))


def _array(numbers: Iterable[int]) -> str:
    """As PostgreSQL writes an array."""
    return f"{{{str([*numbers])[1:-1]}}}"


def _hashes(place: Column[int], value: Column[bytes], *more: ColumnElement[bool]) -> Prepared:
    together = func.string_agg(value, aggregate_order_by(NOTHING, place))
    start, end = bounds("start", "end")
    return Prepared(select(together).where(place >= start, place < end, *more))


_NODES = _nodes()
_LEAF_HASHES = _hashes(custody_leaves.c.idx, custody_leaves.c.leaf_hash)
_HASHES = _hashes(
    custody_nodes.c.idx, custody_nodes.c.hash, custody_nodes.c.level == bindparam("level", type_=SmallInteger)
)


class LedgerRows(LogStretches):
    """See `dems.ports.ledger.Ledger`."""

    def head(self) -> TreeHead | None:
        found = self._heads(select(custody_checkpoints).order_by(custody_checkpoints.c.size.desc()).limit(1))
        return found[0] if found else None

    def heads(self, after: int, limit: int) -> list[TreeHead]:
        larger = select(custody_checkpoints).where(custody_checkpoints.c.size > after)
        return self._heads(larger.order_by(custody_checkpoints.c.size).limit(limit))

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        found = self._signed(select(custody_signed).order_by(custody_signed.c.size.desc()).limit(1))
        return found[0] if found else None

    def signed(self, after: int, limit: int) -> list[SignedCheckpoint]:
        larger = select(custody_signed).where(custody_signed.c.size > after)
        return self._signed(larger.order_by(custody_signed.c.size).limit(limit))

    def indexes_of(self, entry_ids: Sequence[EntryId]) -> Mapping[EntryId, int]:
        found: dict[EntryId, int] = {}
        for some in chunks(entry_ids):
            entry = func.unnest(cast(list(some), ARRAY(Uuid))).column_valued("entry")
            statement = select(custody_leaves.c.entry_id, custody_leaves.c.idx).where(
                custody_leaves.c.entry_id == entry
            )
            rows = self._tx.execute(statement)
            found |= {EntryId(UUID(str(r.entry_id))): r.idx for r in rows}
        return found

    def inclusions(self, indexes: Sequence[int], size: int) -> Mapping[int, list[bytes]]:
        found: dict[int, list[bytes]] = {}
        for start in range(0, len(indexes), _PROOFS_AT_ONCE):
            found |= inclusion_proofs(indexes[start : start + _PROOFS_AT_ONCE], size, self.read)
        return found

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, self.read) if old else []

    def read(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        if not nodes:
            return {}
        levels, places = zip(*nodes, strict=True)
        [(found,)] = self._tx.read(_NODES, levels=_array(levels), places=_array(places))
        return {node: value for node, value in zip(nodes, found, strict=True) if value is not None}

    def hashes(self, level: int, start: int, end: int) -> bytes:
        prepared = _HASHES if level else _LEAF_HASHES
        given = {"level": level} if level else {}
        [(together,)] = self._tx.read(prepared, start=start, end=end, **given)
        return together or b""

    def add_signed(self, checkpoint: SignedCheckpoint) -> None:
        row = {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "note": checkpoint.note,
            "vkey": checkpoint.vkey,
            "at": checkpoint.at,
        }
        self._tx.execute(upsert(custody_signed).values(row).on_conflict_do_nothing())

    def waiting(self) -> tuple[int, float]:
        # The oldest has the smallest id, and a UUIDv7 begins with the milliseconds at which it was made.
        count = self._tx.execute(select(func.count()).select_from(custody_queue)).scalar_one()
        oldest = self._tx.execute(select(custody_queue.c.entry_id).order_by(custody_queue.c.entry_id).limit(1)).scalar()
        if oldest is None:
            return 0, 0.0
        made = datetime.fromtimestamp((oldest.int >> 80) / 1000, UTC)
        return count, max(0.0, (self._tx.clock() - made).total_seconds())

    def report(self, report: LedgerReport) -> None:
        values = {"at": report.at, "held": report.held, "detail": report.detail, "figures": dict(report.figures)}
        statement = upsert(ledger_reports).values(name=report.name, **values)
        self._tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))

    def reports(self) -> Mapping[str, LedgerReport]:
        rows = self._tx.execute(select(ledger_reports))
        return {r.name: LedgerReport(r.name, r.at, r.held, r.detail, r.figures) for r in rows}

    def _heads(self, statement: Select[tuple[object, ...]]) -> list[TreeHead]:
        # Who has the whole database can also take the values away; that is told in words like any other.
        rows = self._tx.execute(statement)
        return [TreeHead(r.size, bytes(r.root or b""), bytes(r.frontier or b""), r.at) for r in rows]

    def _signed(self, statement: Select[tuple[object, ...]]) -> list[SignedCheckpoint]:
        return [
            SignedCheckpoint(r.size, bytes(r.root or b""), bytes(r.note or b""), r.vkey, r.at)
            for r in self._tx.execute(statement)
        ]
