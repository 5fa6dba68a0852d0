"""The custody log's tree and checkpoints: read by everyone, and written here only by whoever signs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import NullType

from dems.db.repositories.base import Prepared, Rows, chunks
from dems.db.tables import (
    custody_checkpoints,
    custody_entries,
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

_NOTHING = cast(b"", LargeBinary)

_ID_BYTES = 16
_LENGTH_BYTES = 2

_LEAVES_AT_ONCE = 4_096
"""About a megabyte. Twice as many take longer each: their memory is new every time."""

_CHAIN_AT, _CHAIN_BYTES = 46, 36
"""Where a leaf's canonical form says its chain, counted from 1: a time of fixed length comes before. Its last member is `seq`."""

_PROOFS_AT_ONCE = 200
"""Each needs some twenty hashes, many of which are the same."""


def _bounds(*names: str) -> Iterator[BindParameter[int]]:
    return (bindparam(name, type_=BigInteger) for name in names)


def _nodes() -> Prepared:
    """Asked of a function, since the server's session keeps its plan: planning took half as long as reading.

    One value, in the order of the question, and the question as two texts: rows and arrays of the driver's would take longer.
    """
    levels, places = (
        cast(bindparam(name, type_=NullType()), ARRAY(kind))
        for name, kind in (("levels", SmallInteger), ("places", BigInteger))
    )
    return Prepared(select(func.custody_hashes(levels, places)))


def _ends(after: EntryId | None, upto: EntryId | None) -> tuple[UUID, UUID]:
    """A range of ids, of which the first is not part and the last is."""
    return after or UUID(int=0), upto or UUID(int=(1 << 128) - 1)


def _array(numbers: Iterable[int]) -> str:
    """As PostgreSQL writes an array."""
    return f"{{{str([*numbers])[1:-1]}}}"


def _split(ids: bytes) -> list[bytes]:
    return [ids[at : at + _ID_BYTES] for at in range(0, len(ids), _ID_BYTES)]


def _places() -> Prepared:
    """Ids of the entries at neighbouring places, one after the other: one value, where rows would take longer than hashing."""
    place, start, end = custody_leaves.c.idx, *_bounds("start", "end")
    ids = func.string_agg(func.uuid_send(custody_leaves.c.entry_id), aggregate_order_by(_NOTHING, place))
    return Prepared(select(ids).where(place >= start, place < end))


def _neighbours() -> Prepared:
    """A range of entries in the order of their ids: these one after the other, and the leaves; of `most` entries, not of more."""
    entry, leaf, most = custody_entries.c.id, custody_entries.c.leaf, bindparam("most", type_=BigInteger)
    lowest, highest = (bindparam(name, type_=Uuid) for name in ("lowest", "highest"))
    within = select(entry, leaf).where(entry.between(lowest, highest)).order_by(entry).limit(most).subquery().c
    ids = func.string_agg(func.uuid_send(within.id), aggregate_order_by(_NOTHING, within.id))
    return Prepared(select(ids, func.array_agg(aggregate_order_by(within.leaf, within.id))))


def _entries() -> Prepared:
    """Entries by their ids, one by one, with those as bytes."""
    asked = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).column_valued("asked")
    leaf = select(custody_entries.c.leaf).where(custody_entries.c.id == asked).correlate_except(custody_entries)
    return Prepared(select(func.uuid_send(asked), leaf.scalar_subquery()))


def _rows() -> Prepared:
    """Of each level the hashes one after the other: one plan for all of them."""
    start, end = _bounds("start", "end")
    level = func.generate_series(1, bindparam("height", type_=Integer)).column_valued("asked")
    nodes, shift = custody_nodes.c, cast(level, Integer)
    together = func.string_agg(nodes.hash, aggregate_order_by(_NOTHING, nodes.idx))
    within = nodes.idx >= start.op(">>")(shift), nodes.idx < end.op(">>")(shift)
    hashes = select(together).where(nodes.level == cast(level, SmallInteger), *within).correlate_except(custody_nodes)
    return Prepared(select(level, hashes.scalar_subquery()).order_by(level))


def _hashes(place: Column[int], value: Column[bytes], *more: ColumnElement[bool]) -> Prepared:
    together = func.string_agg(value, aggregate_order_by(_NOTHING, place))
    start, end = _bounds("start", "end")
    return Prepared(select(together).where(place >= start, place < end, *more))


