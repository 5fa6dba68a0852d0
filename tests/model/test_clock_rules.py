"""Which version of a calendar a clock counts with, and what its row says."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dems.errors import Invalid
from dems.model.clocks.answers import ClockAnswer, ClockState
from dems.model.clocks.calendars import EW, UK, Calendar
from dems.model.clocks.definitions import Nature
from dems.model.clocks.listing import KeptClock, clocks_of
from dems.model.clocks.rows import ClockRow, rows_of
from dems.model.clocks.rules import Recorded, Rules, clocks_by
from dems.model.clocks.table import CLOCKS
from dems.model.ids import CaseId
from dems.model.life.contents import MajorStatus
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.model.life.vocabulary import Mode
from dems.model.times import london_date
from tests.model.calendars import CALENDARS, EW_CALENDAR, UK_CALENDAR
from tests.model.lives import RECORDED, milestone, on, suspended, under_investigation
from tests.model.people import NOON

BEFORE, AFTER = RECORDED - timedelta(days=30), RECORDED + timedelta(days=10)
FUNERAL = EW_CALENDAR.changed(add={date(2021, 4, 6): "A funeral"})
"""As if the day before the mode was decided had been proclaimed a holiday."""

SHIPPED = tuple(Recorded(d, BEFORE, shipped="1") for d in CLOCKS)


def rules(*calendars: Recorded[Calendar]) -> Rules:
    return Rules(SHIPPED, (Recorded(UK_CALENDAR, BEFORE), *calendars))


def answer(found: tuple[KeptClock, ...], clock: str) -> ClockAnswer:
    return next(k.answer for k in found if k.answer.definition.id == clock)


def row(life: Life, clock: str, now: datetime = NOON) -> ClockRow:
    kept = clocks_of(life, CLOCKS, CALENDARS, now)
    return next(r for r in rows_of(life, kept) if r.clock == clock)


def test_a_day_proclaimed_after_a_stop_was_recorded_changes_no_date_that_was_answered_for() -> None:
    both = rules(Recorded(EW_CALENDAR, BEFORE), Recorded(FUNERAL, AFTER))
    found = answer(clocks_by(both, under_investigation().life, NOON), "mode-decision")
    assert (found.calendar_version, found.counted, found.due_on) == (1, 2, date(2021, 4, 8))


def test_a_stop_recorded_after_the_day_was_proclaimed_counts_without_it() -> None:
    both = rules(Recorded(EW_CALENDAR, BEFORE), Recorded(FUNERAL, RECORDED))
    found = answer(clocks_by(both, under_investigation().life, NOON), "mode-decision")
    assert (found.calendar_version, found.counted, found.due_on) == (2, 1, date(2021, 4, 9))


def test_an_open_clock_counts_with_the_newest_calendar() -> None:
    open_life = Life(CaseId(under_investigation().life.case_id), under_investigation().life.facts[:3])
    both = rules(Recorded(EW_CALENDAR, BEFORE), Recorded(FUNERAL, AFTER))
    assert answer(clocks_by(both, open_life, NOON), "mode-decision").calendar_version == 2


def test_facts_from_before_there_was_a_calendar_count_with_the_first() -> None:
    both = rules(Recorded(EW_CALENDAR, RECORDED + timedelta(days=1)), Recorded(FUNERAL, AFTER))
    assert answer(clocks_by(both, under_investigation().life, NOON), "mode-decision").calendar_version == 1


def test_what_is_only_offered_counts_nothing() -> None:
    offered = rules(Recorded(EW_CALENDAR, BEFORE), Recorded(FUNERAL, BEFORE, shipped="2", offered=True))
    assert offered.newest[EW].version == 1
    assert offered.calendar_at(EW, NOON).version == 1
    harder = replace(CLOCKS[0], version=9)
    assert harder not in Rules((*SHIPPED, Recorded(harder, BEFORE, offered=True)), ()).in_use


def test_a_calendar_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="no calendar 'FR'"):
        rules().calendar_at("FR", NOON)
    assert rules().newest == {UK: UK_CALENDAR}


def test_a_row_says_of_a_stopped_clock_what_was_counted_and_what_the_case_was_then() -> None:
    told = under_investigation(MajorStatus(is_major=True, when=on("2021-05-01"), reason="It grew."))
    told.tell(suspended("2021-06-01"))
    told.tell(milestone(EventKind.REPORT_DRAFTED, "2021-10-01"))
    told.tell(milestone(EventKind.REPORT_FINAL, "2021-10-20"))
    found = row(told.life, "investigation-6-months")
    assert (found.started_on, found.stopped_on, found.due_on) == (
        date(2021, 4, 7), date(2021, 10, 20), date(2021, 10, 7)
    )  # fmt: skip
    assert (found.state, found.counted) == (ClockState.MISSED, 196)
    assert (found.net_counted, found.net_due_on, found.net_met) == (54, None, True)
    assert (found.member, found.left_out) == (False, "it was a major investigation")
    assert (found.traits.mode, found.traits.is_major, found.traits.force) == (Mode.INDEPENDENT, True, "NP")
    assert not found.open
    assert not found.overdue(london_date(NOON))


def test_a_row_of_an_open_clock_says_nothing_that_passes_with_time() -> None:
    life = under_investigation().life
    soon, late = datetime.fromisoformat("2021-05-01T12:00:00Z"), NOON
    assert row(life, "investigation-6-months", soon) == row(life, "investigation-6-months", late)
    found = row(life, "investigation-6-months")
    assert (found.state, found.counted, found.net_counted, found.net_met) == (ClockState.RUNNING, None, None, None)
    assert found.overdue(date(2021, 10, 8))
    assert not found.overdue(date(2021, 10, 7))
    assert (found.open, found.nature, found.key) == (True, Nature.TARGET, ("investigation-6-months", None))


def test_a_clock_that_has_not_started_has_no_row() -> None:
    life = under_investigation().life
    kept = clocks_of(life, CLOCKS, CALENDARS, NOON)
    started = {k.answer.definition.id for k in kept if k.answer.started is not None}
    assert {r.clock for r in rows_of(life, kept)} == started
    assert "appropriate-authority-views" in {k.answer.definition.id for k in kept} - started


def test_the_rules_of_an_instant_are_what_had_been_recorded_by_then_and_the_earliest_before_anything_was() -> None:
    first = next(d for d in CLOCKS if d.id == "dsi-review")
    second, offered = replace(first, version=2, target=99), replace(first, version=3, target=10)
    versions = (Recorded(first, BEFORE), Recorded(second, AFTER), Recorded(offered, BEFORE, offered=True))
    known = Rules(versions, ())
    assert known.in_use_at(RECORDED) == (first,)
    assert known.in_use_at(AFTER) == known.in_use == (first, second)
    assert known.in_use_at(BEFORE - timedelta(days=1)) == (first,)
