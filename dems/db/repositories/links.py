"""Links that people gave to others."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update

from dems.db.repositories.base import Rows
from dems.db.repositories.invitations import to_invitation
from dems.db.tables import intake_tokens, invitations, upload_tokens
from dems.model.ids import PersonId
from dems.model.invitations import Invitation
from dems.model.people import Links


def _live(tokens: Table, person_id: PersonId, at: datetime) -> ColumnElement[bool]:
    theirs = or_(tokens.c.person_id == person_id, tokens.c.on_behalf_of == person_id)
    return and_(theirs, tokens.c.revoked_at.is_(None), tokens.c.expires_at > at)


class LinkRows(Rows):
    def live(self, person_id: PersonId, at: datetime) -> Links:
        invited = invitations.c.id.is_not(None)
        given = (
            select(
                func.count().filter(and_(invited, invitations.c.revoked_at.is_(None))).label("invitations"),
                func.count().filter(~invited).label("intakes"),
            )
            .select_from(intake_tokens.outerjoin(invitations, invitations.c.intake_id == intake_tokens.c.intake_id))
            .where(_live(intake_tokens, person_id, at))
        )
        row = self._tx.execute(given).one()
        uploads = select(func.count()).select_from(upload_tokens).where(_live(upload_tokens, person_id, at))
        return Links(row.invitations, row.intakes, int(self._tx.execute(uploads).scalar_one()))

    def invitations(self, person_id: PersonId, at: datetime) -> Sequence[Invitation]:
        given = select(intake_tokens.c.intake_id).where(_live(intake_tokens, person_id, at))
        statement = (
            select(invitations)
            .where(invitations.c.revoked_at.is_(None), invitations.c.intake_id.in_(given))
            .order_by(invitations.c.id)
            .with_for_update()
        )
        return [to_invitation(r) for r in self._tx.execute(statement)]

    def end(self, person_id: PersonId, at: datetime) -> None:
        for tokens in (intake_tokens, upload_tokens):
            self._tx.execute(update(tokens).where(_live(tokens, person_id, at)).values(revoked_at=at))
