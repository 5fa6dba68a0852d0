"""Calendars and clocks against a naive reference that walks from day to day, over year ends, leap days and changes of the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.model.clocks.answers import ClockAnswer, ClockFacts, ClockState
from dems.model.clocks.calendars import EVERY_DAY, Calendar
from dems.model.clocks.counting import Counted, DayOne, Gap, last_of_months_with, merged
from dems.model.clocks.definitions import ClockDefinition, Effect, Extendable, Unit, in_force
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.explanation import explain
from dems.model.clocks.reminders import reminder_dates
from dems.model.clocks.rounds import periods_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.contents import Extension
from dems.model.life.events import EventKind, PauseKind
from dems.model.life.facts import Fact
from dems.model.life.lives import Event, Pause
from dems.model.life.when import When
from dems.model.times import london_date
from tests.model.calendars import CALENDARS, EW_CALENDAR
from tests.model.lives import CASE_MANAGER, RECORDED, fact_id

pytestmark = pytest.mark.no_cover

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
days = st.dates(date(2019, 1, 1), date(2028, 12, 31))
holidays = st.sets(st.dates(date(2019, 12, 1), date(2020, 3, 31)), max_size=60)
gaps = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(0, 25)).map(
        lambda g: Gap(date(2020, 1, 1) + g[0] * DAY, date(2020, 1, 1) + sum(g) * DAY)
    ),
    max_size=5,
)


def calendar_of(off: set[date]) -> Calendar:
    return Calendar("EW", 1, "made up", date(2019, 1, 1), date(2028, 12, 31), dict.fromkeys(off, "off"))


def walked(calendar: Calendar | None, left_out: list[Gap], zero: date, end: date) -> list[date]:
    """Every day that counts after `zero` up to and including `end`, one by one."""
    found, day = [], zero + DAY
    while day <= end:
        works = calendar is None or (day.isoweekday() <= 5 and day not in calendar.holidays)
        if works and not any(g.first <= day and (g.until is None or day < g.until) for g in left_out):
            found.append(day)
        day += DAY
    return found


@given(days, days)
def test_working_days_between_two_dates_are_those_met_on_the_way(one: date, other: date) -> None:
    start, end = sorted((one, other))
    assert EW_CALENDAR.between(start, end) == len(walked(EW_CALENDAR, [], start, end))


@given(holidays, st.dates(date(2019, 12, 1), date(2020, 3, 31)), st.integers(1, 90))
def test_the_nth_working_day_is_the_nth_met_on_the_way(off: set[date], start: date, count: int) -> None:
    calendar = calendar_of(off)
    found = calendar.after(start, count)
    assert walked(calendar, [], start, found)[-1] == found
    assert len(walked(calendar, [], start, found)) == count
    assert calendar.works(found)


@given(holidays, gaps, st.dates(date(2019, 12, 15), date(2020, 2, 15)), st.integers(1, 60), st.booleans())
def test_with_gaps_the_nth_that_counts_is_the_nth_met_on_the_way(
    off: set[date], left_out: list[Gap], zero: date, count: int, working: bool
) -> None:
    calendar = calendar_of(off) if working else None
    counted = Counted(EVERY_DAY if calendar is None else calendar, merged(left_out))
    found = counted.nth(zero, count)
    assert found is not None
    met = walked(calendar, left_out, zero, found)
    assert (len(met), met[-1], counted.between(zero, found)) == (count, found, count)


@given(gaps)
def test_merged_gaps_are_the_same_days_and_do_not_touch(left_out: list[Gap]) -> None:
    whole = merged(left_out)
    for day in (date(2019, 12, 1) + n * DAY for n in range(150)):
        assert any(g.first <= day <= g.last for g in left_out) == any(g.first <= day <= g.last for g in whole)
    assert all(one.last + DAY < other.first for one, other in pairwise(whole))


@given(days, st.integers(1, 60))
def test_months_that_follow_one_another_leave_no_day_out(start: date, months: int) -> None:
    last = last_of_months_with(start, months)
    assert last >= start
    assert (last.year * 12 + last.month) - (start.year * 12 + start.month) in {months - 1, months}
    # The corresponding date is the day after, or its month has none.
    after = last + DAY
    assert after.day in {start.day, 1}
    if after.day != start.day:
        assert start.day > last.day


@given(days)
def test_rounds_follow_one_another_without_a_day_between(start: date) -> None:
    periods = periods_of(in_force(CLOCKS, "timeliness-report", TODAY), start)
    before = start - DAY
    for _ in range(6):
        first, last = next(periods)
        assert first == before + DAY
        assert first < last
        before = last


# --- whole clocks ---

limited = st.sampled_from([d for d in CLOCKS if d.then_every is None and d.unit is not Unit.HOURS])
pause_lists = st.lists(
    st.tuples(st.sampled_from(PauseKind), st.integers(-10, 120), st.none() | st.integers(0, 60)), max_size=4
)


def event(kind: EventKind, on: date) -> Event:
    return Event(kind, When(on), fact_id(1))


def pause(kind: PauseKind, begins: date, length: int | None) -> Pause:
    ends = None if length is None else When(begins + length * DAY)
    return Pause(kind, When(begins), ends, "Decision maker", "A reason.", fact_id(2))


def asked(definition: ClockDefinition, facts: ClockFacts, now: date) -> ClockAnswer:
    calendar = None if definition.calendar is None else CALENDARS[definition.calendar]
    return evaluate(definition, facts, calendar, datetime(now.year, now.month, now.day, 12, tzinfo=UTC))


@given(limited, st.dates(date(2019, 6, 1), date(2026, 1, 1)), st.none() | st.integers(0, 500), pause_lists, st.data())
def test_another_pause_never_shortens_the_time_nor_adds_to_what_is_counted(
    definition: ClockDefinition,
    start: date,
    length: int | None,
    pauses: list[tuple[PauseKind, int, int | None]],
    data: st.DataObject,
) -> None:
    events = [event(definition.starts[0], start)]
    if length is not None:
        events.append(event(definition.stops[0], start + length * DAY))
    made = tuple(pause(kind, start + begins * DAY, lasting) for kind, begins, lasting in pauses)
    kind, begins, lasting = data.draw(
        st.tuples(st.sampled_from(PauseKind), st.integers(-10, 120), st.none() | st.integers(0, 60))
    )
    more = (*made, pause(kind, start + begins * DAY, lasting))
    now = start + data.draw(st.integers(0, 600)) * DAY
    before = asked(definition, ClockFacts(tuple(events), made), now)
    after = asked(definition, ClockFacts(tuple(events), more), now)
    assert after.counted <= before.counted
    assert before.due_on is not None or after.due_on is None
    assert before.due_on is None or after.due_on is None or before.due_on <= after.due_on
    if definition.effect_of(kind) is not Effect.STOPS:
        assert (after.due_on, after.counted, after.state) == (before.due_on, before.counted, before.state)
    if before.net is not None and after.net is not None:
        assert after.net.counted <= before.net.counted <= before.counted
    if before.state is ClockState.MET:
        assert after.state is ClockState.MET


@given(limited, st.dates(date(2019, 6, 1), date(2026, 1, 1)), pause_lists, st.integers(0, 600))
def test_a_clock_counts_what_a_walk_from_day_to_day_counts(
    definition: ClockDefinition, start: date, pauses: list[tuple[PauseKind, int, int | None]], later: int
) -> None:
    made = tuple(pause(kind, start + begins * DAY, lasting) for kind, begins, lasting in pauses)
    answer = asked(definition, ClockFacts((event(definition.starts[0], start),), made), start + later * DAY)
    zero = start if definition.day_one is DayOne.AFTER else start - DAY
    calendar = None if definition.calendar is None else CALENDARS[definition.calendar]
    stopping = [
        Gap(p.begins.on, None if p.ends is None else p.ends.on)
        for p in made
        if definition.effect_of(p.kind) is Effect.STOPS
    ]
    assert answer.counted == len(walked(calendar, stopping, zero, start + later * DAY))
    if answer.due_on is not None and definition.limit is not None and definition.unit is not Unit.MONTHS:
        assert len(walked(calendar, stopping, zero, answer.due_on)) == definition.limit
        assert answer.due_on == walked(calendar, stopping, zero, answer.due_on)[-1]
    assert all(sentence.endswith(".") for sentence in explain(answer))


@given(limited, st.dates(date(2019, 6, 1), date(2026, 1, 1)), st.integers(0, 400))
def test_what_stops_on_the_last_day_is_in_time_and_what_stops_after_it_is_not(
    definition: ClockDefinition, start: date, late: int
) -> None:
    due = asked(definition, ClockFacts((event(definition.starts[0], start),)), start).due_on
    if due is None:
        assert definition.limit is None
        return
    for stop, state in ((due, ClockState.MET), (due + (late + 1) * DAY, ClockState.MISSED)):
        facts = ClockFacts((event(definition.starts[0], start), event(definition.stops[0], stop)))
        assert asked(definition, facts, stop).state is state


@given(
    st.datetimes(datetime(2019, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  (made aware)
    st.integers(0, 300),
)
def test_hours_are_counted_as_time_that_passed(known: datetime, hours: int) -> None:
    definition = in_force(CLOCKS, "data-breach", TODAY)
    started = Event(EventKind.BREACH_KNOWN, When.of(known), fact_id(1))
    now = known + timedelta(hours=hours)
    answer = evaluate(definition, ClockFacts((started,)), None, now)
    assert answer.due_at is not None
    assert (answer.due_at - known, answer.counted) == (timedelta(hours=72), hours)
    assert answer.due_on == london_date(answer.due_at)
    assert (answer.state is ClockState.OVERDUE) is (hours > 72)


@given(st.dates(date(2019, 6, 1), date(2028, 6, 1)), st.sets(st.integers(1, 60), max_size=5))
def test_reminders_are_on_working_days_in_order_and_the_last_is_after_the_date(due: date, ahead: set[int]) -> None:
    steps = reminder_dates(due, EW_CALENDAR, sorted(ahead))
    assert [days for days, _ in steps] == [*sorted(ahead, reverse=True), 0]
    assert all(EW_CALENDAR.works(on) for _, on in steps)
    assert [on for _, on in steps] == sorted(on for _, on in steps)
    assert all(on <= due - days * DAY for days, on in steps if days)
    assert steps[-1][1] > due


@given(st.dates(date(2022, 1, 1), date(2022, 3, 1)), st.integers(0, 90), st.integers(0, 90))
def test_an_extension_never_shortens_the_time(made: date, asked_after: int, until_after: int) -> None:
    definition = in_force(CLOCKS, "recommendation-response", TODAY)
    started = event(EventKind.RECOMMENDATION_MADE, made)
    asked_on, until = When(made + asked_after * DAY), When(made + until_after * DAY)
    more = Fact(
        fact_id(3), Extension(definition.id, asked_on, asked_on, until, "DG", "Illness."), CASE_MANAGER, RECORDED
    )
    now = made + 200 * DAY
    without = asked(definition, ClockFacts((started,)), now).due_on
    within = asked(definition, ClockFacts((started,), extensions=(more,)), now).due_on
    assert without is not None
    assert within == (max(without, until.on) if asked_on.on <= without else without)
    free = replace(definition, extendable=Extendable.YES)
    assert asked(free, ClockFacts((started,), extensions=(more,)), now).due_on == max(without, until.on)
