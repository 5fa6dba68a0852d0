"""What is announced to people: that files of an invitation arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, insert, or_, select, update

from dems.db.repositories.base import Rows, paged
from dems.db.repositories.known_cases import known_to
from dems.db.tables import announcements, case_grants, cases, invitations, people
from dems.model.ids import CaseId, IntakeId, InvitationId, PersonId, new_id
from dems.model.invitations import Announcement, Invitation, Sent
from dems.model.people import CaseRole, Person
from dems.model.times import london_date
from dems.ports import Page


def _to_announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        row.id,
        row.at,
        CaseId(row.case_id),
        IntakeId(row.intake_id),
        InvitationId(row.invitation_id),
        row.recipient,
        Sent(row.files, row.bytes),
        row.revoked_at if row.revoked_at is not None and row.begun_at >= row.revoked_at else None,
    )


class AnnouncementRows(Rows):
    def audience(self, invitation: Invitation) -> list[PersonId]:
        today = london_date(self._tx.clock())
        leads = and_(
            case_grants.c.case_id == invitation.case_id,
            case_grants.c.person_id == people.c.id,
            case_grants.c.kind == "role",
            case_grants.c.name == CaseRole.LEAD_INVESTIGATOR.value,
            case_grants.c.ended_at.is_(None),
            case_grants.c.starts_on <= today,
            or_(case_grants.c.ends_on.is_(None), case_grants.c.ends_on >= today),
        )
        concerned = or_(people.c.id == invitation.created_by, exists().where(leads))
        statement = select(people.c.id).where(people.c.active, concerned).order_by(people.c.id)
        return [PersonId(r.id) for r in self._tx.execute(statement)]

    def received(
        self, invitation: Invitation, person_id: PersonId, sent: Sent, at: datetime, together: timedelta
    ) -> None:
        told = announcements
        unseen = (told.c.invitation_id == invitation.id, told.c.person_id == person_id, told.c.seen_at.is_(None))
        newest = select(told.c.id).where(*unseen).order_by(told.c.id.desc()).limit(1).scalar_subquery()
        # Asked once more of the row itself: it may have been seen while this waited for it.
        fresh = [told.c.id == newest, told.c.seen_at.is_(None), told.c.begun_at > at - together]
        if invitation.revoked_at is not None:
            fresh.append(told.c.begun_at >= invitation.revoked_at)
        more = {"files": told.c.files + sent.files, "bytes": told.c.bytes + sent.bytes, "at": at}
        if self._tx.execute(update(told).where(*fresh).values(more)).rowcount == 0:
            self._tx.execute(
                insert(told).values(
                    id=new_id(),
                    person_id=person_id,
                    invitation_id=invitation.id,
                    begun_at=at,
                    at=at,
                    files=sent.files,
                    bytes=sent.bytes,
                )
            )

    def page(self, viewers: Sequence[Person], of: PersonId, page: Page) -> list[Announcement]:
        statement = (
            select(
                announcements,
                invitations.c.case_id,
                invitations.c.intake_id,
                invitations.c.recipient,
                invitations.c.revoked_at,
            )
            .join(invitations, invitations.c.id == announcements.c.invitation_id)
            .join(cases, cases.c.id == invitations.c.case_id)
            .where(announcements.c.person_id == of)
        )
        for viewer in viewers:
            statement = known_to(viewer, statement, london_date(self._tx.clock()))
        return [_to_announcement(r) for r in self._tx.execute(paged(statement, announcements.c.id, page))]

    def seen(self, ids: Sequence[UUID], at: datetime) -> None:
        unseen = (announcements.c.id.in_(ids), announcements.c.seen_at.is_(None))
        self._tx.execute(update(announcements).where(*unseen).values(seen_at=at))
