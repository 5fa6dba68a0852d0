"""Grants to read one item's bytes."""

from sqlalchemy import insert, select

from dems.db.repositories.base import Rows
from dems.db.tables import access_grants
from dems.errors import NotFound
from dems.model.ids import EvidenceId, GrantId, PersonId
from dems.model.verification import AccessGrant


class AccessGrantRows(Rows):
    def add(self, grant: AccessGrant) -> None:
        self._tx.execute(
            insert(access_grants).values(
                id=grant.id,
                evidence_id=grant.evidence_id,
                person_id=grant.person_id,
                on_behalf_of=grant.on_behalf_of,
                purpose=grant.purpose,
                reason=grant.reason,
                created_at=grant.created_at,
                expires_at=grant.expires_at,
            )
        )

    def get(self, grant_id: GrantId) -> AccessGrant:
        row = self._tx.execute(select(access_grants).where(access_grants.c.id == grant_id)).first()
        if row is None:
            raise NotFound("grant")
        return AccessGrant(
            GrantId(row.id),
            EvidenceId(row.evidence_id),
            PersonId(row.person_id),
            row.on_behalf_of,
            row.purpose,
            row.reason,
            row.created_at,
            row.expires_at,
        )
