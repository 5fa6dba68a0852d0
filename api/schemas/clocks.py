"""How clocks stand, and why, on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, Instant, View
from dems.model.clocks.answers import ClockState, ExtensionUsed, Net, PassedOver, PauseUsed, Round
from dems.model.clocks.definitions import ClockDefinition, Effect, Nature, Unit
from dems.model.clocks.explanation import explain
from dems.model.clocks.listing import KeptClock
from dems.model.life.events import EventKind, PauseKind
from dems.model.life.lives import Event
from dems.ports import Due


class DefinitionBrief(View):
    """By which version of which rule."""

    id: str = Field(examples=["mode-decision"])
    version: int
    title: str
    nature: Nature
    unit: Unit
    limit: int | None = Field(description="In `unit`; null where nothing is due")

    @classmethod
    def of(cls, definition: ClockDefinition) -> "DefinitionBrief":
        return cls.model_validate(definition)


class CalendarBrief(View):
    """Which days count."""

    name: str
    version: int


class EventView(View):
    """Something that happened, and the fact that says so."""

    event: EventKind
    on: Day
    at: Instant | None
    fact: UUID

    @classmethod
    def of(cls, event: Event) -> "EventView":
        return cls(event=event.kind, on=event.when.on, at=event.when.at, fact=event.fact)


class PassedOverView(View):
    """An event that could have started or stopped the clock and did not."""

    event: EventView
    why: str

    @classmethod
    def of(cls, passed: PassedOver) -> "PassedOverView":
        return cls(event=EventView.of(passed.event), why=passed.why)


class PauseView(View):
    """A pause, and what it does to this clock."""

    kind: PauseKind
    begins: Day
    ends: Day | None = Field(description="This day counts again; null while it lasts")
    authority: str
    reason: str
    effect: Effect
    days: int = Field(description="Counted days that it leaves out; 0 where it has no effect")
    why: str
    fact: UUID

    @classmethod
    def of(cls, used: PauseUsed) -> "PauseView":
        pause = used.pause
        return cls(
            kind=pause.kind,
            begins=pause.begins.on,
            ends=None if pause.ends is None else pause.ends.on,
            authority=pause.authority,
            reason=pause.reason,
            effect=used.effect,
            days=used.days,
            why=used.why,
            fact=pause.fact,
        )


class ExtensionView(View):
    """More time, and whether it moves the date."""

    asked: Day
    granted: Day
    until: Day
    authority: str
    reason: str
    counts: bool
    why: str
    fact: UUID

    @classmethod
    def of(cls, used: ExtensionUsed) -> "ExtensionView":
        given = used.extension
        return cls(
            asked=given.asked.on,
            granted=given.granted.on,
            until=given.until.on,
            authority=given.authority,
            reason=given.reason,
            counts=used.counts,
            why=used.why,
            fact=used.fact,
        )


class RoundView(View):
    """One period of a clock that comes round again; both days are in it."""

    number: int
    first: Day
    last: Day
    answered: EventView | None
    owed: bool

    @classmethod
    def of(cls, period: Round) -> "RoundView":
        answered = None if period.answered is None else EventView.of(period.answered)
        return cls(number=period.number, first=period.first, last=period.last, answered=answered, owed=period.owed)


class NetView(View):
    """The second figure, net of pauses that do not stop the clock itself."""

    label: str = Field(examples=["net of time for sub judice"])
    elapsed: int
    due: Day | None
    met: bool | None = Field(description="Null while nothing can be said")

    @classmethod
    def of(cls, net: Net) -> "NetView":
        return cls(label=net.label, elapsed=net.counted, due=net.due_on, met=net.met)


class ClockView(View):
    """One clock of a case, with everything that made it stand as it does."""

    definition: DefinitionBrief
    source: str = Field(description="Of the rule")
    about: UUID | None = Field(description="The review, recommendation or other strand; null: the case itself")
    state: ClockState
    started: Day | None
    started_by: EventView | None
    due: Day | None = Field(description="The last day in time")
    due_at: Instant | None = Field(description="Of a clock in hours")
    paused: list[PauseView] = Field(description="Every pause, those without effect too")
    stopped: Day | None
    stopped_by: EventView | None
    elapsed: int = Field(description="In `elapsed_in`")
    elapsed_in: str = Field(examples=["working days", "days", "hours"])
    remaining: int | None = Field(
        description="In the same unit; less than 0 where it is overdue, null where it has stopped"
    )
    net: NetView | None
    calendar: CalendarBrief | None = Field(description="The version that it was counted with")
    passed_over: list[PassedOverView]
    extensions: list[ExtensionView]
    rounds: list[RoundView]
    remarks: list[str]
    explanation: list[str] = Field(description="All of it in sentences")

    @classmethod
    def of(cls, kept: KeptClock) -> "ClockView":
        answer, definition = kept.answer, kept.answer.definition
        calendar = None
        if definition.calendar is not None and answer.calendar_version is not None:
            calendar = CalendarBrief(name=definition.calendar, version=answer.calendar_version)
        return cls(
            definition=DefinitionBrief.of(definition),
            source=definition.source,
            about=kept.about,
            state=answer.state,
            started=None if answer.started is None else answer.started.when.on,
            started_by=None if answer.started is None else EventView.of(answer.started),
            due=answer.due_on,
            due_at=answer.due_at,
            paused=[PauseView.of(p) for p in answer.pauses],
            stopped=None if answer.stopped is None else answer.stopped.when.on,
            stopped_by=None if answer.stopped is None else EventView.of(answer.stopped),
            elapsed=answer.counted,
            elapsed_in=answer.counted_in,
            remaining=answer.remaining,
            net=None if answer.net is None else NetView.of(answer.net),
            calendar=calendar,
            passed_over=[PassedOverView.of(p) for p in answer.passed_over],
            extensions=[ExtensionView.of(x) for x in answer.extensions],
            rounds=[RoundView.of(r) for r in answer.rounds],
            remarks=list(answer.remarks),
            explanation=list(explain(answer)),
        )


class DueView(View):
    """An open clock that has a date."""

    case_id: UUID
    case_reference: str
    clock: str
    version: int
    title: str
    about: UUID | None
    nature: Nature
    state: ClockState
    started: Day
    due: Day
    due_at: Instant | None
    days: int = Field(description="Calendar days from today; less than 0 where it is overdue")

    @classmethod
    def of(cls, due: Due, today: date) -> "DueView":
        row = due.row
        return cls(
            case_id=row.case_id,
            case_reference=due.reference,
            clock=row.clock,
            version=row.definition_version,
            title=due.title,
            about=row.about,
            nature=row.nature,
            state=ClockState.OVERDUE if row.overdue(today) else row.state,
            started=row.started_on,
            due=due.due_on,
            due_at=row.due_at,
            days=(due.due_on - today).days,
        )
