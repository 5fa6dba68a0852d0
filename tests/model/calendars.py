"""Bank holidays as the government announced them, 2019 to 2028: written by hand, so that nothing here comes from a program."""

from datetime import date

from dems.model.clocks.calendars import EW, UK, Calendar

SOURCE = "gov.uk/bank-holidays and the proclamations of 2020, 2022 and 2023"

_ENGLAND_AND_WALES = {
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}
"""On weekdays: substitute days where the day itself is at a weekend."""

_ONLY_ELSEWHERE = {
    2019: "01-02 03-18 07-12 08-05 12-02",
    2020: "01-02 03-17 07-13 08-03 11-30",
    2021: "01-04 03-17 07-12 08-02 11-30",
    2022: "01-04 03-17 07-12 08-01 11-30",
    2023: "01-03 03-17 07-12 08-07 11-30",
    2024: "01-02 03-18 07-12 08-05 12-02",
    2025: "01-02 03-17 07-14 08-04 12-01",
    2026: "01-02 03-17 06-15 07-13 08-03 11-30",
    2027: "01-04 03-17 07-12 08-02 11-30",
    2028: "01-04 03-17 07-12 08-07 11-30",
}
"""In Scotland or Northern Ireland only."""


def _days(table: dict[int, str], name: str) -> dict[date, str]:
    return {date.fromisoformat(f"{year}-{day}"): name for year, days in table.items() for day in days.split()}


_EW_DAYS = _days(_ENGLAND_AND_WALES, "Bank holiday")
_FIRST, _LAST = date(2019, 1, 1), date(2028, 12, 31)

EW_CALENDAR = Calendar(EW, 1, SOURCE, _FIRST, _LAST, _EW_DAYS)
UK_CALENDAR = Calendar(
    UK, 1, SOURCE, _FIRST, _LAST, _EW_DAYS | _days(_ONLY_ELSEWHERE, "Bank holiday in part of the United Kingdom")
)
CALENDARS = {EW: EW_CALENDAR, UK: UK_CALENDAR}
