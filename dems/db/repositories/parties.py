"""The persons a case is about or with."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, paged_within
from dems.db.tables import parties
from dems.errors import AlreadyExists, NotFound
from dems.model.ids import CaseId, PartyId
from dems.model.life.parties import Party
from dems.ports import Page


class PartyRows(Rows):
    def add(self, party: Party) -> None:
        statement = upsert(parties).values(
            id=party.id,
            case_id=party.case_id,
            name=party.name,
            contact=party.contact,
            reference=party.reference,
            added_at=party.added_at,
            version=party.version,
        )
        if self._tx.execute(statement.on_conflict_do_nothing().returning(parties.c.id)).first() is None:
            raise AlreadyExists("This case has a party with this reference already: use that one.", field="reference")

    def get(self, case_id: CaseId, party_id: PartyId, *, for_update: bool = False) -> Party:
        statement = select(parties).where(parties.c.id == party_id, parties.c.case_id == case_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("party")
        return _to_party(row)

    def save(self, party: Party) -> None:
        changed = {"name": party.name, "contact": party.contact, "version": party.version}
        self._tx.execute(update(parties).where(parties.c.id == party.id).values(**changed))

    def page(self, case_id: CaseId, page: Page) -> list[Party]:
        statement = paged_within(select(parties), parties.c.case_id, case_id, parties.c.id, page)
        return [_to_party(r) for r in self._tx.execute(statement)]

    def some(self, case_id: CaseId, party_ids: Collection[PartyId]) -> list[Party]:
        if not party_ids:
            return []
        wanted = literal(sorted(party_ids), ARRAY(UUID))
        statement = select(parties).where(parties.c.case_id == case_id, parties.c.id == any_(wanted))
        return [_to_party(r) for r in self._tx.execute(statement.order_by(parties.c.id))]

    def by_reference(self, case_id: CaseId, references: Collection[str]) -> list[Party]:
        if not references:
            return []
        wanted = literal(sorted(references), ARRAY(TEXT))
        statement = select(parties).where(parties.c.case_id == case_id, parties.c.reference == any_(wanted))
        return [_to_party(r) for r in self._tx.execute(statement.order_by(parties.c.id))]


def _to_party(row: Row[Any]) -> Party:
    return Party(PartyId(row.id), CaseId(row.case_id), row.name, row.contact, row.reference, row.added_at, row.version)