_NODES, _PLACES, _ROWS, _NEIGHBOURS, _ENTRIES = _nodes(), _places(), _rows(), _neighbours(), _entries()
_LEAF_HASHES = _hashes(custody_leaves.c.idx, custody_leaves.c.leaf_hash)
_HASHES = _hashes(
    custody_nodes.c.idx, custody_nodes.c.hash, custody_nodes.c.level == bindparam("level", type_=SmallInteger)
)


class LedgerRows(Rows):
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

    def entry_at(self, index: int) -> EntryId | None:
        found = self._tx.execute(select(custody_leaves.c.entry_id).where(custody_leaves.c.idx == index)).scalar()
        return None if found is None else EntryId(found)

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

    def rows(self, start: int, end: int) -> list[bytes]:
        return [together or b"" for _, together in self._tx.read(_ROWS, start=start, end=end, height=end.bit_length())]

    def leaves(self, start: int, end: int) -> list[bytes]:
        found: list[bytes] = []
        for first in range(start, end, _LEAVES_AT_ONCE):
            found += self._leaves(first, min(first + _LEAVES_AT_ONCE, end))
        return found

    def _leaves(self, start: int, end: int) -> list[bytes]:
        [(places,)] = self._tx.read(_PLACES, start=start, end=end)
        if not places:
            return []
        # Neighbours in the log have neighbouring ids, so they are one range of the index, and almost always in its order.
        lowest, highest = (UUID(bytes=places[at : at + _ID_BYTES]) for at in (0, len(places) - _ID_BYTES))
        [(ids, leaves)] = self._tx.read(_NEIGHBOURS, lowest=lowest, highest=highest, most=2 * (end - start))
        if ids == places:
            return list[bytes](leaves)
        asked, leaf_of = _split(places), dict(zip(_split(ids or b""), leaves or [], strict=True))
        if others := [UUID(bytes=each) for each in asked if each not in leaf_of]:
            leaf_of |= dict(self._tx.read(_ENTRIES, ids=others))
        return [leaf for each in asked if (leaf := leaf_of[each]) is not None]

    def bundle(self, start: int, end: int) -> bytes:
        leaves = self.leaves(start, end)
        return b"".join([(len(leaf) % (1 << 16)).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves])

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

    def kept_elsewhere(self, after: EntryId | None, upto: EntryId | None) -> EntryId | None:
        entry, chain, leaf = custody_entries.c.id, custody_entries.c.chain_id, custody_entries.c.leaf
        lowest, highest = _ends(after, upto)
        seq = cast(custody_entries.c.seq, Text)
        said_chain = func.substring(leaf, _CHAIN_AT, _CHAIN_BYTES)
        said_place = func.substring(leaf, func.octet_length(leaf) - func.length(seq) - 1)
        # Texts without a backslash, which are their own bytes.
        place = cast(literal(":") + seq + literal("}"), LargeBinary)
        other = or_(said_chain != cast(cast(chain, Text), LargeBinary), said_place != place)
        within = select(entry).where(entry > lowest, entry <= highest, other)
        found = self._tx.execute(within.order_by(entry).limit(1)).scalar()
        return None if found is None else EntryId(found)

    def unlogged(self, after: EntryId | None, upto: EntryId | None) -> EntryId | None:
        found = self._tx.execute(select(func.custody_unlogged(*_ends(after, upto)))).scalar()
        return None if found is None else EntryId(found)

    def report(self, report: LedgerReport) -> None:
        values = {"at": report.at, "held": report.held, "detail": report.detail, "figures": dict(report.figures)}
        statement = upsert(ledger_reports).values(name=report.name, **values)
        self._tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))

    def reports(self) -> Mapping[str, LedgerReport]:
        rows = self._tx.execute(select(ledger_reports))
        return {r.name: LedgerReport(r.name, r.at, r.held, r.detail, r.figures) for r in rows}

    def _heads(self, statement: Select[tuple[object, ...]]) -> list[TreeHead]:
        return [TreeHead(r.size, bytes(r.root), r.at) for r in self._tx.execute(statement)]

    def _signed(self, statement: Select[tuple[object, ...]]) -> list[SignedCheckpoint]:
        return [
            SignedCheckpoint(r.size, bytes(r.root), bytes(r.note), r.vkey, r.at) for r in self._tx.execute(statement)
        ]
