"""A case: what evidence belongs to, and who may know of it. What follows from its life is kept beside it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from dems.errors import CaseClosed, WrongState
from dems.model.ids import CaseId, PersonId
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.model.life.stages import Stage, stage_on
from dems.model.life.vocabulary import Jurisdiction, MatterType, Mode, Source


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `reference` is unique and may hold ``/``; `received_at` is when the referral came in, where the time is
    known, and `received_on` its London date. All from `matter_type` to `facts` follows from its life.
    """

    id: CaseId
    reference: str
    title: str
    state: CaseState
    opened_by: PersonId
    opened_at: datetime
    matter_type: MatterType | None = None
    force: str | None = None
    themes: tuple[str, ...] = ()
    is_major: bool = False
    received_at: datetime | None = None
    received_on: date | None = None
    jurisdiction: Jurisdiction | None = None
    appropriate_authority: str | None = None
    source: Source | None = None
    mode: Mode | None = None
    stage: Stage = Stage.BEFORE_REFERRAL
    criminal: bool = False
    facts: int = 0
    """How many there are, corrected ones included."""
    closed_at: datetime | None = None
    version: int = 1
    source_version: str | None = None
    """Of the last message of the case system that was taken."""

    def told(self, life: Life, day: date) -> "Case":
        """The case as its life has it by the end of a London date."""
        what, mode, received = life.particulars, life.mode_on(day), life.first(EventKind.REFERRAL_RECEIVED)
        return replace(
            self,
            matter_type=None if what is None else what.matter_type,
            force=None if what is None else what.force,
            jurisdiction=None if what is None else what.jurisdiction,
            appropriate_authority=None if what is None else what.appropriate_authority,
            source=None if what is None else what.source,
            mode=None if mode is None else mode.mode,
            themes=tuple(sorted(life.themes_on(day))),
            is_major=life.major_on(day),
            received_at=None if received is None else received.when.at,
            received_on=None if received is None else received.when.on,
            stage=stage_on(life, day),
            criminal=life.criminal_on(day),
            facts=len(life.facts),
        )

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
