"""Repositories of invitations and of what is announced to people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from dems.model.ids import CaseId, EvidenceId, IntakeId, InvitationId, PersonId
from dems.model.invitations import Announcement, Invitation, Progress, Sent
from dems.model.people import Person
from dems.ports.values import Page


class Invitations(Protocol):
    def add(self, invitation: Invitation) -> None: ...
    def get(self, invitation_id: InvitationId, *, for_update: bool = False) -> Invitation:
        """Raises `NotFound`."""
        ...

    def of_intake(self, intake_id: IntakeId, *, keep_as_is: bool = False) -> Invitation | None:
        """`keep_as_is` keeps it from being withdrawn until the transaction ends, and lets others do the same."""
        ...

    def of_intakes(self, intake_ids: Sequence[IntakeId]) -> list[Invitation]:
        """Those of these intakes that are an invitation's, in the order of their ids."""
        ...

    def revoke(self, invitation_id: InvitationId, at: datetime) -> None: ...
    def page(self, case_id: CaseId, page: Page) -> list[Invitation]: ...
    def sent(self, intake_id: IntakeId) -> Sent:
        """What was declared so far, and what may lie in the store of uploads that ended; exact while the caller holds the intake's row."""
        ...

    def begun(self, evidence_id: EvidenceId) -> int:
        """How many uploads an item has had."""
        ...

    def progress(self, intake_ids: Sequence[IntakeId]) -> Mapping[IntakeId, Progress]:
        """How each of them stands, in as many queries as for one."""
        ...


class Announcements(Protocol):
    def audience(self, invitation: Invitation) -> list[PersonId]:
        """Who is told: whoever made it and who leads the case, while they are active; in the order of their ids."""
        ...

    def received(
        self, invitation: Invitation, person_id: PersonId, sent: Sent, at: datetime, together: timedelta
    ) -> None:
        """Add to what the person has not seen and was begun within `together`, or begin another announcement.

        What comes after the invitation was withdrawn is never added to what came before.
        """
        ...

    def page(self, viewers: Sequence[Person], of: PersonId, page: Page) -> list[Announcement]:
        """Of cases that every viewer may know of, oldest first."""
        ...

    def seen(self, ids: Sequence[UUID], at: datetime) -> None: ...
