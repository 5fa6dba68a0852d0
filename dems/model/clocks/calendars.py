"""Which days count. A calendar is a value with a version: an answer names the one it was counted with.

Days that count are numbered, so that counting years is a subtraction: `index` is how many days count from the beginning of
time up to and including a day, `day` is the day with that number.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from dems.errors import Invalid

_WEEK, _WORKING_WEEK = 7, 5
EW = "EW"
"""Name of the calendar of England and Wales."""
UK = "UK"
"""Name of the calendar that leaves out bank holidays of any part of the United Kingdom."""


class Days(Protocol):
    """A numbering of the days that count."""

    def index(self, day: date) -> int:
        """How many days count up to and including this one."""
        ...

    def day(self, index: int) -> date:
        """The first day up to and including which so many count."""
        ...


@dataclass(frozen=True, slots=True)
class EveryDay:
    """Calendar days: weekends and holidays count."""

    def index(self, day: date) -> int:
        return day.toordinal()

    def day(self, index: int) -> date:
        return date.fromordinal(index)


EVERY_DAY = EveryDay()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: not Saturday, Sunday, nor a day in `holidays` (names by London date).

    Holidays are known from `first` to `last`, both included; beyond them only weekends are left out, which `knows` tells.
    """

    name: str
    version: int
    source: str
    first: date
    last: date
    holidays: Mapping[date, str]
    _weekdays_off: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("A calendar ends after it begins: correct the dates between which holidays are known.")
        outside = sorted(d for d in self.holidays if not self.first <= d <= self.last)
        if outside:
            raise Invalid(f"The holiday on {outside[0]} lies outside the dates that this calendar is said to know.")
        off = sorted(d.toordinal() for d in self.holidays if d.isoweekday() <= _WORKING_WEEK)
        object.__setattr__(self, "_weekdays_off", tuple(off))

    def index(self, day: date) -> int:
        return _weekdays(day.toordinal()) - bisect_right(self._weekdays_off, day.toordinal())

    def day(self, index: int) -> date:
        ordinal = _weekday_number(index)
        while (reached := self.index(date.fromordinal(ordinal))) < index:
            ordinal = _weekday_number(_weekdays(ordinal) + index - reached)
        return date.fromordinal(ordinal)

    def works(self, day: date) -> bool:
        return day.isoweekday() <= _WORKING_WEEK and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The working day that is the `count`-th after a day, which itself is not counted. `count` is at least 1."""
        return self.day(self.index(day) + count)

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return self.index(end) - self.index(start)

    def knows(self, start: date, end: date) -> bool:
        """Whether holidays are known for all days from `start` to `end`."""
        return self.first <= start and end <= self.last

    def changed(
        self, *, add: Mapping[date, str] | None = None, remove: Iterable[date] = (), source: str | None = None
    ) -> "Calendar":
        """The next version: a holiday that was proclaimed, or one that was wrong. Raises `Invalid` for no such holiday."""
        gone = set(remove)
        for day in sorted(gone - self.holidays.keys()):
            raise Invalid(f"{day} is no holiday in calendar {self.name}, so it cannot be taken out.")
        kept = {d: n for d, n in self.holidays.items() if d not in gone} | dict(add or {})
        return Calendar(self.name, self.version + 1, source or self.source, self.first, self.last, kept)


def _weekdays(ordinal: int) -> int:
    """How many of the first `ordinal` days are weekdays: the first day of the calendar is a Monday."""
    weeks, days = divmod(ordinal, _WEEK)
    return weeks * _WORKING_WEEK + min(days, _WORKING_WEEK)


def _weekday_number(count: int) -> int:
    """The ordinal of the `count`-th weekday."""
    weeks, days = divmod(count - 1, _WORKING_WEEK)
    return weeks * _WEEK + days + 1
