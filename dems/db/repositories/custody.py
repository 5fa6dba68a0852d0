"""The custody chains. Entries are collected during the transaction and written in one go before it commits."""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, Runner, any_page_within, chunks, within
from dems.db.tables import (
    approvals,
    custody_chains,
    custody_destroyed,
    custody_details,
    custody_entries,
    custody_leaves,
)
from dems.errors import NotFound
from dems.ledger.canonical import canonical
from dems.ledger.entry import NONCE_BYTES, leaf_hash, next_leaf
from dems.model.acts import Act
from dems.model.custody import MOST_FACTS_BYTES, Authority, ChainKind, ChainOf, Record
from dems.model.events import makes_events, told_by_others
from dems.model.ids import CaseId, EntryId, EvidenceId, new_id
from dems.ports import CustodyRow, Destroyed, Page


class CustodyRows(Rows):
    def __init__(self, tx: Runner) -> None:
        super().__init__(tx)
        self.pending: list[Record] = []

    def append(
        self,
        authority: Authority,
        chain: ChainOf,
        *,
        act: Act | None = None,
        case_id: CaseId | None = None,
        evidence_id: EvidenceId | None = None,
        reason: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> EntryId:
        record = Record(
            EntryId(new_id()), chain, authority, act or authority.act, case_id, evidence_id, reason, dict(facts or {})
        )
        if not makes_events(record.act):
            raise ValueError(f"{record.act.value} only looks, and is noted: entries say what was done")
        # A fact that cannot be written down, or not in one entry, is a bug of the use case: raise it there.
        size = len(canonical(record.facts)) + len(canonical(reason))
        if size > MOST_FACTS_BYTES:
            raise ValueError(f"{record.act.value}: {size} bytes of facts and reason belong into several entries")
        self.pending.append(record)
        return record.id

    def write(self) -> None:
        """Write what is pending: chains in one order for everyone, each locked until the transaction ends."""
        by_chain: dict[ChainOf, list[Record]] = {}
        for record in self.pending:
            by_chain.setdefault(record.chain, []).append(record)
        heads, begun = self._chain_ids(sorted(by_chain))
        # A chain that this transaction began is seen by nobody else: it needs no lock, and has no entry yet.
        known = sorted(chain_id for chain, chain_id in heads.items() if chain not in begun)
        self._lock(known)
        leaves = self._last_leaves(known)
        told_by = told_by_others(self.pending)
        entries: list[dict[str, Any]] = []
        details: list[dict[str, Any]] = []
        for chain, records in by_chain.items():
            chain_id = heads[chain]
            leaf = leaves.get(chain_id)
            for record in records:
                leaf = self._add(record, chain_id, leaf, self._tx.clock(), entries, details)
                entries[-1]["told_by"] = told_by.get(record.id)
        if entries:
            # The database queues them for the log.
            self._tx.execute(insert(custody_entries), entries)
            self._tx.execute(insert(custody_details), details)

    def _add(
        self,
        record: Record,
        chain_id: UUID,
        previous: bytes | None,
        at: datetime,
        entries: list[dict[str, Any]],
        details: list[dict[str, Any]],
    ) -> bytes:
        detail, nonce = canonical(record.detail(at)), os.urandom(NONCE_BYTES)
        leaf = next_leaf(chain_id, previous, at=at, nonce=nonce, detail=detail)
        body = leaf.to_bytes()
        entries.append(
            {
                "id": record.id,
                "chain_id": chain_id,
                "seq": leaf.seq,
                "at": at,
                "leaf": body,
                "leaf_hash": leaf_hash(body),
            }
        )
        human = record.authority.actor.human
        details.append(
            {
                "entry_id": record.id,
                "nonce": nonce,
                "detail": detail,
                "act": record.act.value,
                "case_id": record.case_id,
                "evidence_id": record.evidence_id,
                "person_id": None if human is None else human.id,
            }
        )
        return body

    def _chain_ids(self, chains: Sequence[ChainOf]) -> tuple[dict[ChainOf, UUID], set[ChainOf]]:
        """The id of each chain, and which of them this transaction has begun."""
        found = self._found(chains)
        lacking = [c for c in chains if c not in found]
        if not lacking:
            return found, set()
        rows = [
            {"id": uuid4(), "kind": c.kind.value, "subject": c.subject, "begun_at": self._tx.clock()} for c in lacking
        ]
        # Whoever else begins one of them right now is waited for; then theirs is found below and is not ours.
        self._tx.execute(upsert(custody_chains).on_conflict_do_nothing(), rows)
        found |= self._found(lacking)
        ours = {c for c, row in zip(lacking, rows, strict=True) if found.get(c) == row["id"]}
        if len(found) != len(chains):
            raise RuntimeError("a chain was neither made nor found")
        return found, ours

    def _found(self, chains: Sequence[ChainOf]) -> dict[ChainOf, UUID]:
        found: dict[ChainOf, UUID] = {}
        for kind in {c.kind for c in chains}:
            for some in chunks([c.subject for c in chains if c.kind is kind]):
                statement = select(custody_chains.c.id, custody_chains.c.subject).where(
                    custody_chains.c.kind == kind.value, custody_chains.c.subject.in_(some)
                )
                found |= {ChainOf(kind, UUID(str(r.subject))): UUID(str(r.id)) for r in self._tx.execute(statement)}
        return found

    def _find(self, chain: ChainOf) -> UUID | None:
        return self._found([chain]).get(chain)

    def _lock(self, chain_ids: Sequence[UUID]) -> None:
        """In one order for everyone, until the transaction ends."""
        for some in chunks(sorted(_lock_key(c) for c in chain_ids)):
            key = func.unnest(cast(list(some), ARRAY(BigInteger))).column_valued("key")
            self._tx.execute(select(func.count(func.pg_advisory_xact_lock(key)).label("locked")))

    def _last_leaves(self, chain_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        leaves: dict[UUID, bytes] = {}
        for some in chunks(chain_ids):
            chain = func.unnest(cast(list(some), ARRAY(Uuid))).column_valued("chain")
            last = (
                select(custody_entries.c.leaf)
                .where(custody_entries.c.chain_id == chain)
                .order_by(custody_entries.c.seq.desc())
                .limit(1)
                .lateral("last")
            )
            rows = self._tx.execute(select(chain.label("id"), last.c.leaf).join(last, true()))
            leaves |= {UUID(str(r.id)): bytes(r.leaf) for r in rows}
        return leaves

    def chain(
        self, chain: ChainOf, page: Page, *, acts: Collection[Act] | None = None, behind: int = 0
    ) -> list[CustodyRow]:
        chain_id = self._find(chain)
        if chain_id is None:
            return []
        statement = _entries().where(custody_entries.c.chain_id == chain_id, custody_entries.c.seq > behind)
        if acts is not None:
            statement = statement.where(custody_details.c.act.in_(sorted(a.value for a in acts)))
        if page.after is not None:
            place = select(custody_entries.c.seq).where(custody_entries.c.id == page.after).scalar_subquery()
            statement = statement.where(custody_entries.c.seq > place)
        return [to_row(r) for r in self._tx.execute(statement.order_by(custody_entries.c.seq).limit(page.limit))]

    def without_detail(self, after: Mapping[ChainOf, int], acts: Collection[Act]) -> Mapping[ChainOf, list[int]]:
        found = self._found(list(after))
        self._lock(list(found.values()))
        entry, said, closed = custody_entries.c, custody_details.c.act, {i: list[int]() for i in found.values()}
        ids, places = cast([*closed], ARRAY(Uuid)), cast([after[chain] for chain in found], ARRAY(BigInteger))
        at = func.unnest(ids, places).table_valued("chain", "place").render_derived(name="at").c
        rows = select(entry.chain_id, entry.seq).where(entry.chain_id == cast(at.chain, Uuid), entry.seq > at.place)
        rows = rows.outerjoin_from(custody_entries, custody_details, custody_details.c.entry_id == entry.id)
        for row in self._tx.execute(rows.where(said.is_(None) | said.in_([a.value for a in acts])).order_by(entry.seq)):
            closed[UUID(str(row.chain_id))].append(row.seq)
        return {chain: closed[chain_id] for chain, chain_id in found.items()}

    def lengths(self, chains: Sequence[ChainOf]) -> Mapping[ChainOf, int]:
        ids = {chain_id: chain for chain, chain_id in self._found(chains).items()}
        lengths: dict[ChainOf, int] = {}
        for some in chunks(list(ids)):
            last = func.max(custody_entries.c.seq).label("last")
            statement = select(custody_entries.c.chain_id, last).where(custody_entries.c.chain_id.in_(some))
            for row in self._tx.execute(statement.group_by(custody_entries.c.chain_id)):
                lengths[ids[UUID(str(row.chain_id))]] = row.last
        return lengths

    def recorded(self, case_id: CaseId) -> int:
        there, gone = (
            select(func.count()).select_from(t).where(t.c.case_id == case_id).scalar_subquery()
            for t in (custody_details, custody_destroyed)
        )
        return int(self._tx.execute(select(there + gone)).scalar_one())

    def of_case(self, case_id: CaseId, page: Page) -> list[CustodyRow]:
        return [to_row(r) for r in self._tx.execute(_PAGE_OF_CASE, within(case_id, page)).all()]

    def get(self, entry_id: EntryId) -> tuple[CustodyRow, CaseId | None]:
        case_id = func.coalesce(custody_details.c.case_id, custody_destroyed.c.case_id).label("case_id")
        statement = _entries().add_columns(case_id).where(custody_entries.c.id == entry_id)
        row = self._tx.execute(statement).first()
        if row is None:
            raise NotFound
        return to_row(row), row.case_id

    def whose(self, chain_id: UUID) -> ChainOf:
        row = self._tx.execute(select(custody_chains).where(custody_chains.c.id == chain_id)).first()
        if row is None:
            raise NotFound("chain")
        return ChainOf(ChainKind(row.kind), row.subject)


def _lock_key(chain_id: UUID) -> int:
    """63 bits of a random id: two chains that share a key only wait for each other."""
    return chain_id.int >> 65


def _entries() -> Select[Any]:
    statement = select(custody_entries, custody_details.c.nonce, custody_details.c.detail, custody_leaves.c.idx)
    statement = statement.outerjoin(custody_details, custody_details.c.entry_id == custody_entries.c.id)
    statement = statement.outerjoin(custody_leaves, custody_leaves.c.entry_id == custody_entries.c.id)
    return with_destroyed(statement, custody_entries.c.id)


def with_destroyed(statement: Select[Any], entry_id: ColumnElement[Any]) -> Select[Any]:
    """With what `to_row` says of entries whose details were destroyed."""
    columns = (
        custody_destroyed.c.approval_id.label("destroyed_approval"),
        approvals.c.confirmed_at.label("destroyed_at"),
        approvals.c.asked_name.label("destroyed_asked"),
        approvals.c.confirmed_name.label("destroyed_confirmed"),
    )
    joined = statement.add_columns(*columns).outerjoin(custody_destroyed, custody_destroyed.c.entry_id == entry_id)
    return joined.outerjoin(approvals, approvals.c.id == custody_destroyed.c.approval_id)


def _page_of_case() -> Select[Any]:
    """The page is cut first and its entries looked up then: never a join of everything, whatever the planner believes."""
    found = [
        any_page_within(select(t.c.case_id, t.c.entry_id), t.c.case_id, t.c.entry_id).subquery()
        for t in (custody_details, custody_destroyed)
    ]
    both = union_all(*(select(each.c.entry_id) for each in found)).subquery()
    cut = select(both).order_by(both.c.entry_id).limit(bindparam("limit", type_=Integer)).subquery()
    return _entries().join(cut, cut.c.entry_id == custody_entries.c.id).order_by(cut.c.entry_id)


_PAGE_OF_CASE = _page_of_case()
"""Put together once: that takes longer than asking it."""


def to_row(row: Row[Any]) -> CustodyRow:
    gone = row.destroyed_approval
    return CustodyRow(
        EntryId(row.id),
        row.chain_id,
        row.seq,
        row.at,
        row.leaf,
        row.leaf_hash,
        row.nonce,
        row.detail,
        row.idx,
        None if gone is None else Destroyed(row.destroyed_at, gone, row.destroyed_asked, row.destroyed_confirmed),
    )
