"""The measures: those that the clocks' definitions set a target for, and those that are monitored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dems.errors import Invalid
from dems.model.clocks.definitions import ClockDefinition, Effect, Population, Statistic, Unit, in_force
from dems.model.life.events import words

INVESTIGATION = "investigation-12-months"
"""The clock that every investigation of the body has, from the decision to investigate."""
MODE = "mode-decision"
"""The clock that every referred case has."""
REVIEW = "review"
RECOMMENDATIONS = frozenset({"recommendation-response", "section-10-response"})
"""The clocks of which each recommendation has one, from the day it is made until it is answered."""
OPEN_CASE = "case"


_ORDER = (MODE, "investigation-6-months", "investigation-9-months", INVESTIGATION, REVIEW, "dsi-review")


class Kind(StrEnum):
    SHARE = "share"
    """A percentage of those that are counted."""
    MEAN = "mean"
    COUNT = "count"


class Picks(StrEnum):
    """Which clocks a period takes."""

    STOPPED = "stopped"
    """What stopped in it."""
    STARTED = "started"
    """What started in it."""
    DUE = "due"
    """Statutory dates that fell in it and are over: the clock has stopped, or the date has gone by."""
    OPEN = "open"
    """Cases that were open at its end; no clock."""


class Holds(StrEnum):
    """What goes into the numerator of a share."""

    IN_TIME = "in_time"
    UPHELD = "upheld"
    THEMATIC = "thematic"
    ACCEPTED = "accepted"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a measure is made. `clocks` are those it looks at, None for all; `unit` is that of a mean.

    `everything` says that it also counts what the clock's own figure leaves out.
    """

    name: str
    title: str
    source: str
    kind: Kind
    picks: Picks
    clocks: frozenset[str] | None
    counts: str
    holds: Holds = Holds.IN_TIME
    target: int | None = None
    unit: str | None = None
    net_label: str = ""
    timed: bool = False
    """It has a mean and a median of time."""
    everything: bool = False


_PLAN, _REPORT = "Business plan 2021/22, what is monitored", "Impact report 2021/22"

MONITORED: tuple[Rule, ...] = (
    Rule(
        "reviews-upheld", "Reviews upheld", _PLAN, Kind.SHARE, Picks.STOPPED, frozenset({REVIEW}),
        "valid reviews decided in the period; upheld: the outcome was found not reasonable and proportionate",
        Holds.UPHELD,
    ),
    Rule(
        "thematic-investigations", "Investigations in thematic areas", _REPORT, Kind.SHARE, Picks.STARTED,
        frozenset({INVESTIGATION}), "investigations decided on in the period, major ones included; thematic: a theme applies",
        Holds.THEMATIC, everything=True,
    ),
    Rule(
        "recommendations-made", "Learning recommendations made", _REPORT, Kind.COUNT, Picks.STARTED, RECOMMENDATIONS,
        "recommendations made in the period",
    ),
    Rule(
        "recommendations-accepted", "Learning recommendations accepted", _REPORT, Kind.SHARE, Picks.STOPPED,
        RECOMMENDATIONS, "recommendations answered in the period; accepted as a whole", Holds.ACCEPTED,
    ),
    Rule(
        "open-cases", "Open cases", "Chosen", Kind.COUNT, Picks.OPEN, frozenset({OPEN_CASE}),
        "cases that were referred by the end of the period and not closed by then",
    ),
    Rule(
        "statutory-dates-missed", "Statutory dates missed", "Chosen", Kind.SHARE, Picks.DUE, None,
        "statutory dates that fell in the period and are over; missed: what was due came late or has not come",
        Holds.MISSED, everything=True,
    ),
)  # fmt: skip
"""What the body watches and has set no target for."""


def measures(definitions: tuple[ClockDefinition, ...], day: date) -> tuple[Rule, ...]:
    """All measures as they are made on a London date: of each clock the version that is in force, where that has a figure."""
    clocks = {d.id for d in definitions if (d.in_force_from or date.min) <= day}
    newest = (in_force(definitions, clock, day) for clock in sorted(clocks, key=_place))
    return (*(_of_clock(d) for d in newest if d.statistic is not Statistic.NONE), *MONITORED)


def _place(clock: str) -> tuple[int, str]:
    """In the order of a case's life; what an installation has added comes after."""
    return (_ORDER.index(clock) if clock in _ORDER else len(_ORDER)), clock


def named(rules: Sequence[Rule], name: str) -> Rule:
    """Raises `Invalid` where there is no such measure."""
    found = next((r for r in rules if r.name == name), None)
    if found is None:
        raise Invalid(f"There is no measure {name!r}: choose one of {', '.join(r.name for r in rules)}.", field="name")
    return found


def _of_clock(definition: ClockDefinition) -> Rule:
    share = definition.statistic is Statistic.SHARE
    return Rule(
        name=definition.id,
        title=definition.title,
        source=definition.source,
        kind=Kind.SHARE if share else Kind.MEAN,
        picks=Picks.STOPPED,
        clocks=frozenset({definition.id}),
        counts=_counts(definition),
        target=definition.target,
        unit="working days" if definition.unit is Unit.WORKING_DAYS else "days",
        net_label=definition.net_label if Effect.NET in definition.pauses.values() else "",
        timed=True,
    )


def _counts(definition: ClockDefinition) -> str:
    said = " or ".join(words(e) for e in definition.stops)
    only = "" if definition.population == Population() else f": {definition.population.words}"
    return f"those whose {said} lies in the period{only}"
