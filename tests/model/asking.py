"""Asking clocks in tests: the shipped definitions, the calendars written by hand, and lives with one strand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dems.model.clocks.answers import ClockAnswer, ClockState, facts_for
from dems.model.clocks.definitions import ClockDefinition, in_force
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.table import CLOCKS
from dems.model.ids import StrandId
from dems.model.life.contents import Content
from dems.model.life.events import EventKind
from dems.model.life.strands import (
    Proceeding,
    ProceedingKind,
    Recommendation,
    RecommendationKind,
    Review,
    ReviewKind,
)
from tests.model.calendars import CALENDARS
from tests.model.lives import (
    POLICE_COMPLAINT,
    Told,
    milestone,
    strand,
    under_investigation,
)

E = EventKind
S = ClockState
ONE = strand(1)
TODAY = date(2026, 11, 22)


def named(clock: str, **changes: Any) -> ClockDefinition:
    return replace(in_force(CLOCKS, clock, TODAY), **changes)


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


def ask(clock: str | ClockDefinition, told: Told, day: str, about: StrandId | None = None) -> ClockAnswer:
    definition = named(clock) if isinstance(clock, str) else clock
    calendar = None if definition.calendar is None else CALENDARS[definition.calendar]
    return evaluate(definition, facts_for(definition, told.life, about), calendar, noon(day))


def case(*contents: Content) -> Told:
    return Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), *contents)


def beside(record: Content, *contents: Content) -> Told:
    return under_investigation(record, *contents)


REVIEW = Review(ONE, ReviewKind.INVESTIGATION)
MISCONDUCT = Proceeding(ONE, ProceedingKind.MISCONDUCT, "Misconduct panel")
RECOMMENDED = Recommendation(ONE, RecommendationKind.PARA_28A, "NP", "Record every search.")
