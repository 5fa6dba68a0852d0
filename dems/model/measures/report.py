"""The monthly report as a value: what it says, and as rows and records that programs read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from dems.model.clocks.counting import months_on
from dems.model.ids import CaseId, FactId
from dems.model.measures.catalogue import Kind, Rule
from dems.model.measures.figuring import Asked, Group, Measured, Result, results
from dems.model.measures.periods import Period, plan_year
from dems.model.times import rfc3339

MONTHS_SHOWN = 12
_PLACES = 2
COLUMNS = (
    "section", "key", "measure", "title", "figure", "numerator", "denominator", "value", "unit", "mean", "median", "target",
    "met",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Corrected:
    """A fact that was known at the instant of a report and was corrected since. `is_on` is None for one taken back."""

    case_id: CaseId
    case_reference: str
    fact: FactId
    kind: str
    was_on: date | None
    is_on: date | None
    recorded_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """The first of them, and how many there are."""

    listed: tuple[Corrected, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """All measures of one part of what was asked: a month, a force, a theme."""

    key: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a period and of its plan year until the period's end, by month, force and theme.

    `scope` says which cases the reader's figures count; `synthetic` that some of them never happened.
    """

    asked: Asked
    made_at: datetime
    scope: str
    synthetic: bool
    period: tuple[Result, ...]
    to_date: tuple[Result, ...]
    months: tuple[Cut, ...]
    by_force: tuple[Cut, ...]
    by_theme: tuple[Cut, ...]
    corrections: Corrections

    @property
    def year(self) -> Period:
        return year_to_date(self.asked.period)


def year_to_date(period: Period) -> Period:
    """From the first day of the plan year in which a period ends until its end."""
    return Period(plan_year(period.last).first, period.last)


def months_until(period: Period) -> tuple[Period, ...]:
    """The calendar months that a trend shows, the last of which has the period's last day and ends with it."""
    first = period.last.replace(day=1)
    begun = [months_on(first, -n)[0] for n in range(MONTHS_SHOWN - 1, -1, -1)]
    ends = [date.fromordinal(b.toordinal() - 1) for b in begun[1:]]
    return tuple(Period(b, e) for b, e in zip(begun, (*ends, period.last), strict=True))


def cuts_of(rules: Sequence[Rule], groups: Sequence[Group]) -> tuple[Cut, ...]:
    """Every measure of each part that the groups were told apart by, in the order of their names."""
    keys = sorted({g.key for g in groups if g.key is not None})
    return tuple(Cut(key, results(rules, [g for g in groups if g.key == key])) for key in keys)


def decimal(value: Fraction | None) -> float | None:
    """For readers, rounded to two places, halves to the even digit; numerator and denominator are exact."""
    return None if value is None else float(round(value, _PLACES))


def unit_of(result: Result) -> str:
    return "%" if result.rule.kind is Kind.SHARE else result.rule.unit or ""


def record_of(result: Result) -> dict[str, Any]:
    """One measure as JSON holds it."""
    rule = result.rule
    return {
        "name": rule.name,
        "title": rule.title,
        "kind": rule.kind.value,
        "unit": unit_of(result),
        "target": rule.target,
        "counts": rule.counts,
        "source": rule.source,
        "figures": [_figure(figure) for figure in figures_of(result)],
        "left_out": [{"why": why, "count": count} for why, count in result.left_out],
        "parts": [{"name": name, "count": count} for name, count in result.parts],
    }


def figures_of(result: Result) -> tuple[Measured, ...]:
    return (result.gross,) if result.net is None else (result.gross, result.net)


def _figure(figure: Measured) -> dict[str, Any]:
    return {
        "label": figure.label,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": decimal(figure.value),
        "mean": decimal(figure.mean),
        "median": decimal(figure.median),
        "met": figure.met,
    }


def asked_record(asked: Asked) -> dict[str, Any]:
    return {
        "from": asked.period.first.isoformat(),
        "to": asked.period.last.isoformat(),
        "as_of": rfc3339(asked.as_of),
        "force": asked.force,
        "theme": asked.theme,
        "mode": None if asked.mode is None else asked.mode.value,
        "team": None if asked.team is None else str(asked.team),
    }


def corrections_record(corrections: Corrections) -> dict[str, Any]:
    return {
        "count": corrections.count,
        "listed": [
            {
                "case_id": str(c.case_id),
                "case_reference": c.case_reference,
                "fact": str(c.fact),
                "kind": c.kind,
                "was_on": None if c.was_on is None else c.was_on.isoformat(),
                "is_on": None if c.is_on is None else c.is_on.isoformat(),
                "recorded_at": rfc3339(c.recorded_at),
                "reason": c.reason,
            }
            for c in corrections.listed
        ],
    }


def report_record(report: Report) -> dict[str, Any]:
    """The whole report as JSON holds it."""
    return {
        "asked": asked_record(report.asked),
        "made_at": rfc3339(report.made_at),
        "scope": report.scope,
        "synthetic": report.synthetic,
        "period": [record_of(r) for r in report.period],
        "to_date": {
            "from": report.year.first.isoformat(),
            "to": report.year.last.isoformat(),
            "measures": [record_of(r) for r in report.to_date],
        },
        **{
            name: [{"key": cut.key, "measures": [record_of(r) for r in cut.results]} for cut in cuts]
            for name, cuts in _cuts(report)
        },
        "corrected_since": corrections_record(report.corrections),
    }


def report_rows(report: Report) -> Iterator[tuple[object, ...]]:
    """A row for each figure, in the order of `COLUMNS`; the first row is the headings."""
    yield COLUMNS
    period = f"{report.asked.period.first} to {report.asked.period.last}"
    yield from _rows("period", period, report.period)
    yield from _rows("to_date", f"{report.year.first} to {report.year.last}", report.to_date)
    for name, cuts in _cuts(report):
        for cut in cuts:
            yield from _rows(name, cut.key, cut.results)


def _cuts(report: Report) -> tuple[tuple[str, tuple[Cut, ...]], ...]:
    return (("months", report.months), ("by_force", report.by_force), ("by_theme", report.by_theme))


def _rows(section: str, key: str, results: tuple[Result, ...]) -> Iterator[tuple[object, ...]]:
    for result in results:
        rule = result.rule
        for f in figures_of(result):
            yield (
                section, key, rule.name, rule.title, f.label, f.numerator, f.denominator, decimal(f.value), unit_of(result),
                decimal(f.mean), decimal(f.median), rule.target, f.met,
            )  # fmt: skip
        for name, count in (*result.parts, *((f"left out: {why}", n) for why, n in result.left_out)):
            yield (section, key, rule.name, rule.title, name, count, None, None, "", None, None, None, None)
