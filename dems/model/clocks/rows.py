"""A clock as a row: what facts and rules alone say of it, so that a list or a figure over many cases is one query.

What passes with time is not in it: a clock that runs has no count, and it is overdue where its date is before today.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dems.model.clocks.answers import ClockState
from dems.model.clocks.definitions import Nature
from dems.model.clocks.listing import KeptClock
from dems.model.ids import CaseId, StrandId
from dems.model.life.lives import Event, Life, Traits
from dems.model.times import london_date


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock that has started. `state` is never overdue; `counted` and the net figures are None until it stops.

    `member` says whether its figure counts it, by the traits of the day it stopped or, while it runs, of the day asked.
    """

    case_id: CaseId
    about: StrandId | None
    clock: str
    definition_version: int
    calendar_version: int | None
    nature: Nature
    state: ClockState
    started_on: date
    stopped_on: date | None
    due_on: date | None
    due_at: datetime | None
    counted: int | None
    net_counted: int | None
    net_due_on: date | None
    net_met: bool | None
    member: bool
    left_out: str | None
    traits: Traits

    @property
    def key(self) -> tuple[str, StrandId | None]:
        """Which clock of its case it is."""
        return self.clock, self.about

    @property
    def open(self) -> bool:
        return self.stopped_on is None

    def overdue(self, today: date) -> bool:
        return self.open and self.due_on is not None and self.due_on < today


def rows_of(life: Life, clocks: Iterable[KeptClock]) -> tuple[ClockRow, ...]:
    """The rows of a case's clocks; those that have not started have none."""
    return tuple(_row(life, kept, began) for kept in clocks if (began := kept.answer.started) is not None)


def _row(life: Life, kept: KeptClock, began: Event) -> ClockRow:
    answer = kept.answer
    counted_on = london_date(answer.asked_at) if answer.stopped is None else answer.stopped.when.on
    traits = life.traits_on(counted_on, kept.about)
    net = answer.net if answer.stopped is not None else None
    membership = answer.definition.population.takes(traits)
    return ClockRow(
        case_id=kept.case_id,
        about=kept.about,
        clock=answer.definition.id,
        definition_version=answer.definition.version,
        calendar_version=answer.calendar_version,
        nature=answer.definition.nature,
        state=ClockState.RUNNING if answer.state is ClockState.OVERDUE else answer.state,
        started_on=began.when.on,
        stopped_on=None if answer.stopped is None else answer.stopped.when.on,
        due_on=answer.due_on,
        due_at=answer.due_at,
        counted=None if answer.stopped is None else answer.counted,
        net_counted=None if net is None else net.counted,
        net_due_on=None if net is None else net.due_on,
        net_met=None if net is None else net.met,
        member=membership.counted,
        left_out=membership.why,
        traits=traits,
    )
