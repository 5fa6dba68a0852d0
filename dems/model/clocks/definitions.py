"""A clock's definition: a rule about time as data, so that a change of law is a new version and not new code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dems.errors import Invalid
from dems.model.clocks.counting import DayOne
from dems.model.life.events import EVENTS, EventKind, Outcome, PauseKind, Strand, words
from dems.model.life.lives import Traits
from dems.model.life.vocabulary import MatterType, Mode


class Nature(StrEnum):
    """What follows when the time is over."""

    STATUTORY = "statutory"
    TARGET = "target"
    POLICY = "policy"
    MONITOR = "monitor"
    """Nothing is due; how long it took is of interest."""


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    HOURS = "hours"


class Which(StrEnum):
    """Which start counts where several are possible."""

    FIRST = "first"
    LAST = "last"
    """A request that had to be clarified runs from its clarification."""


class Effect(StrEnum):
    """What a pause of some kind does to a clock."""

    NONE = "none"
    STOPS = "stops"
    NET = "net"
    """Counts in a second figure only, labelled as net of it."""


class Extendable(StrEnum):
    NO = "no"
    YES = "yes"
    IF_ASKED_IN_TIME = "if_asked_in_time"


class Statistic(StrEnum):
    NONE = "none"
    SHARE = "share"
    """Percentage of those that stopped in the period that stopped in time."""
    MEAN = "mean"
    """Of the counted time of those that stopped in the period."""


class Checked(StrEnum):
    """How far the rule has been held against its text."""

    SEEN = "seen"
    """In the body's own published documents."""
    LOOKED_UP = "looked_up"
    PARTLY = "partly"
    """The source was seen, some of what is said here was not."""
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a figure counts a case, and why it does not."""

    counted: bool
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Which cases a figure counts and a clock is kept for. An empty set asks nothing."""

    matter_types: frozenset[MatterType] = frozenset()
    modes: frozenset[Mode] = frozenset()
    kinds: frozenset[str] = frozenset()
    """Of reviews, recommendations or proceedings."""
    without_major: bool = False
    only_criminal: bool = False
    without: frozenset[Outcome] = frozenset()
    without_withdrawn: bool = False

    def takes(self, traits: Traits) -> Membership:
        """Judge a case by what it was on the day its clock stopped."""
        reasons = [
            (bool(self.matter_types) and traits.matter_type not in self.matter_types, "it is of another matter type"),
            (bool(self.modes) and traits.mode not in self.modes, "it was investigated in another mode"),
            (bool(self.kinds) and traits.strand_kind not in self.kinds, "it is of another kind"),
            (self.without_major and traits.is_major, "it was a major investigation"),
            (self.only_criminal and not traits.criminal, "it was not designated criminal"),
            (
                bool(self.without & traits.outcomes),
                "it was found " + " or ".join(sorted(o.value for o in self.without)),
            ),
            (self.without_withdrawn and traits.withdrawn, "it was withdrawn"),
        ]
        why = next((why for left_out, why in reasons if left_out), None)
        return Membership(why is None, why)

    def keeps(self, traits: Traits) -> bool:
        """Whether the clock is kept at all for such a case: by its mode, designation and kind, whatever a figure counts."""
        return (
            (not self.modes or traits.mode in self.modes)
            and (not self.kinds or traits.strand_kind in self.kinds)
            and (traits.criminal or not self.only_criminal)
        )

    @property
    def words(self) -> str:
        """Who is in it, as people read it."""
        said = [
            " or ".join(sorted(m.value for m in self.matter_types)),
            " or ".join(f"{words(m)} investigations" for m in sorted(self.modes)),
            " or ".join(sorted(self.kinds)),
            "designated criminal" if self.only_criminal else "",
            "without major investigations" if self.without_major else "",
            "without those found " + " or ".join(sorted(o.value for o in self.without)) if self.without else "",
            "without those withdrawn" if self.without_withdrawn else "",
        ]
        return ", ".join(s for s in said if s) or "all"


