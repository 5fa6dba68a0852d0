"""One synthetic life while it is made up: what happens on which day, then who recorded it when, and what was corrected later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from dems.cli.seed.draws import Draws
from dems.cli.seed.shape import CORRECTED, LATE_ENTRY
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.counting import months_on
from dems.model.ids import CaseId, FactId, PersonId, StrandId
from dems.model.life.contents import Content, Milestone
from dems.model.life.events import EventKind, Outcome
from dems.model.life.facts import Fact
from dems.model.life.when import When

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_OFFICE_OPENS = time(9)
_MISTAKEN = frozenset({EventKind.REPORT_FINAL, EventKind.REVIEW_DECIDED, EventKind.DSI_REVIEW_DECIDED})
"""Of these a date is recorded wrongly now and then: by a few days too early, which no order of dates forbids."""
_MISTAKEN_BY = 4
_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class SyntheticCase:
    """A case that never was, with its facts in the order in which they were recorded. `lead` leads the investigation."""

    id: CaseId
    reference: str
    title: str
    lead: PersonId
    facts: tuple[Fact[Content], ...]


class Telling:
    """`staff` are the people who work on it; the first leads and decides."""

    def __init__(self, draws: Draws, calendar: Calendar, begins: date, staff: tuple[PersonId, ...]) -> None:
        self.draws, self.calendar, self.begins = draws, calendar, begins
        self.lead = draws.one_of(staff)
        self.decision_maker = draws.one_of(staff)
        self.case_id = CaseId(draws.id(_morning(begins)))
        self.happened: list[tuple[date, Content]] = []

    def strand(self) -> StrandId:
        return StrandId(self.draws.id(_morning(self.begins)))

    def say(self, day: date, content: Content) -> None:
        """It was so, or happened, on a day."""
        self.happened.append((day, content))

    def event(
        self,
        kind: EventKind,
        day: date,
        about: StrandId | None = None,
        outcome: Outcome | None = None,
        *,
        by: bool = False,
    ) -> date:
        """An event on a day, which is given back."""
        self.say(day, Milestone(kind, When(day), about, outcome, self.decision_maker if by else None))
        return day

    def working_day(self, day: date) -> date:
        """That day or, where nobody works, the working day before it."""
        return self.calendar.day(self.calendar.index(day))

    def later(self, day: date, least: int, most: int) -> date:
        """A working day, so many working days later."""
        return self.calendar.day(self.calendar.index(day) + self.draws.whole(least, most))

    def after_working_days(self, day: date, count: float) -> date:
        return self.calendar.day(self.calendar.index(day) + int(count))

    def after_months(self, day: date, months: float) -> date:
        """A working day that lies in the last begun month, and no further in it than the part of it that is asked for."""
        whole = int(months)
        return self.working_day(months_on(day, whole)[0] + int((months - whole) * _MONTH_DAYS) * _DAY)

    def facts(self, until: date) -> tuple[Fact[Content], ...]:
        """All that was recorded by the end of a day."""
        return tuple(f for f in self._recorded() if f.recorded_at.date() <= until)

    def _recorded(self) -> Iterator[Fact[Content]]:
        clock = datetime.min.replace(tzinfo=UTC)
        corrections: list[Fact[Content]] = []
        facts: list[Fact[Content]] = []
        for day, content in sorted(self.happened, key=lambda dated: dated[0]):
            late = self.draws.whole(1, 8) if self.draws.happens("a late entry", LATE_ENTRY) else 0
            clock = max(clock + _MINUTE, _morning(day + late * _DAY) + self.draws.whole(0, 420) * _MINUTE)
            fact = Fact(FactId(self.draws.id(clock)), content, self.lead, clock)
            if isinstance(content, Milestone) and content.kind in _MISTAKEN:
                fact, correction = self._mistaken(fact, content)
                corrections += correction
            facts.append(fact)
        yield from sorted([*facts, *corrections], key=lambda f: f.recorded_at)

    def _mistaken(self, fact: Fact[Content], said: Milestone) -> tuple[Fact[Content], list[Fact[Content]]]:
        """The fact as it was first recorded and, where that was wrong, its correction."""
        wrong = said.when.on - self.draws.whole(1, _MISTAKEN_BY) * _DAY
        if not self.draws.happens("a mistake", CORRECTED):
            return fact, []
        at = fact.recorded_at + self.draws.whole(10, 90) * _DAY + 7 * _MINUTE
        right = Fact(FactId(self.draws.id(at)), fact.content, self.lead, at, fact.id, "The date was mistyped.")
        return replace(fact, content=replace(said, when=When(wrong))), [right]


def _morning(day: date) -> datetime:
    return datetime.combine(day, _OFFICE_OPENS, UTC)
