"""The counting rules of the domain page, section 3.3: every test vector of its table, as it is written there."""

from datetime import date
from itertools import islice

import pytest

from dems.model.clocks.calendars import EVERY_DAY, EW, UK
from dems.model.clocks.counting import Counted, DayOne, day_zero
from dems.model.clocks.definitions import in_force
from dems.model.clocks.rounds import periods_of
from dems.model.clocks.table import CLOCKS
from tests.model.calendars import CALENDARS, EW_CALENDAR

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("calendar", "count", "after", "result"),
    [
        (EW, 3, "2021-12-24", "2021-12-31"),
        (EW, 3, "2021-04-01", "2021-04-08"),
        (EW, 3, "2021-01-02", "2021-01-06"),
        (EW, 20, "2021-12-01", "2021-12-31"),
        (EW, 20, "2022-03-10", "2022-04-07"),
        (UK, 20, "2022-03-10", "2022-04-08"),
        (EW, 20, "2026-07-01", "2026-07-29"),
        (UK, 20, "2026-07-01", "2026-07-30"),
        (EW, 30, "2021-04-06", "2021-05-19"),
        (EW, 50, "2021-04-06", "2021-06-17"),
        (EW, 15, "2022-09-09", "2022-10-03"),
        (EW, 15, "2023-04-28", "2023-05-23"),
    ],
)
def test_so_many_working_days_after_a_date(calendar: str, count: int, after: str, result: str) -> None:
    assert CALENDARS[calendar].after(date.fromisoformat(after), count) == date.fromisoformat(result)


def test_working_days_between_two_dates_leave_out_the_jubilee() -> None:
    assert EW_CALENDAR.between(date(2022, 6, 1), date(2022, 6, 7)) == 2


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2021-04-01", ["2022-03-31", "2022-09-30", "2023-03-31"]),
        ("2020-02-29", ["2021-02-28", "2021-08-31", "2022-02-28"]),
        ("2023-03-01", ["2024-02-29", "2024-08-31", "2025-02-28"]),
        ("2021-08-31", ["2022-08-30", "2023-02-28", "2023-08-31"]),
    ],
)
def test_periods_of_a_report_on_timeliness(start: str, ends: list[str]) -> None:
    definition = in_force(CLOCKS, "timeliness-report", TODAY)
    periods = islice(periods_of(definition, date.fromisoformat(start)), 3)
    assert [last.isoformat() for _, last in periods] == ends


@pytest.mark.parametrize(
    ("days", "day_one", "start", "last"),
    [
        (56, DayOne.WITH, "2022-01-10", "2022-03-06"),
        (21, DayOne.WITH, "2022-03-01", "2022-03-21"),
        (28, DayOne.AFTER, "2022-01-10", "2022-02-07"),
    ],
)
def test_days_beginning_with_a_date_or_the_day_after(days: int, day_one: DayOne, start: str, last: str) -> None:
    zero = day_zero(date.fromisoformat(start), day_one)
    assert Counted(EVERY_DAY).nth(zero, days) == date.fromisoformat(last)
