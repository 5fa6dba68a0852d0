"""Definitions of clocks, and calendars, on the wire."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Day, Instant, Line, Prose, View
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import (
    Checked,
    ClockDefinition,
    Effect,
    Extendable,
    Nature,
    Statistic,
    Unit,
    Which,
)
from dems.model.clocks.explanation import rule_words
from dems.model.clocks.records import definition_from, record_of
from dems.model.clocks.rules import Recorded
from dems.model.life.events import EventKind, Outcome, PauseKind, Strand
from dems.model.life.vocabulary import MatterType, Mode

_MOST = 10_000
Count = Annotated[int, Field(ge=1, le=_MOST, strict=True)]
Id = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100), Field(examples=["mode-decision"])
]
Replaces = Annotated[
    int,
    Field(ge=0, le=_MOST, strict=True, description="The newest version, which you have read; 0 where there is none"),
]


class PopulationBody(Body):
    """Which cases its figure counts; what is left out asks nothing."""

    matter_types: list[MatterType] = Field(default_factory=list, max_length=50)
    modes: list[Mode] = Field(default_factory=list, max_length=50)
    kinds: list[Line] = Field(
        default_factory=list, max_length=50, description="Of reviews, recommendations, proceedings"
    )
    without_major: bool = False
    only_criminal: bool = False
    without: list[Outcome] = Field(default_factory=list, max_length=50)
    without_withdrawn: bool = False


class NewDefinition(Body):
    """The next version of a clock, whole. Clocks that started before `in_force_from` keep theirs."""

    id: Id
    replaces: Replaces
    reason: Prose
    title: Line
    source: Line = Field(description="Where the rule comes from")
    checked: Checked = Field(description="How far it was held against its text")
    checked_on: Day
    nature: Nature
    strand: Strand
    starts: list[EventKind] = Field(min_length=1, max_length=20)
    stops: list[EventKind] = Field(min_length=1, max_length=20)
    which_start: Which = Which.FIRST
    unit: Unit
    limit: Count | None = None
    day_one: DayOne = DayOne.AFTER
    then_every: Count | None = None
    each_period: EventKind | None = None
    calendar: Line | None = None
    pauses: dict[PauseKind, Effect] = Field(default_factory=dict)
    extendable: Extendable = Extendable.NO
    population: PopulationBody = Field(default_factory=PopulationBody)
    statistic: Statistic = Statistic.NONE
    target: Count | None = None
    in_force_from: Day
    remarks: list[Prose] = Field(default_factory=list, max_length=20)

    def definition(self) -> ClockDefinition:
        """Raises `Invalid` for one that contradicts itself. Its number is given when it is recorded."""
        said = self.model_dump(mode="json", exclude={"replaces", "reason"})
        return definition_from({**said, "version": self.replaces + 1})


class DefinitionView(View):
    """One version of a definition."""

    id: str
    version: int
    title: str
    source: str
    rule: str = Field(description="How it counts, in a sentence")
    record: dict[str, Any] = Field(description="The whole of it, in the fields of a new one")
    in_force_from: Day | None
    recorded_at: Instant
    recorded_by: UUID | None = Field(description="Null: it came with the program")
    reason: str | None
    shipped: str | None = Field(description="Which of the program's versions it is; null: the installation's own")
    offered: bool = Field(description="It came after the installation's own version, and counts nothing")

    @classmethod
    def of(cls, recorded: Recorded[ClockDefinition]) -> "DefinitionView":
        rule = recorded.rule
        return cls(
            id=rule.id,
            version=rule.version,
            title=rule.title,
            source=rule.source,
            rule=rule_words(rule),
            record=record_of(rule),
            in_force_from=rule.in_force_from,
            recorded_at=recorded.recorded_at,
            recorded_by=recorded.recorded_by,
            reason=recorded.reason,
            shipped=recorded.shipped,
            offered=recorded.offered,
        )


class NewCalendar(Body):
    """The next version of a calendar, by what is other in it."""

    name: Line = Field(examples=["EW"])
    replaces: Replaces
    reason: Prose
    add: dict[Day, Line] = Field(default_factory=dict, max_length=400, description="Holidays by date, with their names")
    remove: list[Day] = Field(default_factory=list, max_length=400)


class CalendarView(View):
    """One version of a calendar: Saturdays, Sundays and these days do not count."""

    name: str
    version: int
    source: str
    first: Day = Field(description="From when holidays are known; before, only weekends are left out")
    last: Day
    holidays: dict[date, str]
    recorded_at: Instant
    recorded_by: UUID | None = Field(description="Null: it came with the program")
    reason: str | None
    shipped: str | None
    offered: bool

    @classmethod
    def of(cls, recorded: Recorded[Calendar]) -> "CalendarView":
        rule = recorded.rule
        return cls(
            name=rule.name,
            version=rule.version,
            source=rule.source,
            first=rule.first,
            last=rule.last,
            holidays=dict(sorted(rule.holidays.items())),
            recorded_at=recorded.recorded_at,
            recorded_by=recorded.recorded_by,
            reason=recorded.reason,
            shipped=recorded.shipped,
            offered=recorded.offered,
        )
