"""Figures made of what was counted, and the report as records and rows: expected values worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.model.clocks.definitions import Statistic
from dems.model.clocks.table import CLOCKS
from dems.model.ids import CaseId, FactId, PersonId
from dems.model.life.events import Outcome
from dems.model.life.vocabulary import Mode
from dems.model.measures.catalogue import MODE, OPEN_CASE, Kind, Rule, measures, named
from dems.model.measures.figuring import Asked, Group, Result, results
from dems.model.measures.periods import Period
from dems.model.measures.report import (
    COLUMNS,
    Corrected,
    Corrections,
    Cut,
    Report,
    cuts_of,
    decimal,
    months_until,
    report_record,
    report_rows,
    unit_of,
    year_to_date,
)

DAY = date(2022, 3, 31)
AT = datetime(2022, 4, 5, 9, tzinfo=UTC)
MARCH = Period(date(2022, 3, 1), DAY)
RULES = measures(CLOCKS, DAY)


def modes(count: int, counted: int, *, in_time: bool, net: tuple[int, bool] | None = None) -> Group:
    net_counted, net_in_time = net or (None, None)
    return Group(
        MODE, count, in_time=in_time, counted=counted, net_counted=net_counted, net_in_time=net_in_time, stopped=True
    )


def result(name: str, *groups: Group, rules: tuple[Rule, ...] = RULES) -> Result:
    return next(r for r in results(rules, groups) if r.rule.name == name)


def test_measures_come_in_the_order_of_a_life_and_what_was_added_comes_after_them() -> None:
    assert [r.name for r in RULES] == [
        "mode-decision", "investigation-6-months", "investigation-9-months", "investigation-12-months", "review", "dsi-review",
        "reviews-upheld", "thematic-investigations", "recommendations-made", "recommendations-accepted", "open-cases",
        "statutory-dates-missed",
    ]  # fmt: skip
    ours = next(d for d in CLOCKS if d.id == "service-complaint")
    own = replace(ours, id="a-clock-of-ours", statistic=Statistic.SHARE, target=90)
    names = [r.name for r in measures((own, *CLOCKS), DAY)]
    assert names.index("a-clock-of-ours") == names.index("dsi-review") + 1
    assert named(RULES, "review").unit == "working days"
    with pytest.raises(Invalid, match="no measure 'speed': choose one of mode-decision"):
        named(RULES, "speed")


def test_a_clock_that_comes_into_force_later_keeps_nobody_from_the_measures_of_an_earlier_period() -> None:
    ours = next(d for d in CLOCKS if d.id == "service-complaint")
    own = replace(ours, id="a-clock-of-ours", statistic=Statistic.SHARE, target=90, in_force_from=date(2022, 4, 1))
    assert measures((own, *CLOCKS), DAY) == RULES
    assert "a-clock-of-ours" in [r.name for r in measures((own, *CLOCKS), date(2022, 4, 1))]


def test_a_clock_whose_version_in_force_has_no_figure_is_no_measure() -> None:
    before = next(d for d in CLOCKS if d.id == "dsi-review")
    given_up = replace(before, version=2, statistic=Statistic.NONE, target=None, in_force_from=date(2022, 4, 1))
    assert "dsi-review" in [r.name for r in measures((given_up, *CLOCKS), DAY)]
    assert "dsi-review" not in [r.name for r in measures((given_up, *CLOCKS), date(2022, 4, 1))]


def test_a_share_is_exact_gross_and_net_with_mean_and_median() -> None:
    found = result(
        MODE, modes(7, 1, in_time=True), modes(1, 3, in_time=True), modes(2, 8, in_time=False, net=(3, True))
    )
    assert (found.gross.numerator, found.gross.denominator, found.gross.value) == (8, 10, Fraction(80))
    assert (found.gross.mean, found.gross.median, found.gross.met) == (Fraction(26, 10), Fraction(1), True)
    assert found.net is not None
    assert (found.net.label, found.net.numerator, found.net.mean) == (
        "net of time for further information",
        10,
        Fraction(16, 10),
    )
    one_more = result(MODE, modes(7, 1, in_time=True), modes(2, 8, in_time=False))
    assert (one_more.gross.value, one_more.gross.met) == (Fraction(700, 9), False)


def test_of_an_even_number_the_median_lies_between_the_two_in_the_middle() -> None:
    found = result("dsi-review", *(Group("dsi-review", 1, counted=days, stopped=True) for days in (10, 20, 33, 60)))
    assert (found.gross.median, found.gross.mean, found.gross.value) == (
        Fraction(53, 2),
        Fraction(123, 4),
        Fraction(123, 4),
    )
    assert (found.gross.numerator, found.gross.met, found.net) == (123, False, None)
    assert result("dsi-review", Group("dsi-review", 2, counted=30, stopped=True)).gross.met is True, (
        "a mean of 30 is in time"
    )


def test_of_nothing_there_is_no_value_and_no_target_is_met() -> None:
    found = result("review")
    assert (found.gross.denominator, found.gross.value, found.gross.median, found.gross.met) == (0, None, None, None)


def test_what_the_population_leaves_out_is_counted_by_why() -> None:
    major = Group("investigation-6-months", 3, member=False, left_out="it was major", counted=400, stopped=True)
    found = result("investigation-6-months", major, replace(major, left_out=None, count=1))
    assert (found.gross.denominator, found.left_out) == (0, (("", 1), ("it was major", 3)))


def test_only_what_the_period_takes_is_looked_at() -> None:
    outside = replace(modes(1, 2, in_time=True), stopped=False)
    assert result(MODE, outside).gross.denominator == 0


def test_outcomes_themes_and_missed_dates_make_the_monitored_shares() -> None:
    review = Group("review", 1, counted=5, stopped=True)
    upheld = result("reviews-upheld", replace(review, outcome=Outcome.UPHELD), replace(review, count=2))
    assert (upheld.gross.value, upheld.gross.mean, upheld.gross.met) == (Fraction(100, 3), None, None)
    begun = Group("investigation-12-months", 2, member=False, left_out="it was major", started=True)
    thematic = result("thematic-investigations", begun, replace(begun, count=6, thematic=True))
    assert (thematic.gross.numerator, thematic.gross.denominator, thematic.left_out) == (6, 8, ())
    answered = Group("section-10-response", 1, stopped=True, outcome=Outcome.PARTIALLY_ACCEPTED)
    accepted = result("recommendations-accepted", answered, replace(answered, count=3, outcome=Outcome.ACCEPTED))
    assert (accepted.gross.value, accepted.parts) == (Fraction(75), (("accepted", 3), ("partially_accepted", 1)))
    unknown = result("recommendations-accepted", replace(answered, outcome=None))
    assert (unknown.gross.numerator, unknown.parts) == (0, ())
    due = Group("subject-access", 4, due=True)
    missed = result("statutory-dates-missed", due, replace(due, count=1, missed=True))
    assert (missed.gross.value, missed.parts) == (Fraction(20), (("subject-access", 1),))


def test_numbers_have_no_share_and_open_cases_are_told_apart_by_age() -> None:
    made = result("recommendations-made", Group("recommendation-response", 5, started=True))
    assert (made.gross.value, made.gross.denominator, made.parts) == (Fraction(5), 5, ())
    found = result("open-cases", Group(OPEN_CASE, 3, band=0), Group(OPEN_CASE, 2, band=4))
    assert [count for _, count in found.parts] == [3, 0, 0, 0, 2]
    assert (found.gross.numerator, unit_of(found)) == (5, "")


def test_ages_are_counted_to_the_end_of_the_period_or_to_the_instant_that_is_asked_of() -> None:
    asked = Asked(Period(date(2021, 4, 1), DAY), AT)
    assert asked.borders == (date(2021, 12, 31), date(2021, 9, 30), date(2021, 6, 30), date(2021, 3, 31))
    assert Asked(asked.period, datetime(2022, 3, 1, 23, 30, tzinfo=UTC)).last == date(2022, 3, 1)
    assert Asked(asked.period, datetime(2022, 3, 30, 23, 30, tzinfo=UTC)).today == DAY


def test_the_months_of_a_trend_end_with_the_period() -> None:
    months = months_until(Period(date(2022, 2, 10), date(2022, 2, 20)))
    assert (len(months), months[0]) == (12, Period(date(2021, 3, 1), date(2021, 3, 31)))
    assert months[-1] == Period(date(2022, 2, 1), date(2022, 2, 20))
    assert year_to_date(MARCH) == Period(date(2021, 4, 1), DAY)


def test_decimals_are_for_readers() -> None:
    assert [decimal(v) for v in (None, Fraction(1, 3), Fraction(1, 200), Fraction(3, 200))] == [None, 0.33, 0.0, 0.02]


def test_a_report_says_the_same_as_records_and_as_rows() -> None:
    found = results(RULES, [modes(4, 1, in_time=True), modes(1, 9, in_time=False)])
    by_force = cuts_of(
        RULES, [replace(modes(1, 1, in_time=True), key=k) for k in ("B", "A")] + [modes(9, 1, in_time=True)]
    )
    assert [cut.key for cut in by_force] == ["A", "B"]
    wrong = Corrected(
        CaseId(UUID(int=1)), "C/1", FactId(UUID(int=2)), "report_final", date(2022, 3, 1), None, AT, "Another case's."
    )
    asked = Asked(MARCH, AT, "A", "taser", Mode.INDEPENDENT, PersonId(UUID(int=3)))
    cuts = (Cut("2022-03", found),)
    late = replace(wrong, was_on=None, is_on=date(2022, 3, 2))
    report = Report(asked, AT, "all", True, found, found, cuts, by_force, (), Corrections((wrong, late), 2))
    told = report_record(report)
    assert told["asked"] == {
        "from": "2022-03-01", "to": "2022-03-31", "as_of": "2022-04-05T09:00:00.000000Z", "force": "A", "theme": "taser",
        "mode": "independent", "team": "00000000-0000-0000-0000-000000000003",
    }  # fmt: skip
    first = told["period"][0]["figures"][0]
    assert first == {
        "label": "gross", "numerator": 4, "denominator": 5, "value": 80.0, "mean": 2.6, "median": 1.0, "met": True
    }  # fmt: skip
    assert [(c["was_on"], c["is_on"]) for c in told["corrected_since"]["listed"]] == [
        ("2022-03-01", None),
        (None, "2022-03-02"),
    ]
    assert told["to_date"]["from"] == "2021-04-01"
    headings, *rows = report_rows(report)
    assert headings == COLUMNS
    assert rows[0][:8] == ("period", "2022-03-01 to 2022-03-31", MODE, RULES[0].title, "gross", 4, 5, 80.0)
    assert {row[0] for row in rows} == {"period", "to_date", "months", "by_force"}
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert RULES[0].kind is Kind.SHARE
    plain = replace(report, asked=Asked(MARCH, AT))
    assert (report_record(plain)["asked"]["mode"], report_record(plain)["asked"]["team"]) == (None, None)
