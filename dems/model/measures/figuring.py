"""From what is counted to figures: exact, and the same whoever did the counting."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from dems.model.clocks.counting import months_on
from dems.model.ids import PersonId
from dems.model.life.events import Outcome
from dems.model.life.vocabulary import Mode
from dems.model.measures.catalogue import Holds, Kind, Picks, Rule
from dems.model.measures.periods import Period
from dems.model.times import london_date

_PERCENT = 100


class By(StrEnum):
    """What figures are told apart by."""

    FORCE = "force"
    THEME = "theme"
    """A case of two themes is counted in both."""


AGES = (3, 6, 9, 12)
"""Months at which an open case goes on to the next band."""
BANDS = ("up to 3 months", "3 to 6 months", "6 to 9 months", "9 to 12 months", "over 12 months")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of London dates, as of an instant: what was known then. Each filter that is not None must hold.

    `force`, `theme` and `mode` are what the case was when it was counted; `team` is somebody who was on the case at that
    instant.
    """

    period: Period
    as_of: datetime
    force: str | None = None
    theme: str | None = None
    mode: Mode | None = None
    team: PersonId | None = None

    @property
    def today(self) -> date:
        return london_date(self.as_of)

    @property
    def last(self) -> date:
        """The day of which open cases are counted: no later than the instant that is asked of."""
        return min(self.period.last, self.today)

    @property
    def borders(self) -> tuple[date, ...]:
        """A case that was referred on a border or before it has passed the border's age."""
        return tuple(months_on(self.last, -months)[0] for months in AGES)


@dataclass(frozen=True, slots=True)
class Group:
    """So many clocks that are alike in all that a figure asks of them, or so many open cases (`band` is their age's).

    `member` and `left_out` are those of the clock's own figure. `started`, `stopped` and `due` say whether the period has
    that day; `key` is what they were told apart by.
    """

    clock: str
    count: int
    member: bool = True
    left_out: str | None = None
    in_time: bool = False
    counted: int = 0
    net_in_time: bool | None = None
    net_counted: int | None = None
    outcome: Outcome | None = None
    thematic: bool = False
    started: bool = False
    stopped: bool = False
    due: bool = False
    missed: bool = False
    band: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. `value` is a percentage, a mean or a number, exact; None of nothing. `label` says what time is left out."""

    label: str
    numerator: int
    denominator: int
    value: Fraction | None
    mean: Fraction | None
    median: Fraction | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """What one measure says. `parts` are the bands of a number, or other answers than the one that counts."""

    rule: Rule
    gross: Measured
    net: Measured | None
    left_out: tuple[tuple[str, int], ...]
    parts: tuple[tuple[str, int], ...]


def results(rules: Iterable[Rule], groups: Sequence[Group]) -> tuple[Result, ...]:
    """Every measure of what was grouped."""
    return tuple(_result(rule, [g for g in groups if picked(rule, g)]) for rule in rules)


def picked(rule: Rule, group: Group) -> bool:
    """Whether a measure looks at it, be it to count it or to say why not."""
    if rule.clocks is not None and group.clock not in rule.clocks:
        return False
    return {
        Picks.STOPPED: group.stopped,
        Picks.STARTED: group.started,
        Picks.DUE: group.due,
        Picks.OPEN: group.band is not None,
    }[rule.picks]


def _result(rule: Rule, groups: Sequence[Group]) -> Result:
    taken = [g for g in groups if g.member or rule.everything]
    left_out: Counter[str] = Counter()
    for g in groups:
        if not (g.member or rule.everything):
            left_out[g.left_out or ""] += g.count
    gross = [(holds(rule, g), g.counted, g.count) for g in taken]
    net = [
        (g.in_time, g.counted, g.count) if g.net_counted is None else (g.net_in_time is True, g.net_counted, g.count)
        for g in taken
    ]
    return Result(
        rule,
        _measured(rule, "gross", gross),
        _measured(rule, rule.net_label, net) if rule.net_label else None,
        tuple(sorted(left_out.items())),
        _parts(rule, taken),
    )


def holds(rule: Rule, group: Group) -> bool:
    """Whether it goes into the numerator of the gross figure."""
    return {
        Holds.IN_TIME: group.in_time,
        Holds.UPHELD: group.outcome is Outcome.UPHELD,
        Holds.THEMATIC: group.thematic,
        Holds.ACCEPTED: group.outcome is Outcome.ACCEPTED,
        Holds.MISSED: group.missed,
    }[rule.holds]


def _measured(rule: Rule, label: str, counted: Sequence[tuple[bool, int, int]]) -> Measured:
    """`counted` has whether it holds, its time, and how many there are of it."""
    denominator = sum(count for _, _, count in counted)
    holding = sum(count for holds, _, count in counted if holds)
    time = sum(time * count for _, time, count in counted)
    mean = Fraction(time, denominator) if rule.timed and denominator else None
    if rule.kind is Kind.COUNT:
        return Measured(label, denominator, denominator, Fraction(denominator), None, None, None)
    value = mean if rule.kind is Kind.MEAN else Fraction(holding * _PERCENT, denominator) if denominator else None
    met = None
    if value is not None and rule.target is not None:
        met = value <= rule.target if rule.kind is Kind.MEAN else value >= rule.target
    return Measured(
        label, time if rule.kind is Kind.MEAN else holding, denominator, value, mean,
        _median(counted) if rule.timed else None, met,
    )  # fmt: skip


def _median(counted: Sequence[tuple[bool, int, int]]) -> Fraction | None:
    histogram: Counter[int] = Counter()
    for _, time, count in counted:
        histogram[time] += count
    total = sum(histogram.values())
    if not total:
        return None
    middle, seen = ((total - 1) // 2, total // 2), 0
    found: list[int] = []
    for time in sorted(histogram):
        found += [time for place in middle if seen <= place < seen + histogram[time]]
        seen += histogram[time]
    return Fraction(sum(found), 2)


def _parts(rule: Rule, taken: Sequence[Group]) -> tuple[tuple[str, int], ...]:
    if rule.picks is Picks.OPEN:
        return tuple((name, sum(g.count for g in taken if g.band == place)) for place, name in enumerate(BANDS))
    parts: Counter[str] = Counter()
    for g in taken:
        if rule.holds is Holds.ACCEPTED and g.outcome is not None:
            parts[g.outcome.value] += g.count
        if rule.holds is Holds.MISSED and g.missed:
            parts[g.clock] += g.count
    return tuple(sorted(parts.items()))
