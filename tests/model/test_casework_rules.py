"""The rules of clocks and lifecycle, R58 to R68 of the domain page, one test each."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dems.errors import ImpossibleLife, Invalid
from dems.model.clocks.answers import ClockAnswer, ClockState
from dems.model.clocks.calendars import UK
from dems.model.clocks.definitions import Effect, Nature
from dems.model.clocks.listing import KeptClock, clocks_of
from dems.model.clocks.table import CLOCKS
from dems.model.clocks.timeliness import Recipient, ReportField, draft, recipients
from dems.model.life.contents import Designation, Extension, MajorStatus, Prejudice
from dems.model.life.events import EventKind, Outcome, PauseKind, Strand
from dems.model.life.lives import Life
from dems.model.life.strands import OtherStrand, Recommendation, RecommendationKind, Review, ReviewKind
from dems.model.life.vocabulary import Mode
from dems.model.measures.periods import Period
from tests.model.calendars import CALENDARS
from tests.model.clock_by_clock import measure, sample_of
from tests.model.lives import (
    DECISION_MAKER,
    OTHER_DECISION_MAKER,
    Told,
    milestone,
    mode,
    on,
    paused,
    resumed,
    strand,
    suspended,
    under_investigation,
)

E = EventKind
ONE = strand(1)
YEAR = Period(date(2021, 4, 1), date(2022, 3, 31))


def kept(life: Life, clock: str, day: str) -> KeptClock:
    now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)
    [found] = [k for k in clocks_of(life, CLOCKS, CALENDARS, now) if k.answer.definition.id == clock]
    return found


def answer(told: Told, clock: str, day: str) -> ClockAnswer:
    return kept(told.life, clock, day).answer


def test_r58_a_pause_ends_after_it_begins_and_two_do_not_overlap() -> None:
    told = under_investigation(suspended("2021-06-01"))
    with pytest.raises(ImpossibleLife, match="began on 1 June 2021 did not end on 31 May 2021"):
        told.tell(resumed("2021-05-31"))
    with pytest.raises(ImpossibleLife, match="overlaps one of its kind from 1 June 2021"):
        told.tell(suspended("2021-06-02", 95))
    told.tell(resumed("2021-07-01"))
    told.tell(milestone(E.REPORT_DRAFTED, "2021-06-15"))
    told.tell(milestone(E.REPORT_FINAL, "2021-06-20"))
    # Of a pause that outlasts the clock, the days inside it count: 1 to 20 June.
    assert [p.days for p in answer(told, "investigation-6-months", "2021-08-01").pauses] == [20]


def test_r59_statutory_clocks_ignore_suspension_and_the_net_figure_is_labelled() -> None:
    told = under_investigation(suspended("2021-06-01"), resumed("2021-07-01"))
    assert answer(told, "timeliness-report", "2021-12-01").due_on == date(2022, 3, 29)
    target = answer(told, "investigation-6-months", "2021-12-01")
    assert target.due_on == date(2021, 10, 7)
    assert target.net is not None
    assert (target.net.label, target.net.due_on) == ("net of time for sub judice", date(2021, 11, 6))
    review = next(d for d in CLOCKS if d.nature is Nature.STATUTORY)
    with pytest.raises(Invalid, match="a suspension never stops a statutory clock"):
        replace(review, pauses={PauseKind.SUB_JUDICE: Effect.STOPS})


def test_r60_major_investigations_are_not_in_the_figures_and_it_is_said_which() -> None:
    told = under_investigation(
        MajorStatus(is_major=True, when=on("2021-05-01"), reason="Forty officers."),
        milestone(E.REPORT_DRAFTED, "2021-08-01"),
        milestone(E.REPORT_FINAL, "2021-09-01"),
    )
    for months in (6, 9, 12):
        sample = sample_of(told.life, kept(told.life, f"investigation-{months}-months", "2022-04-01"))
        found = measure(sample.answer.definition, [sample], YEAR)
        assert found.members == ()
        assert [(x.sample, x.why) for x in found.left_out] == [(sample, "it was a major investigation")]


def test_r61_reviews_start_when_the_papers_are_received() -> None:
    told = under_investigation(Review(ONE, ReviewKind.INVESTIGATION), milestone(E.REVIEW_APPLIED, "2021-10-01", ONE))
    assert answer(told, "review", "2021-11-01").state is ClockState.NOT_STARTED
    told.tell(milestone(E.REVIEW_PAPERS_RECEIVED, "2021-11-01", ONE))
    started = answer(told, "review", "2021-11-02").started
    assert started is not None
    assert started.when == on("2021-11-01")


def test_r62_a_report_at_the_end_of_every_period_to_the_right_people_with_all_it_needs() -> None:
    told = under_investigation()
    assert [r.last for r in answer(told, "timeliness-report", "2022-09-30").rounds if r.owed] == [
        date(2022, 3, 29),
        date(2022, 9, 29),
    ]
    told.tell(Prejudice(would_prejudice=True, when=on("2022-01-01"), decided_by=DECISION_MAKER, reason="An arrest."))
    told.tell(Prejudice(would_prejudice=False, when=on("2022-06-01"), decided_by=DECISION_MAKER, reason="Arrested."))
    sent = [
        recipients(
            Mode.INDEPENDENT,
            would_prejudice=told.life.prejudiced_on(day),
            authority_is_chief_officer=True,
            chief_officer_is_subject=False,
        )
        for day in (date(2021, 12, 31), date(2022, 3, 29), date(2022, 9, 29))
    ]
    both = {Recipient.POLICING_BODY, Recipient.CHIEF_OFFICER}
    assert sent == [both, set(), both]
    report = draft(told.life, date(2022, 9, 29), {ReportField.PROGRESS: "Interviews are done."})
    assert report.missing == (ReportField.ESTIMATE, ReportField.REASON, ReportField.PLANNED_STEPS)


def test_r63_an_extension_is_asked_for_before_the_time_is_over_and_the_response_published_in_21_days() -> None:
    told = under_investigation(
        Recommendation(ONE, RecommendationKind.PARA_28A, "NP", "Record every search."),
        milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE),
    )
    told.tell(
        Extension("recommendation-response", on("2022-03-07"), on("2022-03-08"), on("2022-05-01"), "DG", "x", ONE)
    )
    assert answer(told, "recommendation-response", "2022-03-10").due_on == date(2022, 3, 6)
    told.tell(
        Extension("recommendation-response", on("2022-03-06"), on("2022-03-08"), on("2022-05-01"), "DG", "x", ONE)
    )
    assert answer(told, "recommendation-response", "2022-03-10").due_on == date(2022, 5, 1)
    told.tell(milestone(E.RECOMMENDATION_ANSWERED, "2022-03-01", ONE, Outcome.ACCEPTED))
    assert answer(told, "response-publication", "2022-03-10").due_on == date(2022, 3, 21)


def test_r64_an_application_has_28_days_without_the_time_at_the_wrong_body() -> None:
    told = under_investigation(
        Review(ONE, ReviewKind.HANDLING), milestone(E.REVIEW_INFORMATION_PROVIDED, "2022-01-10", ONE)
    )
    assert answer(told, "review-application", "2022-01-20").due_on == date(2022, 2, 7)
    told.tell(paused(PauseKind.WRONG_BODY, "2022-02-07", about=ONE))
    told.tell(resumed("2022-02-14", 91))
    told.tell(milestone(E.REVIEW_APPLIED, "2022-02-14", ONE))
    assert answer(told, "review-application", "2022-03-01").state is ClockState.MET


def test_r65_a_clock_in_working_days_names_its_calendar_and_information_requests_have_their_own() -> None:
    told = under_investigation(
        OtherStrand(ONE, Strand.INFORMATION_REQUEST, "1"), milestone(E.INFORMATION_REQUESTED, "2026-07-01", ONE)
    )
    found = answer(told, "freedom-of-information", "2026-07-02")
    assert (found.definition.calendar, found.calendar_version, found.due_on) == (UK, 1, date(2026, 7, 30))


def test_r66_a_victims_review_is_of_a_criminal_case_and_by_somebody_else() -> None:
    told = under_investigation(
        milestone(E.CPS_CONDITIONS_DECIDED, "2021-09-01", outcome=Outcome.NOT_MET, by=DECISION_MAKER)
    )
    with pytest.raises(ImpossibleLife, match="Only a case that is designated criminal"):
        told.tell(milestone(E.VRR_REQUESTED, "2021-09-20"))
    told.tell(Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."))
    told.tell(milestone(E.VRR_REQUESTED, "2021-09-20"))
    with pytest.raises(ImpossibleLife, match="name another decision maker"):
        told.tell(milestone(E.VRR_DECIDED, "2021-10-01", outcome=Outcome.DO_NOT_REFER, by=DECISION_MAKER))
    told.tell(milestone(E.VRR_DECIDED, "2021-10-01", outcome=Outcome.DO_NOT_REFER, by=OTHER_DECISION_MAKER))


def test_r67_a_change_of_mode_keeps_what_was_decided_before_and_why() -> None:
    told = under_investigation()
    told.tell(mode(Mode.DIRECTED, "2021-06-01", "The force has the specialists."))
    assert [(f.content.mode, f.content.reason) for f in told.life.modes()] == [
        (Mode.INDEPENDENT, "Article 2 is engaged."),
        (Mode.DIRECTED, "The force has the specialists."),
    ]
    with pytest.raises(Invalid, match="Say why this mode was decided"):
        mode(Mode.LOCAL, "2021-07-01", " ")


def test_r68_after_criminal_proceedings_a_letter_28_days_and_a_decision_in_the_public_interest() -> None:
    told = under_investigation(OtherStrand(ONE, Strand.RESUMPTION, "After R v Moss"))
    with pytest.raises(ImpossibleLife, match="follows a suspension for criminal proceedings"):
        told.tell(milestone(E.RESUMPTION_LETTER_SENT, "2022-01-10", ONE))
    told.tell(suspended("2021-06-01"))
    with pytest.raises(ImpossibleLife, match="needs resumption letter sent to be recorded first"):
        told.tell(milestone(E.PUBLIC_INTEREST_DECIDED, "2022-02-08", ONE, Outcome.RESUME, DECISION_MAKER))
    told.tell(milestone(E.RESUMPTION_LETTER_SENT, "2022-01-10", ONE))
    assert answer(told, "resumption-reply", "2022-01-11").due_on == date(2022, 2, 7)
    told.tell(milestone(E.PUBLIC_INTEREST_DECIDED, "2022-02-08", ONE, Outcome.RESUME, DECISION_MAKER))
