"""The stretches of time that figures are of."""

from dataclasses import dataclass
from datetime import date

from dems.errors import Invalid

_APRIL = 4


@dataclass(frozen=True, slots=True)
class Period:
    """London dates, both included. Raises `Invalid` where it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("A period ends on or after the day it begins: exchange its dates.")

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


def plan_year(day: date) -> Period:
    """The year in which performance is reported, 1 April to 31 March, that a date lies in."""
    year = day.year if day.month >= _APRIL else day.year - 1
    return Period(date(year, _APRIL, 1), date(year + 1, _APRIL - 1, 31))
