"""Measures of a synthetic history: against pandas, against the clocks' own reference, as of then, and inside the walls."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from dems.cli.seed.loading import clock_history
from dems.engines import Connections
from dems.errors import Invalid
from dems.model.actors import system
from dems.model.clocks.rules import clocks_by
from dems.model.life.vocabulary import Mode
from dems.model.measures.catalogue import MODE
from dems.model.measures.figuring import Asked, Measured, Result
from dems.model.measures.periods import Period
from dems.ports import Page
from dems.settings import Settings
from tests.model.clock_by_clock import Figure, measure, sample_of
from tests.usecases import pandas_measures as naive
from tests.usecases.seeded import NOW, Seeded, seeded
from tests.world import World

YEAR = Period(date(2021, 4, 1), date(2022, 3, 31))
MONTH = Period(date(2021, 11, 1), date(2021, 11, 30))
SUMMER = Period(date(2021, 6, 1), date(2021, 9, 30))
DECEMBER = datetime(2021, 12, 10, 12, tzinfo=UTC)
ASKED = [Asked(p, at) for p in (YEAR, MONTH, SUMMER) for at in (NOW, DECEMBER)]


@pytest.fixture(scope="module")
def history(engines: Connections, settings: Settings) -> Iterator[Seeded]:
    with seeded(engines, settings) as made:
        yield made


def found(history: Seeded, asked: Asked) -> dict[str, Result]:
    return {r.rule.name: r for r in history.dems.measures.look_up.all(history.auditor.actor, asked).results}


def shares(frame: pd.DataFrame, holds: str) -> tuple[int, int]:
    return int(frame[holds].sum()), len(frame)


def of(figure: Measured | None) -> tuple[int, int]:
    assert figure is not None
    return figure.numerator, figure.denominator


# --- against pandas ---


@pytest.mark.no_cover
@pytest.mark.parametrize("asked", ASKED, ids=lambda a: f"{a.period.first} as of {a.as_of:%d %B}")
def test_the_measures_are_what_pandas_makes_of_the_facts(history: Seeded, asked: Asked) -> None:
    facts, ours = naive.frames(history.cases, asked.as_of), found(history, asked)
    period = (asked.period.first, asked.period.last)

    modes = naive.modes(facts)
    modes = modes[naive.within(modes.stop, period)]
    assert of(ours["mode-decision"].gross) == shares(modes, "in_time")
    assert of(ours["mode-decision"].net) == shares(modes, "net_in_time")
    assert ours["mode-decision"].gross.median == Fraction(float(modes.time.median()))

    for months in (6, 9, 12):
        every = naive.investigations(facts, months)
        stopped = every[naive.within(every.stop, period)]
        counted = stopped[~stopped.major]
        result = ours[f"investigation-{months}-months"]
        assert of(result.gross) == shares(counted, "in_time")
        assert of(result.net) == shares(counted, "net_in_time")
        assert dict(result.left_out).get("it was a major investigation", 0) == stopped.major.sum()
        assert result.gross.mean == (Fraction(int(counted.time.sum()), len(counted)) if len(counted) else None)

    begun = every[naive.within(every.start, period)]
    themes = naive.themes_at(facts, begun.assign(until=begun.stop.fillna(naive.FAR)), "until")
    assert of(ours["thematic-investigations"].gross) == (sum(map(bool, themes)), len(begun))

    reviews = naive.reviews(facts)
    reviews = reviews[naive.within(reviews.stop, period)]
    valid = reviews[reviews.valid != "invalid"]
    assert of(ours["review"].gross) == (valid.time.sum(), len(valid))
    assert ours["review"].gross.median == Fraction(float(valid.time.median()))
    assert sum(count for _, count in ours["review"].left_out) == len(reviews) - len(valid)
    assert of(ours["reviews-upheld"].gross) == ((valid.outcome == "upheld").sum(), len(valid))

    dsi = naive.dsi_reviews(facts)
    dsi = dsi[naive.within(dsi.stop, period)]
    assert of(ours["dsi-review"].gross) == (dsi.time.sum(), len(dsi))

    made = naive.first(facts.events, "recommendation_made")
    answered = naive.first(facts.events, "recommendation_answered")
    answered = answered[naive.within(answered.on, period)]
    assert ours["recommendations-made"].gross.numerator == naive.within(made.on, period).sum()
    assert of(ours["recommendations-accepted"].gross) == ((answered.outcome == "accepted").sum(), len(answered))
    assert dict(ours["recommendations-accepted"].parts) == answered.outcome.value_counts().to_dict()


@pytest.mark.no_cover
@pytest.mark.parametrize("asked", ASKED, ids=lambda a: f"{a.period.first} as of {a.as_of:%d %B}")
def test_open_cases_and_missed_dates_are_what_pandas_makes_of_the_facts(history: Seeded, asked: Asked) -> None:
    facts, ours = naive.frames(history.cases, asked.as_of), found(history, asked)
    last = pd.Timestamp(min(asked.period.last, asked.as_of.date()))
    cases = naive.clock(facts, "referral_received", "closed")
    still = cases[(cases.start <= last) & ~(cases.stop <= last)]
    borders = [last - pd.DateOffset(months=m) for m in (3, 6, 9, 12)]
    ages = pd.Series([sum(start <= b for b in borders) for start in still.start]).value_counts()
    assert [count for _, count in ours["open-cases"].parts] == [int(ages.get(band, 0)) for band in range(5)]

    missed = dict(ours["statutory-dates-missed"].parts)
    limits: list[tuple[str, str, str, int, bool]] = [
        ("mandatory-referral", "referral_duty_clear", "referral_received", 1, False),
        ("appropriate-authority-views", "aa_views_requested", "aa_views_received", 28, False),
        ("review-application", "review_information_provided", "review_applied", 28, False),
        ("officer-response", "documents_supplied", "officer_responded", 15, True),
        ("witness-lists", "officer_responded", "witnesses_listed", 3, True),
    ]
    for clock, starts, stops, days, working in limits:
        frame = naive.late(facts, starts, stops, days, today=asked.today, working=working)
        frame = frame[naive.within(frame.due, (asked.period.first, asked.period.last))]
        assert missed.get(clock, 0) == frame.missed.sum(), clock


def test_filters_take_what_the_case_was_on_the_day_it_is_counted(history: Seeded) -> None:
    facts = naive.frames(history.cases, NOW)
    every = naive.investigations(facts, 12)
    done = every[naive.within(every.stop, (YEAR.first, YEAR.last)) & ~every.major]
    modes, themes = naive.mode_at(facts, done, "stop"), naive.themes_at(facts, done, "stop")
    for force in sorted(set(facts.forces)):
        expected = shares(done[done.case.map(facts.forces) == force], "in_time")
        assert of(found(history, Asked(YEAR, NOW, force=force))["investigation-12-months"].gross) == expected
    for mode in (Mode.INDEPENDENT, Mode.DIRECTED):
        expected = shares(done[modes == mode.value], "in_time")
        assert of(found(history, Asked(YEAR, NOW, mode=mode))["investigation-12-months"].gross) == expected
    for theme in ("taser", "mental_health"):
        expected = shares(done[themes.map(lambda t, one=theme: one in t)], "in_time")
        assert of(found(history, Asked(YEAR, NOW, theme=theme))["investigation-12-months"].gross) == expected


def test_a_team_has_the_cases_that_its_member_is_on(history: Seeded) -> None:
    facts = naive.frames(history.cases, NOW)
    modes = naive.modes(facts)
    modes = modes[naive.within(modes.stop, (YEAR.first, YEAR.last))]
    leads = {str(c.id): c.lead for c in history.cases}
    for person in sorted(set(leads.values()))[:3]:
        theirs = modes[modes.case.map(leads) == person]
        assert of(found(history, Asked(YEAR, NOW, team=person))["mode-decision"].gross) == shares(theirs, "in_time")


# --- against the clocks' own figures ---


@pytest.mark.parametrize("asked", [Asked(YEAR, NOW), Asked(SUMMER, DECEMBER)], ids=["now", "as of December"])
def test_sql_says_what_the_reference_says(history: Seeded, asked: Asked) -> None:
    ours = found(history, asked)
    with history.dems.transaction() as tx:
        rules = tx.clocks.rules()
    known = [life.known_at(asked.as_of) for life in history.lives]
    samples = [sample_of(life, k) for life in known for k in clocks_by(rules, life, asked.as_of)]

    def same(mine: Measured | None, reference: Figure | None) -> bool:
        if mine is None or reference is None:
            return mine is None and reference is None
        names = ("label", "numerator", "denominator", "value", "mean", "median", "met")
        return all(getattr(mine, n) == getattr(reference, n) for n in names)

    figured = [d for d in rules.in_use if d.id in ours]
    assert len(figured) == 6
    for definition in figured:
        expected = measure(definition, [s for s in samples if s.answer.definition.id == definition.id], asked.period)
        result = ours[definition.id]
        assert same(result.gross, expected.gross), definition.id
        assert same(result.net, expected.net), definition.id
        assert sum(count for _, count in result.left_out) == len(expected.left_out)


# --- the cases behind, and walls ---


def test_the_cases_behind_a_figure_are_those_that_it_counts(history: Seeded) -> None:
    look_up, asked = history.dems.measures.look_up, Asked(YEAR, NOW)
    for name, result in found(history, asked).items():
        rows: list[Any] = []
        page = Page(40)
        while True:
            rule, some = look_up.behind(history.auditor.actor, name, asked, page)
            rows += some
            if len(some) < page.limit:
                break
            page = Page(40, some[-1].id)
        assert len({r.id for r in rows}) == len(rows)
        counted = [r for r in rows if rule.everything or r.group.member]
        assert len(counted) == result.gross.denominator, name
        assert len(rows) - len(counted) == sum(count for _, count in result.left_out)


def test_a_walled_case_is_neither_counted_nor_shown_nor_told_apart_from_none(history: Seeded) -> None:
    """Whoever compares a figure with the cases behind it learns of no other case."""
    look_up, asked = history.dems.measures.look_up, Asked(YEAR, NOW)
    walled = World(history.dems).somebody("auditor")
    whole = found(history, asked)[MODE].gross
    _, rows = look_up.behind(walled.actor, MODE, asked, Page(500))
    kept = rows[0].case_id
    history.dems.cases.raise_wall(history.administrator.actor, kept, person_id=walled.person.id, reason="A relative.")
    seen = {r.rule.name: r for r in look_up.all(walled.actor, asked).results}[MODE].gross
    assert seen.denominator == whole.denominator - 1
    assert kept not in {r.case_id for r in look_up.behind(walled.actor, MODE, asked, Page(500))[1]}
    assert found(history, asked)[MODE].gross == whole
    nobody = World(history.dems).somebody("investigator")
    assert all(r.gross.denominator == 0 for r in look_up.all(nobody.actor, asked).results)
    assert look_up.behind(nobody.actor, MODE, asked, Page(500))[1] == []


def test_the_installation_itself_counts_every_case_and_leaves_no_trace_on_anybody(history: Seeded) -> None:
    asked, itself = Asked(MONTH, NOW), system()
    assert {r.rule.name: r for r in history.dems.measures.look_up.all(itself, asked).results} == found(history, asked)
    assert history.dems.measures.report(itself, asked).period == tuple(found(history, asked).values())
    assert history.dems.measures.look_up.behind(itself, MODE, asked, Page(5))[1]


# --- as of then ---


def test_a_period_asked_again_gives_the_same_answer_and_says_what_was_corrected_since(history: Seeded) -> None:
    then = history.dems.measures.look_up.all(history.auditor.actor, Asked(SUMMER, DECEMBER))
    after = [
        f.id
        for life in history.lives
        for f in life.facts
        if f.recorded_at > DECEMBER and f.corrects in {g.id for g in life.facts if g.recorded_at <= DECEMBER}
    ]
    assert {c.fact for c in then.corrections.listed} <= set(after)
    assert then.corrections.count == len(then.corrections.listed)
    assert all(c.was_on is not None and c.is_on is not None and c.was_on < c.is_on for c in then.corrections.listed)
    whole = history.dems.measures.look_up.all(history.auditor.actor, Asked(YEAR, DECEMBER))
    assert {c.fact for c in whole.corrections.listed} == set(after)
    now = history.dems.measures.look_up.all(history.auditor.actor, Asked(YEAR, NOW))
    assert now.corrections.count == 0
    assert now.synthetic


def test_what_will_be_known_cannot_be_asked(history: Seeded) -> None:
    tomorrow = Asked(YEAR, NOW.replace(day=6))
    with pytest.raises(Invalid, match="not known yet"):
        history.dems.measures.look_up.all(history.auditor.actor, tomorrow)
    with pytest.raises(Invalid, match="not known yet"):
        history.dems.measures.report(history.auditor.actor, tomorrow)
    with pytest.raises(Invalid, match="no measure 'speed'"):
        history.dems.measures.look_up.behind(history.auditor.actor, "speed", Asked(YEAR, NOW), Page(5))


def test_who_asked_is_on_record(history: Seeded) -> None:
    auditor = history.auditor
    found(history, Asked(MONTH, NOW, theme="taser"))
    history.dems.custody.write_consultations(at_most=1000)
    entries = history.dems.custody.read.person(auditor.actor, auditor.person.id, Page(500))
    details = [(e.detail or b"").decode() for e in entries]
    assert any('"theme":"taser"' in detail and "measures.read" in detail for detail in details)


# --- the report ---


def test_the_report_has_the_period_its_year_twelve_months_and_every_force_and_theme(history: Seeded) -> None:
    asked = Asked(MONTH, NOW)
    report = history.dems.measures.report(history.auditor.actor, asked)
    assert report.period == tuple(found(history, asked).values())
    assert report.to_date == tuple(found(history, replace(asked, period=Period(YEAR.first, MONTH.last))).values())
    assert [m.key for m in report.months] == [*(f"2020-{n}" for n in (12,)), *(f"2021-{n:02}" for n in range(1, 12))]
    assert report.months[-1].results == report.period
    assert len(report.by_force) == 8
    assert {c.key for c in report.by_theme} <= set(naive.frames(history.cases, NOW).themes.theme)
    assert (report.scope, report.synthetic) == ("every case that no wall keeps from its reader", True)
    member = World(history.dems).somebody("investigator")
    theirs = history.dems.measures.report(member.actor, asked)
    assert theirs.scope == "the cases that its reader is on"
    assert all(r.gross.denominator == 0 for r in theirs.period)


# --- the history itself ---


def test_what_was_known_of_each_clock_is_what_keeping_them_would_have_left(history: Seeded) -> None:
    """A row holds from the fact that made it until the one that changed it, with no gap and no two at once."""
    with history.dems.transaction() as tx:
        rules = tx.clocks.rules()
        life = max(history.lives, key=lambda x: len(x.facts))
        rows = {k.row.key: (k.row, k.known_from) for k in tx.clocks.of_cases([life.case_id])}
    told = list(clock_history(life, rules))
    assert rows == {row.key: (row, at) for row, at, until in told if until is None}
    for row, _, until in told:
        if until is not None:
            after = [r for r, at, _ in told if r.key == row.key and at == until]
            assert len(after) <= 1
