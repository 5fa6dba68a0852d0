"""The rules that an installation counts by: definitions and calendars, each version kept, with who recorded it when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Generic, TypeVar

from dems.errors import Invalid
from dems.model.clocks.answers import facts_for
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.listing import KeptClock, clocks_of
from dems.model.ids import PersonId, StrandId
from dems.model.life.events import EventKind
from dems.model.life.lives import Life

RuleT_co = TypeVar("RuleT_co", ClockDefinition, Calendar, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[RuleT_co]):
    """One version of a definition or calendar. `recorded_by` is None for one that came with the program.

    `shipped` says which one of the program's it is. One that came when the installation had a version of its own is
    `offered` only: it is on record and counts nothing until somebody records the same as a version of the installation's.
    """

    rule: RuleT_co
    recorded_at: datetime
    recorded_by: PersonId | None = None
    reason: str | None = None
    shipped: str | None = None
    offered: bool = False


@dataclass(frozen=True)
class Rules:
    """All versions, each kind by name and version."""

    definitions: tuple[Recorded[ClockDefinition], ...]
    calendars: tuple[Recorded[Calendar], ...]

    @cached_property
    def in_use(self) -> tuple[ClockDefinition, ...]:
        """The definitions that clocks are kept by, every version of each."""
        return tuple(d.rule for d in self.definitions if not d.offered)

    def in_use_at(self, at: datetime) -> tuple[ClockDefinition, ...]:
        """As `in_use` was at an instant: of each clock what had been recorded by then or, where nothing had, the earliest."""
        used = [d for d in self.definitions if not d.offered]
        first: dict[str, datetime] = {}
        for one in used:
            first[one.rule.id] = min(one.recorded_at, first.get(one.rule.id, one.recorded_at))
        return tuple(d.rule for d in used if d.recorded_at <= max(at, first[d.rule.id]))

    @cached_property
    def newest(self) -> Mapping[str, Calendar]:
        """By name, the version that open clocks are counted with."""
        return {c.rule.name: c.rule for c in sorted(self.calendars, key=_version) if not c.offered}

    def calendar_at(self, name: str, at: datetime) -> Calendar:
        """The newest version that was recorded by an instant; the first one for what was recorded before any.

        Raises `Invalid` for a name that there is no calendar of.
        """
        versions = sorted((c for c in self.calendars if c.rule.name == name and not c.offered), key=_version)
        if not versions:
            raise Invalid(f"There is no calendar {name!r}: record one, or name another.")
        known = [c.rule for c in versions if c.recorded_at <= at]
        return known[-1] if known else versions[0].rule


def _version(recorded: Recorded[Calendar]) -> int:
    return recorded.rule.version


def clocks_by(rules: Rules, life: Life, now: datetime) -> tuple[KeptClock, ...]:
    """All clocks of a case at an instant, as `clocks_of` gives them.

    An open clock counts with the newest calendar; one that has stopped keeps the version that was the newest when its
    stop was recorded, so that a day proclaimed later changes no date that was answered for.
    """
    recorded_at = {f.id: f.recorded_at for f in life.facts}
    found = []
    for kept in clocks_of(life, rules.in_use, rules.newest, now):
        answer = kept.answer
        if answer.stopped is not None and answer.definition.calendar is not None:
            calendar = rules.calendar_at(answer.definition.calendar, recorded_at[answer.stopped.fact])
            if calendar.version != answer.calendar_version:
                facts = facts_for(answer.definition, life, kept.about)
                found.append(replace(kept, answer=evaluate(answer.definition, facts, calendar, now)))
                continue
        found.append(kept)
    return tuple(found)


def answers_due(rules: Rules, life: Life, now: datetime) -> Mapping[StrandId, date]:
    """When each recommendation of a case is to be answered; those that no clock gives a date are left out."""
    return {
        kept.about: kept.answer.due_on
        for kept in clocks_by(rules, life, now)
        if kept.about is not None
        and kept.answer.due_on is not None
        and EventKind.RECOMMENDATION_ANSWERED in kept.answer.definition.stops
    }
