"""Figures over many clocks, and reminders ahead of dates: expected values worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.model.clocks.answers import facts_for
from dems.model.clocks.definitions import ClockDefinition, in_force
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.listing import KeptClock, clocks_of, version_for
from dems.model.clocks.reminders import reminder_dates, step_reached
from dems.model.clocks.table import CLOCKS
from dems.model.ids import CaseId
from dems.model.life.contents import Content, Designation, MajorStatus
from dems.model.life.events import EventKind, Outcome
from dems.model.life.lives import Life
from dems.model.life.strands import Recommendation, RecommendationKind, Review, ReviewKind
from dems.model.life.vocabulary import Mode
from dems.model.measures.periods import Period, plan_year
from tests.model.calendars import CALENDARS, EW_CALENDAR
from tests.model.clock_by_clock import Sample, measure, sample_of
from tests.model.lives import (
    DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
    milestone,
    mode,
    on,
    resumed,
    strand,
    suspended,
    under_investigation,
)

E = EventKind
TODAY = date(2026, 11, 22)
NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
YEAR = Period(date(2021, 4, 1), date(2022, 3, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def named(clock: str) -> ClockDefinition:
    return in_force(CLOCKS, clock, TODAY)


def sample(definition: ClockDefinition, told: Told, number: int, now: datetime = NOW) -> Sample:
    about = next((f.content.id for f in told.life.strands), None)
    calendar = None if definition.calendar is None else CALENDARS[definition.calendar]
    answer = evaluate(definition, facts_for(definition, told.life, about), calendar, now)
    return sample_of(told.life, KeptClock(CaseId(UUID(int=number)), about, answer))


def investigated(final: str, *more: Content) -> Told:
    """Decided on 7 April 2021; within six months is by 7 October."""
    return under_investigation(*more, milestone(E.REPORT_DRAFTED, final), milestone(E.REPORT_FINAL, final))


def reviewed(decided: str, outcome: Outcome = Outcome.VALID) -> Told:
    """Papers came on 6 April 2021."""
    return under_investigation(
        Review(strand(1), ReviewKind.INVESTIGATION),
        milestone(E.REVIEW_APPLIED, "2021-03-01", strand(1)),
        milestone(E.REVIEW_VALIDITY_DECIDED, "2021-03-02", strand(1), outcome, DECISION_MAKER),
        milestone(E.REVIEW_PAPERS_RECEIVED, "2021-04-06", strand(1)),
        milestone(E.REVIEW_DECIDED, decided, strand(1), Outcome.UPHELD, DECISION_MAKER),
    )


# --- figures ---


def test_the_year_of_the_plan_runs_from_april_to_march() -> None:
    assert plan_year(day("2021-04-01")) == plan_year(day("2022-03-31")) == YEAR
    assert plan_year(day("2021-03-31")).last == day("2021-03-31")
    with pytest.raises(Invalid, match="exchange its dates"):
        Period(day("2021-04-02"), day("2021-04-01"))


def test_a_period_has_its_first_and_its_last_day() -> None:
    one_day = Period(day("2021-04-01"), day("2021-04-01"))
    assert [one_day.has(day(d)) for d in ("2021-03-31", "2021-04-01", "2021-04-02")] == [False, True, False]


def test_investigations_are_those_completed_in_the_period_without_major_ones_gross_and_net() -> None:
    definition = named("investigation-6-months")
    major = MajorStatus(is_major=True, when=on("2021-05-01"), reason="Forty officers.")
    no_longer = MajorStatus(is_major=False, when=on("2021-12-01"), reason="Two remain.")
    samples = [
        sample(definition, investigated("2021-10-07"), 1),
        sample(definition, investigated("2021-10-08"), 2),
        sample(definition, investigated("2021-11-06", suspended("2021-06-01"), resumed("2021-07-01")), 3),
        sample(definition, investigated("2021-09-01", major), 4),
        sample(definition, investigated("2022-01-10", major, no_longer), 5),
        sample(definition, investigated("2022-04-01"), 6),
        sample(definition, under_investigation(), 7),
    ]
    found = measure(definition, samples, YEAR)
    assert [m.case_id.int for m in found.members] == [1, 2, 3, 5]
    assert [(x.sample.case_id.int, x.why) for x in found.left_out] == [(4, "it was a major investigation")]
    assert (found.gross.numerator, found.gross.denominator, found.gross.value) == (1, 4, Fraction(25))
    assert (found.gross.label, found.gross.target, found.gross.met) == ("gross", 35, False)
    assert [s.case_id.int for s in found.gross.in_time] == [1]
    assert found.net is not None
    assert (found.net.label, found.net.value, found.net.met) == ("net of time for sub judice", Fraction(50), True)
    assert [s.case_id.int for s in found.net.in_time] == [1, 3]


def test_a_target_that_is_reached_exactly_is_met() -> None:
    definition = replace(named("investigation-6-months"), target=50)
    samples = [sample(definition, investigated(d), n) for n, d in enumerate(("2021-10-07", "2021-10-08"))]
    assert measure(definition, samples, YEAR).gross.met is True
    fifty_days = [sample(named("review"), reviewed("2021-06-17"), 1)]
    assert measure(named("review"), fifty_days, YEAR).gross.met is True


def test_reviews_have_a_mean_and_a_median_of_working_days_from_their_papers() -> None:
    definition = named("review")
    samples = [
        sample(definition, reviewed("2021-05-19"), 1),  # 30
        sample(definition, reviewed("2021-06-17"), 2),  # 50
        sample(definition, reviewed("2021-06-18"), 3),  # 51
        sample(definition, reviewed("2021-06-18", Outcome.INVALID), 4),
    ]
    found = measure(definition, samples, YEAR)
    assert (found.gross.numerator, found.gross.denominator) == (131, 3)
    assert (found.gross.value, found.gross.mean, found.gross.median) == (
        Fraction(131, 3),
        Fraction(131, 3),
        Fraction(50),
    )
    assert (found.gross.target, found.gross.met, found.net) == (50, True, None)
    assert [x.why for x in found.left_out] == ["it was found invalid"]
    assert measure(definition, samples[2:3], YEAR).gross.met is False


def test_of_nothing_there_is_no_figure() -> None:
    for clock in ("review", "investigation-6-months"):
        found = measure(named(clock), [], YEAR).gross
        assert (found.value, found.mean, found.median, found.met, found.denominator) == (None, None, None, None, 0)


def test_what_was_counted_under_a_version_without_a_net_figure_counts_as_it_is() -> None:
    definition = named("investigation-6-months")
    older = sample(replace(definition, version=1, pauses={}), investigated("2021-10-07"), 1)
    found = measure(replace(definition, version=2), [older], YEAR)
    assert found.net is not None
    assert (found.net.value, found.net.mean) == (Fraction(100), Fraction(183))


def test_a_figure_is_of_one_clock_that_has_one() -> None:
    with pytest.raises(Invalid, match="The clock 'mandatory-referral' has no figure"):
        measure(named("mandatory-referral"), [], YEAR)
    with pytest.raises(ValueError, match="a sample of 'review' among those of 'investigation-6-months'"):
        measure(named("investigation-6-months"), [sample(named("review"), reviewed("2021-06-17"), 1)], YEAR)


# --- the clocks of a case ---


def kept(life: Life, now: datetime = NOW) -> dict[str, KeptClock]:
    return {k.answer.definition.id: k for k in clocks_of(life, CLOCKS, CALENDARS, now)}


def test_a_case_has_its_own_clocks_and_those_of_its_strands() -> None:
    told = under_investigation(Recommendation(strand(1), RecommendationKind.PARA_28A, "NP", "Record every search."))
    found = kept(told.life)
    assert set(found) == {
        "mandatory-referral",
        "mode-decision",
        "investigation-6-months",
        "investigation-9-months",
        "investigation-12-months",
        "timeliness-report",
        "appropriate-authority-views",
        "recommendation-response",
        "response-publication",
    }
    assert found["recommendation-response"].about == strand(1)
    assert found["mode-decision"].about is None
    assert found["mode-decision"].case_id == told.life.case_id


def test_a_force_led_case_and_a_criminal_one_have_theirs() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), mode(Mode.LOCAL, "2021-04-07"))
    told.tell(Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."))
    told.tell(Recommendation(strand(1), RecommendationKind.SECTION_10, "NP", "Record every search."))
    found = set(kept(told.life))
    assert {"force-timeliness-report", "right-to-review-request", "section-10-response"} <= found
    assert not {"investigation-6-months", "recommendation-response"} & found


def test_a_clock_keeps_the_version_that_held_when_it_started() -> None:
    old = named("mode-decision")
    new = replace(old, version=2, limit=5, in_force_from=day("2022-01-01"))
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-12-31"))
    assert version_for([old, new], told.life, None, day("2022-06-01")) == old
    later = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2022-01-01"))
    assert version_for([old, new], later.life, None, day("2022-06-01")) == new
    assert version_for([old, new], Told().life, None, day("2021-06-01")) == old
    assert version_for([new], told.life, None, day("2022-06-01")) is None
    assert clocks_of(told.life, [new], CALENDARS, NOW) == ()


# --- reminders ---


def test_reminders_come_on_working_days_ahead_and_once_when_it_is_too_late() -> None:
    # Tuesday 19 April 2022 less 14, 7 and 2 days; the 12th is a Tuesday, the 17th is Easter Sunday.
    assert reminder_dates(day("2022-04-19"), EW_CALENDAR) == (
        (14, day("2022-04-05")),
        (7, day("2022-04-12")),
        (2, day("2022-04-14")),
        (0, day("2022-04-20")),
    )
    with pytest.raises(Invalid, match="at least one day ahead"):
        reminder_dates(day("2022-04-19"), EW_CALENDAR, [7, 0])
    assert reminder_dates(day("2022-04-19"), EW_CALENDAR, [1])[0] == (1, day("2022-04-14"))


@pytest.mark.parametrize(
    ("now", "step"),
    [
        ("2022-02-17", None),
        ("2022-02-18", 14),  # the 20th is a Sunday
        ("2022-02-24", 14),
        ("2022-02-25", 7),
        ("2022-03-04", 2),
        ("2022-03-06", 2),
        ("2022-03-07", 0),
        ("2022-06-01", 0),
    ],
)
def test_on_any_day_the_last_step_that_was_reached_is_due(now: str, step: int | None) -> None:
    reached = step_reached(day("2022-03-06"), EW_CALENDAR, day(now))
    assert (None if reached is None else reached[0]) == step
    assert reached is None or reached[1] <= day(now)