@dataclass(frozen=True, slots=True)
class ClockDefinition:
    """One rule. Raises `Invalid`, in a sentence, for a definition that contradicts itself.

    `limit` is in `unit`; None where nothing is due. `then_every` is in `unit` too: the clock comes round again until it
    stops, and `each_period` is the event that answers for one round. `target` is a percentage or a mean, as `statistic` says.
    Every kind of pause that `pauses` does not name has no effect.
    """

    id: str
    version: int
    title: str
    source: str
    checked: Checked
    checked_on: date
    nature: Nature
    strand: Strand
    starts: tuple[EventKind, ...]
    stops: tuple[EventKind, ...]
    unit: Unit
    limit: int | None
    day_one: DayOne = DayOne.AFTER
    which_start: Which = Which.FIRST
    then_every: int | None = None
    each_period: EventKind | None = None
    calendar: str | None = None
    pauses: Mapping[PauseKind, Effect] = field(default_factory=dict)
    extendable: Extendable = Extendable.NO
    population: Population = Population()
    statistic: Statistic = Statistic.NONE
    target: int | None = None
    in_force_from: date | None = None
    remarks: tuple[str, ...] = ()
    """What a reader should know: what is not settled, and what it does not do."""

    def __post_init__(self) -> None:
        wrong = next((why for is_wrong, why in self._faults() if is_wrong), None)
        if wrong is not None:
            raise Invalid(f"The clock {self.id!r} cannot be defined so: {wrong}.")

    def _faults(self) -> tuple[tuple[bool, str], ...]:
        events = {*self.starts, *self.stops, *({self.each_period} - {None})}
        strange = sorted(e.value for e in events if e is not None and EVENTS[e].strand is not self.strand)
        effects = set(self.pauses.values())
        numbers = [n for n in (self.limit, self.then_every) if n is not None]
        return (
            (not self.id.strip() or self.version < 1, "it needs an id, and a version of at least 1"),
            (not self.starts or not self.stops, "it needs an event that starts it and one that stops it"),
            (bool(strange), f"{', '.join(strange)} is no event of a {words(self.strand)}"),
            (bool(set(self.starts) & set(self.stops)), "one event cannot both start and stop it"),
            (any(n < 1 for n in numbers), "a limit is at least 1"),
            (
                (self.unit is Unit.WORKING_DAYS) != (self.calendar is not None),
                "working days, and only they, need a calendar",
            ),
            (self.limit is None and self.nature is Nature.STATUTORY, "a statutory clock has a limit"),
            (
                self.then_every is not None
                and (self.unit is not Unit.MONTHS or self.limit is None or self.day_one is not DayOne.WITH),
                "only a clock in months that begins with the day of its event comes round again",
            ),
            (
                (self.then_every is None) != (self.each_period is None),
                "a clock that comes round names what answers for a round",
            ),
            (self.then_every is not None and bool(effects - {Effect.NONE}), "a clock that comes round is not paused"),
            (
                self.unit is Unit.HOURS and (bool(effects - {Effect.NONE}) or self.extendable is not Extendable.NO),
                "hours are neither paused nor extended",
            ),
            (
                self.nature is Nature.STATUTORY
                and self.pauses.get(PauseKind.SUB_JUDICE, Effect.NONE) is not Effect.NONE,
                "a suspension never stops a statutory clock",
            ),
            ((self.statistic is Statistic.NONE) != (self.target is None), "a statistic, and only that, has a target"),
            (self.statistic is Statistic.SHARE and self.limit is None, "a share of those in time needs a limit"),
        )

    @property
    def net_label(self) -> str:
        """What the second figure is net of, in words; empty for a clock that has none."""
        kinds = sorted(words(kind) for kind, effect in self.pauses.items() if effect is Effect.NET)
        return f"net of time for {' and '.join(kinds)}" if kinds else ""

    def effect_of(self, kind: PauseKind) -> Effect:
        return self.pauses.get(kind, Effect.NONE)


def in_force(definitions: tuple[ClockDefinition, ...], clock: str, on: date) -> ClockDefinition:
    """The version of a clock that holds for what began on a London date. Raises `Invalid` where there is none."""
    found = [d for d in definitions if d.id == clock and (d.in_force_from is None or d.in_force_from <= on)]
    if not found:
        raise Invalid(f"No version of the clock {clock!r} was in force on {on}: name one that was.")
    return max(found, key=lambda d: (d.in_force_from or date.min, d.version))
