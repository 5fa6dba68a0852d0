"""The custody chains. Entries are collected during the transaction and written in one go before it commits."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, Runner, paged_within
from dems.db.tables import custody_chains, custody_details, custody_entries, custody_queue
from dems.errors import NotFound
from dems.ledger.canonical import canonical
from dems.ledger.entry import NONCE_BYTES, leaf_hash, next_leaf
from dems.model.acts import Act
from dems.model.custody import Authority, ChainOf, Record
from dems.model.ids import CaseId, EntryId, EvidenceId, new_id
from dems.ports import CustodyRow, Page


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
        canonical(record.facts)  # a fact that cannot be written down is a bug of the use case: raise it there
        self.pending.append(record)
        return record.id

    def write(self) -> None:
        """Write what is pending: chains in one order for everyone, each locked until the transaction ends."""
        by_chain: dict[ChainOf, list[Record]] = {}
        for record in self.pending:
            by_chain.setdefault(record.chain, []).append(record)
        heads = {chain: self._chain_id(chain) for chain in sorted(by_chain)}
        entries: list[dict[str, Any]] = []
        details: list[dict[str, Any]] = []
        for chain, chain_id in sorted(heads.items(), key=lambda item: item[1]):
            self._tx.execute(select(func.pg_advisory_xact_lock(_lock_key(chain_id))))
            leaf = self._last_leaf(chain_id)
            for record in by_chain[chain]:
                leaf = self._add(record, chain_id, leaf, self._tx.clock(), entries, details)
        if entries:
            self._tx.execute(insert(custody_entries), entries)
            self._tx.execute(insert(custody_details), details)
            self._tx.execute(insert(custody_queue), [{"entry_id": e["id"]} for e in entries])

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

    def _chain_id(self, chain: ChainOf) -> UUID:
        found = self._find(chain)
        if found is not None:
            return found
        values = {"id": uuid4(), "kind": chain.kind.value, "subject": chain.subject, "begun_at": self._tx.clock()}
        made = self._tx.execute(
            upsert(custody_chains).values(values).on_conflict_do_nothing().returning(custody_chains.c.id)
        )
        row = made.first()
        chain_id = row.id if row is not None else self._find(chain)
        if chain_id is None:
            raise RuntimeError("a chain was neither made nor found")
        return UUID(str(chain_id))

    def _find(self, chain: ChainOf) -> UUID | None:
        statement = select(custody_chains.c.id).where(
            custody_chains.c.kind == chain.kind.value, custody_chains.c.subject == chain.subject
        )
        found = self._tx.execute(statement).scalar()
        return None if found is None else UUID(str(found))

    def _last_leaf(self, chain_id: UUID) -> bytes | None:
        statement = select(custody_entries.c.leaf).where(custody_entries.c.chain_id == chain_id)
        leaf = self._tx.execute(statement.order_by(custody_entries.c.seq.desc()).limit(1)).scalar()
        return None if leaf is None else bytes(leaf)

    def chain(self, chain: ChainOf, page: Page) -> list[CustodyRow]:
        chain_id = self._find(chain)
        if chain_id is None:
            return []
        statement = _entries().where(custody_entries.c.chain_id == chain_id)
        if page.after is not None:
            place = select(custody_entries.c.seq).where(custody_entries.c.id == page.after).scalar_subquery()
            statement = statement.where(custody_entries.c.seq > place)
        return [_to_row(r) for r in self._tx.execute(statement.order_by(custody_entries.c.seq).limit(page.limit))]

    def of_case(self, case_id: CaseId, page: Page) -> list[CustodyRow]:
        # The page is cut first and its entries looked up then: never a join of everything, whatever the planner believes.
        details = select(custody_details)
        details = paged_within(details, custody_details.c.case_id, case_id, custody_details.c.entry_id, page)
        cut = details.subquery()
        statement = select(custody_entries, cut.c.nonce, cut.c.detail).join(cut, cut.c.entry_id == custody_entries.c.id)
        return [_to_row(r) for r in self._tx.execute(statement.order_by(cut.c.entry_id))]

    def get(self, entry_id: EntryId) -> tuple[CustodyRow, CaseId | None]:
        statement = _entries().add_columns(custody_details.c.case_id).where(custody_entries.c.id == entry_id)
        row = self._tx.execute(statement).first()
        if row is None:
            raise NotFound
        return _to_row(row), row.case_id


def _lock_key(chain_id: UUID) -> int:
    """63 bits of a random id: two chains that share a key only wait for each other."""
    return chain_id.int >> 65


def _entries() -> Select[Any]:
    return select(custody_entries, custody_details.c.nonce, custody_details.c.detail).outerjoin(
        custody_details, custody_details.c.entry_id == custody_entries.c.id
    )


def _to_row(row: Row[Any]) -> CustodyRow:
    return CustodyRow(
        EntryId(row.id),
        row.chain_id,
        row.seq,
        row.at,
        bytes(row.leaf),
        bytes(row.leaf_hash),
        None if row.nonce is None else bytes(row.nonce),
        None if row.detail is None else bytes(row.detail),
    )
