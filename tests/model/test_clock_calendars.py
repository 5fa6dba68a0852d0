"""Calendars, months and gaps: what is counted, day by day."""

from collections.abc import Callable
from datetime import date

import pytest

from dems.errors import Invalid
from dems.model.clocks.calendars import EVERY_DAY, EW, Calendar
from dems.model.clocks.counting import Counted, Gap, last_of_months_with, merged, months_on
from tests.model.calendars import EW_CALENDAR, UK_CALENDAR


def day(text: str) -> date:
    return date.fromisoformat(text)


def gap(first: str, until: str | None) -> Gap:
    return Gap(day(first), None if until is None else day(until))


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2020-05-04", True),  # the early May holiday was moved to the 8th that year
        ("2020-05-08", False),
        ("2022-05-30", True),  # and the spring holiday to 2 June
        ("2022-06-03", False),
        ("2022-09-19", False),
        ("2023-05-08", False),
        ("2021-12-25", False),  # a Saturday, with its substitute on the Monday
        ("2021-12-27", False),
        ("2022-04-18", False),
        ("2024-02-29", True),
        ("2026-01-02", True),
    ],
)
def test_working_days_of_england_and_wales(text: str, works: bool) -> None:
    assert EW_CALENDAR.works(day(text)) is works


@pytest.mark.parametrize("text", ["2026-01-02", "2026-03-17", "2026-07-13", "2026-08-03", "2026-11-30"])
def test_information_requests_do_not_count_holidays_of_any_part_of_the_kingdom(text: str) -> None:
    assert not UK_CALENDAR.works(day(text))
    assert EW_CALENDAR.works(day(text))


def test_counting_back_and_forth_agrees_over_the_turn_of_a_year() -> None:
    assert EW_CALENDAR.between(day("2021-12-24"), day("2022-01-04")) == 4  # 29, 30 and 31 December, 4 January
    assert EW_CALENDAR.after(day("2021-12-24"), 4) == day("2022-01-04")
    assert EW_CALENDAR.between(day("2022-01-04"), day("2022-01-04")) == 0


def test_a_day_that_is_proclaimed_is_a_new_version() -> None:
    proclaimed = EW_CALENDAR.changed(add={day("2026-11-23"): "A coronation"}, source="A proclamation")
    assert (proclaimed.version, proclaimed.source) == (2, "A proclamation")
    assert proclaimed.after(day("2026-11-20"), 1) == day("2026-11-24")
    assert EW_CALENDAR.after(day("2026-11-20"), 1) == day("2026-11-23")
    assert proclaimed.changed(remove=[day("2026-11-23")]).holidays == EW_CALENDAR.holidays
    assert proclaimed.changed(remove=[day("2026-11-23")]).version == 3


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: EW_CALENDAR.changed(remove=[day("2026-11-23")]), "2026-11-23 is no holiday in calendar EW"),
        (lambda: EW_CALENDAR.changed(add={day("2031-01-01"): "New Year"}), "2031-01-01 lies outside the dates"),
        (lambda: Calendar(EW, 1, "x", day("2022-01-01"), day("2021-01-01"), {}), "ends after it begins"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        make()


def test_a_calendar_says_which_dates_it_knows() -> None:
    assert EW_CALENDAR.knows(day("2019-01-01"), day("2028-12-31"))
    assert not EW_CALENDAR.knows(day("2018-12-31"), day("2020-01-01"))
    assert not EW_CALENDAR.knows(day("2020-01-01"), day("2029-01-01"))


@pytest.mark.parametrize(
    ("start", "months", "corresponding", "clipped"),
    [
        ("2021-08-31", 6, "2022-02-28", True),
        ("2023-08-31", 6, "2024-02-29", True),
        ("2020-02-29", 12, "2021-02-28", True),
        ("2020-02-29", 48, "2024-02-29", False),
        ("2021-12-15", 1, "2022-01-15", False),
        ("2021-01-30", 1, "2021-02-28", True),
    ],
)
def test_the_corresponding_date_some_months_on(start: str, months: int, corresponding: str, clipped: bool) -> None:
    assert months_on(day(start), months) == (day(corresponding), clipped)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [("2021-04-01", 6, "2021-09-30"), ("2021-01-31", 1, "2021-02-28"), ("2023-03-01", 12, "2024-02-29")],
)
def test_months_that_begin_with_a_date_end_the_day_before_its_namesake(start: str, months: int, last: str) -> None:
    assert last_of_months_with(day(start), months) == day(last)


def test_gaps_are_joined_and_empty_ones_vanish() -> None:
    assert merged(
        [
            gap("2021-06-01", "2021-06-10"),
            gap("2021-05-01", "2021-05-01"),
            gap("2021-06-05", "2021-06-08"),
            gap("2021-06-10", "2021-06-12"),
            gap("2021-08-01", None),
            gap("2021-09-01", "2021-09-03"),
        ]
    ) == (gap("2021-06-01", "2021-06-12"), gap("2021-08-01", None))


def test_days_in_a_gap_are_not_counted_and_the_day_it_ends_is() -> None:
    counted = Counted(EVERY_DAY, merged([gap("2021-06-03", "2021-06-05")]))
    assert counted.between(day("2021-06-01"), day("2021-06-06")) == 3  # the 2nd, 5th and 6th
    assert counted.nth(day("2021-06-01"), 1) == day("2021-06-02")
    assert counted.nth(day("2021-06-01"), 2) == day("2021-06-05")
    assert counted.between(day("2021-06-06"), day("2021-06-06")) == 0
    assert counted.between(day("2021-06-06"), day("2021-06-01")) == 0


def test_a_gap_before_the_beginning_or_across_it_leaves_out_only_what_comes_after() -> None:
    counted = Counted(EVERY_DAY, merged([gap("2021-05-01", "2021-05-05"), gap("2021-05-30", "2021-06-03")]))
    assert counted.between(day("2021-06-01"), day("2021-06-04")) == 2
    assert counted.nth(day("2021-06-01"), 2) == day("2021-06-04")


def test_what_lies_beyond_a_gap_without_an_end_has_no_date() -> None:
    counted = Counted(EVERY_DAY, merged([gap("2021-06-05", None)]))
    assert counted.nth(day("2021-06-01"), 3) == day("2021-06-04")
    assert counted.nth(day("2021-06-01"), 4) is None
    assert counted.between(day("2021-06-01"), day("2022-06-01")) == 3


def test_weekends_in_a_gap_are_left_out_once() -> None:
    counted = Counted(EW_CALENDAR, merged([gap("2021-06-04", "2021-06-08")]))  # Friday to Monday
    assert counted.nth(day("2021-06-03"), 1) == day("2021-06-08")
    assert counted.between(day("2021-06-03"), day("2021-06-08")) == 1
