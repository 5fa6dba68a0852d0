"""Schedules: rows that follow from decisions, and the life of one version of one schedule.

A row cannot be made for the wrong schedule: it holds the decision about sensitivity that puts it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from dems.errors import Invalid, WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Level, Sensitive
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.forms import Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.material import Binding, Subject
from dems.model.ids import DecisionId, ScheduleId, StrandId

SERIES_OF: Mapping[Level, Series | None] = {
    Level.NOT_SENSITIVE: Series.MG6C,
    Level.SENSITIVE: Series.MG6D,
    Level.IN_PART: Series.MG6D,
    Level.HIGHLY: None,
}
"""Where a decision about sensitivity puts an item. Highly sensitive material is on no schedule."""


class Note(StrEnum):
    """Why a row no longer counts. The number stays, and what a form says of it is in the form's wordings."""

    MOVED = "moved"
    """To the other schedule."""
    NOW_USED = "now_used"
    NOT_RELEVANT = "not_relevant"
    LISTED_OTHERWISE = "listed_otherwise"
    """Within a block."""
    SET_ASIDE = "set_aside"
    """It cannot be listed for now: something about it is to be decided first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Raises `ValueError` unless `sensitivity` is a decision about this very subject that puts it in this series.

    `basis` are the decisions that stood when it was made. A row with a `note` counts no more and keeps its number.
    """

    series: Series
    number: int
    subject: Subject
    description: str
    location: str
    binding: Binding
    sensitivity: Decision[Sensitive]
    basis: tuple[DecisionId, ...]
    quantity: int = 1
    note: Note | None = None

    def __post_init__(self) -> None:
        if self.sensitivity.subject != self.subject:
            raise ValueError("the decision about sensitivity is about something else")
        if SERIES_OF[self.sensitivity.content.level] is not self.series:
            raise ValueError(f"no decision puts this on {self.series.value}")

    @property
    def live(self) -> bool:
        return self.note is None

    @property
    def place(self) -> str:
        return f"{self.series.value} {self.number}"

    @property
    def schedule_reason(self) -> str:
        """Why it is sensitive, as the schedule says it; empty where it is not."""
        return self.sensitivity.content.schedule_reason


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a later schedule says of a number that an earlier one gave: it counts no more."""

    number: int
    subject: Subject
    note: Note


class ScheduleState(StrEnum):
    DRAFT = "draft"
    CERTIFIED = "certified"
    VOID = "void"
    """What it lists changed between certification and submission: the certificate holds no more."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """By the prosecutor, to be put right; the next version takes its place."""
    ENDORSED = "endorsed"
    CONTINUED = "continued"


_S = ScheduleState

NEXT: Mapping[ScheduleState, frozenset[ScheduleState]] = {
    _S.DRAFT: frozenset({_S.CERTIFIED}),
    _S.CERTIFIED: frozenset({_S.SUBMITTED, _S.VOID}),
    _S.VOID: frozenset(),
    _S.SUBMITTED: frozenset({_S.RETURNED, _S.ENDORSED}),
    _S.RETURNED: frozenset(),
    _S.ENDORSED: frozenset({_S.CONTINUED}),
    _S.CONTINUED: frozenset(),
}

STEP: Mapping[ScheduleState, int] = {
    _S.CERTIFIED: 1,
    _S.VOID: 2,
    _S.SUBMITTED: 2,
    _S.RETURNED: 3,
    _S.ENDORSED: 3,
    _S.CONTINUED: 4,
}
"""The step that each state is: of a certificate either is given up or submitted, what is submitted either comes back or is endorsed."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One version of one schedule. `ordinal` counts the first and its continuations from 1, `version` its corrections from 0.

    Raises `Invalid` for a row of another series.
    """

    id: ScheduleId
    proceeding: StrandId
    series: Series
    ordinal: int
    version: int
    template: str
    rows: tuple[Row, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    state: ScheduleState = ScheduleState.DRAFT
    snapshot: Snapshot | None = None
    signed: Acting | None = None
    """By whom it was certified."""

    def __post_init__(self) -> None:
        if any(row.series is not self.series for row in self.rows):
            raise Invalid(f"A row of another series cannot be on this {self.series.value}: list it where it belongs.")

    @property
    def name(self) -> str:
        """How people refer to it: "MG6C 2.1" is the first correction of the second schedule."""
        return f"{self.series.value} {self.ordinal}.{self.version}"

    @property
    def open(self) -> bool:
        """Whether it has not gone to the prosecutor yet, and still may."""
        return self.state in {_S.DRAFT, _S.CERTIFIED}

    def into(self, state: ScheduleState) -> "Schedule":
        """The schedule in its next state. Raises `WrongState` where that does not follow."""
        if state not in NEXT[self.state]:
            follows = " or ".join(sorted(s.value for s in NEXT[self.state])) or "nothing: make its next version"
            raise WrongState(
                f"{self.name} is {self.state.value}, and {state.value} does not follow; what does is {follows}.",
                state=self.state.value,
            )
        return replace(self, state=state)

    def certified(self, snapshot: Snapshot) -> "Schedule":
        return replace(self.into(_S.CERTIFIED), snapshot=snapshot)
