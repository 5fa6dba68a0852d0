"""What a clock answers: how it stands, and every event, pause and extension that made it so."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dems.model.clocks.definitions import ClockDefinition, Effect
from dems.model.ids import FactId, StrandId
from dems.model.life.contents import Extension
from dems.model.life.facts import Fact
from dems.model.life.lives import Event, Life, Pause


class ClockState(StrEnum):
    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    """It runs, and something was due before today."""
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"
    """Nothing was due."""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What a clock reads: events, pauses and extensions of the thing it is kept for, each by date."""

    events: tuple[Event, ...]
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Fact[Extension], ...] = ()


def facts_for(definition: ClockDefinition, life: Life, about: StrandId | None = None) -> ClockFacts:
    """What a clock reads of a life: of the case itself, or of the strand that is named."""
    return ClockFacts(life.events(about), life.pauses(about), life.extensions(definition.id, about))


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An event that could have started or stopped the clock and did not."""

    event: Event
    why: str


@dataclass(frozen=True, slots=True)
class PauseUsed:
    """A pause, what it does to the clock, and how many counted days it leaves out (0 where it has no effect)."""

    pause: Pause
    effect: Effect
    days: int
    why: str


@dataclass(frozen=True, slots=True)
class ExtensionUsed:
    """An extension, and why it does or does not move the date."""

    extension: Extension
    fact: FactId
    counts: bool
    why: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a clock that comes round again: its days, both included, and what answered for it."""

    number: int
    first: date
    last: date
    answered: Event | None
    owed: bool
    """It is over and nothing has answered for it yet."""


@dataclass(frozen=True, slots=True)
class Net:
    """The second figure, net of pauses that do not stop the clock itself. `met` is None while nothing can be said."""

    label: str
    counted: int
    due_on: date | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class ClockAnswer:
    """How one clock stands at `asked_at`.

    `counted` and `remaining` are working days where the clock counts those, hours where it counts hours, else calendar days.
    `due_on` is the last day in time; None where nothing is due, or while a pause without an end keeps it open.
    """

    definition: ClockDefinition
    calendar_version: int | None
    asked_at: datetime
    state: ClockState
    started: Event | None = None
    stopped: Event | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    counted: int = 0
    remaining: int | None = None
    net: Net | None = None
    passed_over: tuple[PassedOver, ...] = ()
    pauses: tuple[PauseUsed, ...] = ()
    extensions: tuple[ExtensionUsed, ...] = ()
    rounds: tuple[Round, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def counted_in(self) -> str:
        """The unit of `counted` in words."""
        return {"working_days": "working days", "hours": "hours"}.get(self.definition.unit.value, "days")
