"""A case: what evidence belongs to, and who may know of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dems.errors import CaseClosed, WrongState
from dems.model.ids import CaseId, PersonId


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `reference` is unique and may hold ``/``; `received_at` is when the referral came in."""

    id: CaseId
    reference: str
    title: str
    state: CaseState
    opened_by: PersonId
    opened_at: datetime
    matter_type: str | None = None
    force: str | None = None
    themes: tuple[str, ...] = ()
    is_major: bool = False
    received_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1

    def takes_changes(self) -> None:
        """Raise `CaseClosed` unless the case is open."""
        if self.state is CaseState.CLOSED:
            raise CaseClosed("This case is closed. Reopen it before changing it or adding evidence to it.")

    def closed(self, at: datetime) -> "Case":
        if self.state is CaseState.CLOSED:
            raise WrongState("This case is closed already.", state=self.state.value)
        return replace(self, state=CaseState.CLOSED, closed_at=at, version=self.version + 1)

    def reopened(self) -> "Case":
        if self.state is CaseState.OPEN:
            raise WrongState("This case is open already.", state=self.state.value)
        return replace(self, state=CaseState.OPEN, closed_at=None, version=self.version + 1)
