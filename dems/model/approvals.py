"""Approvals: acts that one person asks for and another agrees to. What both may do, neither does alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from dems.errors import SecondPersonNeeded, WrongState
from dems.model.acts import Act
from dems.model.ids import ApprovalId, CaseId, PersonId
from dems.model.people import Person

LASTS = timedelta(days=7)
"""From asking to the last moment at which somebody may agree: who asks later has the matter looked at anew."""


class ApprovalState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    """Somebody else agreed, and it was done in the same moment."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """That `asked_by` wants `act` done to `subject`; names are those of the moment of asking and of agreeing."""

    id: ApprovalId
    act: Act
    subject: UUID
    case_id: CaseId
    reason: str
    asked_by: PersonId
    asked_name: str
    asked_at: datetime
    expires_at: datetime
    confirmed_by: PersonId | None = None
    confirmed_name: str | None = None
    confirmed_at: datetime | None = None

    def state(self, at: datetime) -> ApprovalState:
        """What has become of it by this time."""
        if self.confirmed_at is not None:
            return ApprovalState.CONFIRMED
        return ApprovalState.WAITING if at < self.expires_at else ApprovalState.EXPIRED

    def confirmed(self, by: Person, at: datetime) -> "Approval":
        """The same, agreed to by a second person. Raises `WrongState`, `SecondPersonNeeded`."""
        state = self.state(at)
        if state is ApprovalState.CONFIRMED:
            raise WrongState("Somebody has agreed to this already, and it is done.", state=state.value)
        if state is ApprovalState.EXPIRED:
            raise WrongState("Nobody agreed to this in time: ask for it anew.", state=state.value)
        if by.id == self.asked_by:
            raise SecondPersonNeeded(
                "You asked for this yourself: have somebody else who may do it look at it and agree."
            )
        return replace(self, confirmed_by=by.id, confirmed_name=by.name, confirmed_at=at)
