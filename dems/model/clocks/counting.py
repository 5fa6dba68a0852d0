"""Counting days and months the way the rules do."""

import calendar as gregorian
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dems.model.clocks.calendars import Days

_DAY = timedelta(days=1)
_YEAR = 12


class DayOne(StrEnum):
    """Which day is the first that counts."""

    AFTER = "after"
    """The day of the event is day 0; the next is day 1."""
    WITH = "with"
    """*Beginning with* the day of the event: that is day 1."""


def months_on(day: date, months: int) -> tuple[date, bool]:
    """The corresponding date so many months on, and whether there is none and the month's last day stands for it."""
    years, month = divmod(day.month - 1 + months, _YEAR)
    last = gregorian.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last)), day.day > last


def last_of_months_with(day: date, months: int) -> date:
    """The last day of so many months that begin with `day`.

    It is the day before the corresponding date; where that month has no such date, it is the month's last day.
    """
    corresponding, clipped = months_on(day, months)
    return corresponding if clipped else corresponding - _DAY


def last_of_months(day: date, months: int, day_one: DayOne) -> date:
    """The last day of so many months, counted from the event's day or from the day after it."""
    return last_of_months_with(day, months) if day_one is DayOne.WITH else months_on(day, months)[0]


def day_zero(day: date, day_one: DayOne) -> date:
    """The day before the first that counts."""
    return day - _DAY if day_one is DayOne.WITH else day


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that are left out: from `first` until the day before `until`, or without an end."""

    first: date
    until: date | None

    @property
    def last(self) -> date:
        return date.max if self.until is None else self.until - _DAY


def merged(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """The same days as gaps that do not touch, by date: a day in two of them is left out once. Empty gaps vanish."""
    found: list[Gap] = []
    for gap in sorted((g for g in gaps if g.first <= g.last), key=lambda g: (g.first, g.last)):
        if found and (found[-1].until is None or gap.first <= found[-1].until):
            longest = max(found[-1], gap, key=lambda g: g.last)
            found[-1] = Gap(found[-1].first, longest.until)
        else:
            found.append(gap)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Counted:
    """Days that count, without those in gaps. `gaps` are as `merged` gives them."""

    days: Days
    gaps: tuple[Gap, ...] = ()

    def between(self, zero: date, end: date) -> int:
        """How many count after `zero` up to and including `end`; 0 where `end` is not after `zero`."""
        if end <= zero:
            return 0
        whole = self.days.index(end) - self.days.index(zero)
        return whole - sum(self.left_out(gap, zero, end) for gap in self.gaps)

    def left_out(self, gap: Gap, zero: date, end: date) -> int:
        """How many days that would count after `zero` up to and including `end` lie in a gap."""
        first, last = max(gap.first, zero + _DAY), min(gap.last, end)
        return self.days.index(last) - self.days.index(first - _DAY) if first <= last else 0

    def nth(self, zero: date, count: int) -> date | None:
        """The `count`-th that counts after `zero`, or None where a gap without an end comes before it."""
        at = zero
        for gap in self.gaps:
            free = self.days.index(max(gap.first - _DAY, at)) - self.days.index(at)
            if count <= free:
                break
            if gap.until is None:
                return None
            count -= free
            at = max(gap.last, at)
        return self.days.day(self.days.index(at) + count)
