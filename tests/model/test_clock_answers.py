"""How clocks stand: dates worked out by hand from the rules, and the events and pauses that made them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dems.model.clocks.answers import ClockAnswer, ClockState, facts_for
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import ClockDefinition, Effect, Extendable, Nature, in_force
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.table import CLOCKS
from dems.model.ids import StrandId
from dems.model.life.contents import Content, Extension, Milestone
from dems.model.life.events import EventKind, Outcome, PauseKind, Strand
from dems.model.life.lives import Life
from dems.model.life.strands import (
    LocalDsiReview,
    OtherStrand,
    Proceeding,
    ProceedingKind,
    Recommendation,
    RecommendationKind,
    Review,
    ReviewKind,
)
from dems.model.life.vocabulary import Mode
from tests.model.calendars import CALENDARS, EW_CALENDAR, UK_CALENDAR
from tests.model.lives import (
    DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
    at,
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
S = ClockState
ONE = strand(1)
TODAY = date(2026, 11, 22)


def named(clock: str, **changes: Any) -> ClockDefinition:
    return replace(in_force(CLOCKS, clock, TODAY), **changes)


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


def ask(clock: str | ClockDefinition, life: Told | Life, day: str, about: StrandId | None = None) -> ClockAnswer:
    definition = named(clock) if isinstance(clock, str) else clock
    whole = life.life if isinstance(life, Told) else life
    calendar = None if definition.calendar is None else CALENDARS[definition.calendar]
    return evaluate(definition, facts_for(definition, whole, about), calendar, noon(day))


def case(*contents: Content) -> Told:
    return Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), *contents)


def beside(record: Content, *contents: Content) -> Told:
    return under_investigation(record, *contents)


REVIEW = Review(ONE, ReviewKind.INVESTIGATION)
MISCONDUCT = Proceeding(ONE, ProceedingKind.MISCONDUCT, "Misconduct panel")
RECOMMENDED = Recommendation(ONE, RecommendationKind.PARA_28A, "NP", "Record every search.")

# --- the whole table: what each clock says of one start, two days and a stop ---


@pytest.mark.parametrize(
    ("clock", "record", "start", "last_in_time"),
    [
        # Working days leave out 29 August and, in part of the United Kingdom, 1 August 2022.
        ("review-application", REVIEW, milestone(E.REVIEW_INFORMATION_PROVIDED, "2022-07-25", ONE), "2022-08-22"),
        ("recommendation-response", RECOMMENDED, milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE), "2022-03-06"),
        ("officer-response", MISCONDUCT, milestone(E.DOCUMENTS_SUPPLIED, "2022-09-09", ONE), "2022-10-03"),
        (
            "service-complaint",
            OtherStrand(ONE, Strand.SERVICE_COMPLAINT, "1"),
            milestone(E.SERVICE_COMPLAINT_RECEIVED, "2022-08-10", ONE),
            "2022-09-08",
        ),
        (
            "freedom-of-information",
            OtherStrand(ONE, Strand.INFORMATION_REQUEST, "1"),
            milestone(E.INFORMATION_REQUESTED, "2022-07-16", ONE),
            "2022-08-15",
        ),
        (
            "subject-access",
            OtherStrand(ONE, Strand.SUBJECT_ACCESS, "1"),
            milestone(E.ACCESS_REQUESTED, "2022-01-31", ONE),
            "2022-02-28",
        ),
    ],
)
def test_the_last_day_in_time_is_in_time_and_the_next_is_not(
    clock: str, record: Content, start: Milestone, last_in_time: str
) -> None:
    last = date.fromisoformat(last_in_time)
    package = [milestone(E.PACKAGE_COMPLETE, "2022-09-01", ONE)] if record is MISCONDUCT else []
    told = beside(record, *package, start)
    stop = next(iter(named(clock).stops))
    outcome = Outcome.ACCEPTED if stop is E.RECOMMENDATION_ANSWERED else None
    assert ask(clock, told, last_in_time, ONE).due_on == last
    assert (ask(clock, told, last_in_time, ONE).state, ask(clock, told, last_in_time, ONE).remaining) == (S.RUNNING, 0)
    assert ask(clock, told, date.fromordinal(last.toordinal() + 1).isoformat(), ONE).state is S.OVERDUE
    for day, state in ((last, S.MET), (date.fromordinal(last.toordinal() + 1), S.MISSED)):
        done = Told()
        done.life, done.numbers = told.life, told.numbers
        done.tell(milestone(stop, day.isoformat(), ONE, outcome))
        assert ask(clock, done, "2023-01-01", ONE).state is state


def test_a_force_has_until_the_end_of_the_next_day() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_DUTY_CLEAR, "2021-12-31"))
    assert ask("mandatory-referral", told, "2022-01-01").state is S.RUNNING
    assert ask("mandatory-referral", told, "2022-01-02").state is S.OVERDUE
    told.tell(milestone(E.REFERRAL_RECEIVED, "2022-01-01"))
    assert ask("mandatory-referral", told, "2022-01-05").state is S.MET


def test_a_clock_that_has_not_started_says_so() -> None:
    answer = ask("mode-decision", Told(POLICE_COMPLAINT), "2021-04-08")
    assert (answer.state, answer.due_on, answer.counted) == (S.NOT_STARTED, None, 0)
    assert answer.calendar_version == 1


def test_the_mode_is_decided_in_three_working_days_over_easter() -> None:
    told = case(mode(Mode.INDEPENDENT, "2021-04-08"))
    answer = ask("mode-decision", told, "2021-05-01")
    assert (answer.state, answer.due_on, answer.counted) == (S.MET, date(2021, 4, 8), 3)
    assert answer.started is not None
    assert answer.stopped is not None
    assert (answer.started.kind, answer.stopped.kind) == (E.REFERRAL_RECEIVED, E.MODE_DECIDED)
    assert answer.started.fact in {f.id for f in told.life.facts}


def test_a_referral_late_on_a_summer_evening_counts_from_the_date_in_london() -> None:
    told = Told(POLICE_COMPLAINT, Milestone(E.REFERRAL_RECEIVED, at("2021-06-30T23:30:00+00:00")))
    assert ask("mode-decision", told, "2021-07-02").due_on == date(2021, 7, 6)
    # In winter the same hour of UTC is still the 30th.
    told = Told(POLICE_COMPLAINT, Milestone(E.REFERRAL_RECEIVED, at("2021-11-30T23:30:00+00:00")))
    assert ask("mode-decision", told, "2021-12-01").due_on == date(2021, 12, 3)


def test_only_the_first_decision_about_the_mode_stops_its_clock() -> None:
    told = case(mode(Mode.LOCAL, "2021-04-07"), mode(Mode.INDEPENDENT, "2021-06-01"))
    answer = ask("mode-decision", told, "2021-07-01")
    assert answer.state is S.MET
    assert [(p.event.when.on, p.why) for p in answer.passed_over] == [(date(2021, 6, 1), "it had stopped already")]
    started = ask("investigation-6-months", told, "2021-07-01").started
    assert started is not None
    assert started.when.on == date(2021, 6, 1)


def test_a_review_counts_from_its_papers_and_not_from_its_application() -> None:
    told = beside(
        REVIEW,
        milestone(E.REVIEW_APPLIED, "2021-03-01", ONE),
        milestone(E.REVIEW_PAPERS_RECEIVED, "2021-04-06", ONE),
        milestone(E.REVIEW_DECIDED, "2021-06-17", ONE, Outcome.UPHELD, DECISION_MAKER),
    )
    answer = ask("review", told, "2021-07-01", ONE)
    assert (answer.state, answer.due_on, answer.counted) == (S.STOPPED, None, 50)
    assert answer.counted_in == "working days"


def test_a_local_dsi_review_counts_from_its_papers() -> None:
    told = beside(
        LocalDsiReview(ONE),
        milestone(E.DSI_REVIEW_PAPERS_RECEIVED, "2021-04-06", ONE),
        milestone(E.DSI_REVIEW_DECIDED, "2021-05-19", ONE, Outcome.APPROPRIATE, DECISION_MAKER),
    )
    assert ask("dsi-review", told, "2021-07-01", ONE).counted == 30


def test_an_answer_that_came_before_anything_started_is_passed_over() -> None:
    told = beside(
        LocalDsiReview(ONE), milestone(E.DSI_REVIEW_DECIDED, "2021-05-19", ONE, Outcome.APPROPRIATE, DECISION_MAKER)
    )
    answer = ask("dsi-review", told, "2021-07-01", ONE)
    assert answer.state is S.NOT_STARTED
    assert [p.why for p in answer.passed_over] == ["nothing had started the clock"]


def test_a_stop_before_the_start_is_passed_over() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    told.tell(milestone(E.REFERRAL_DUTY_CLEAR, "2021-04-05"))
    answer = ask("mandatory-referral", told, "2021-04-06")
    assert answer.state is S.RUNNING
    assert [p.why for p in answer.passed_over] == ["it is before the clock started"]


# --- suspensions ---


def test_an_investigation_is_counted_gross_and_net_of_its_suspension() -> None:
    told = under_investigation(
        suspended("2021-06-01"),
        resumed("2021-07-01"),
        milestone(E.REPORT_DRAFTED, "2021-10-01"),
        milestone(E.REPORT_FINAL, "2021-10-20"),
    )
    answer = ask("investigation-6-months", told, "2021-12-01")
    # From 7 April: six months end on 7 October; 30 days of suspension move that to 6 November in the net figure only.
    assert (answer.state, answer.due_on, answer.counted) == (S.MISSED, date(2021, 10, 7), 196)
    assert answer.net is not None
    assert answer.net.label == "net of time for sub judice"
    assert (answer.net.counted, answer.net.due_on, answer.net.met) == (166, date(2021, 11, 6), True)
    assert [(p.effect, p.days) for p in answer.pauses] == [(Effect.NET, 30)]
    assert answer.counted_in == "days"


def test_a_suspension_does_not_stop_a_statutory_clock_and_is_shown() -> None:
    told = under_investigation(suspended("2021-06-01"), resumed("2022-06-01"))
    answer = ask("timeliness-report", told, "2021-12-01")
    assert answer.due_on == date(2022, 3, 29)
    assert [(p.effect, p.days, p.why) for p in answer.pauses] == [
        (Effect.NONE, 0, "sub judice time does not stop this clock")
    ]


def test_a_suspension_of_the_case_is_shown_on_the_clocks_of_its_strands() -> None:
    told = beside(RECOMMENDED, milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE), suspended("2022-01-11"))
    answer = ask("recommendation-response", told, "2022-02-01", ONE)
    assert answer.due_on == date(2022, 3, 6)
    assert [(p.effect, p.days, p.why) for p in answer.pauses] == [
        (Effect.NONE, 0, "sub judice time does not stop this clock")
    ]


def test_a_net_figure_is_open_while_it_may_still_be_met() -> None:
    told = under_investigation(suspended("2021-06-01"))
    answer = ask("investigation-6-months", told, "2021-10-08")
    assert answer.state is S.OVERDUE
    assert answer.remaining == -1
    assert answer.net is not None
    assert (answer.net.due_on, answer.net.met) == (None, None)
    told.tell(resumed("2021-07-01"))
    late = ask("investigation-6-months", told, "2021-11-07")
    assert late.net is not None
    assert late.net.met is False


def test_a_case_decided_while_information_was_still_awaited_is_in_time_net() -> None:
    told = case(paused(PauseKind.FURTHER_INFORMATION, "2021-04-06"), mode(Mode.LOCAL, "2021-04-20"))
    answer = ask("mode-decision", told, "2021-05-01")
    assert answer.state is S.MISSED
    assert answer.net is not None
    assert (answer.net.counted, answer.net.met) == (0, True)


def test_a_pause_outside_of_the_clock_leaves_nothing_out() -> None:
    told = case(mode(Mode.LOCAL, "2021-04-07"), paused(PauseKind.FURTHER_INFORMATION, "2021-04-09"))
    [used] = ask("mode-decision", told, "2021-05-01").pauses
    assert (used.effect, used.days, used.why) == (Effect.NET, 0, "none of its days would have counted")


# --- pauses that stop, and extensions ---


def test_time_at_the_wrong_body_is_left_out_of_the_time_for_an_application() -> None:
    told = beside(REVIEW, milestone(E.REVIEW_INFORMATION_PROVIDED, "2022-01-10", ONE))
    told.tell(paused(PauseKind.WRONG_BODY, "2022-02-01", about=ONE))
    waiting = ask("review-application", told, "2022-02-05", ONE)
    assert (waiting.state, waiting.due_on, waiting.remaining) == (S.PAUSED, None, None)
    told.tell(resumed("2022-02-11", 91))
    answer = ask("review-application", told, "2022-02-11", ONE)
    assert (answer.due_on, answer.counted, answer.remaining) == (date(2022, 2, 17), 22, 6)
    assert [(p.days, p.why) for p in answer.pauses] == [(10, "its days are not counted")]


def test_a_pause_after_the_time_was_over_does_not_bring_it_back() -> None:
    told = beside(REVIEW, milestone(E.REVIEW_INFORMATION_PROVIDED, "2022-01-10", ONE))
    told.tell(paused(PauseKind.WRONG_BODY, "2022-02-20", about=ONE))
    answer = ask("review-application", told, "2022-02-21", ONE)
    assert (answer.state, answer.due_on) == (S.OVERDUE, date(2022, 2, 7))


def extended(asked: str, until: str, clock: str = "recommendation-response") -> Extension:
    return Extension(clock, on(asked), on(asked), on(until), "Director General", "Consultation.", ONE)


RECOMMENDED_TOLD = (RECOMMENDED, milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE))


@pytest.mark.parametrize(
    ("asked", "until", "due", "why"),
    [
        ("2022-03-06", "2022-04-10", "2022-04-10", "it moves the date"),
        ("2022-03-07", "2022-04-10", "2022-03-06", "it was asked for after the time was over on 2022-03-06"),
        ("2022-03-01", "2022-03-06", "2022-03-06", "it ends no later than the date that holds without it"),
    ],
)
def test_more_time_counts_only_where_it_was_asked_for_in_time(asked: str, until: str, due: str, why: str) -> None:
    told = beside(*RECOMMENDED_TOLD, extended(asked, until))
    answer = ask("recommendation-response", told, "2022-03-20", ONE)
    assert answer.due_on == date.fromisoformat(due)
    assert [(x.counts, x.why) for x in answer.extensions] == [(due != "2022-03-06", why)]


def test_a_second_extension_may_be_asked_for_while_the_first_runs() -> None:
    told = beside(*RECOMMENDED_TOLD, extended("2022-03-01", "2022-04-01"), extended("2022-03-31", "2022-05-01"))
    assert ask("recommendation-response", told, "2022-04-20", ONE).due_on == date(2022, 5, 1)


def test_days_of_a_judicial_review_are_added() -> None:
    told = beside(
        *RECOMMENDED_TOLD, paused(PauseKind.JUDICIAL_REVIEW, "2022-02-01", about=ONE), resumed("2022-02-11", 91)
    )
    assert ask("recommendation-response", told, "2022-03-01", ONE).due_on == date(2022, 3, 16)


def test_a_clock_that_cannot_be_extended_says_so() -> None:
    strict = named("recommendation-response", extendable=Extendable.NO)
    told = beside(*RECOMMENDED_TOLD, extended("2022-03-01", "2022-04-01"))
    answer = ask(strict, told, "2022-03-02", ONE)
    assert answer.due_on == date(2022, 3, 6)
    assert [x.why for x in answer.extensions] == ["this clock cannot be extended"]


def test_while_it_is_paused_there_is_no_date_to_extend() -> None:
    told = beside(*RECOMMENDED_TOLD, paused(PauseKind.JUDICIAL_REVIEW, "2022-02-01", about=ONE))
    told.tell(extended("2022-02-02", "2022-04-01"))
    answer = ask("recommendation-response", told, "2022-02-20", ONE)
    assert [x.why for x in answer.extensions] == ["there is no date that it could move"]


def test_more_time_for_one_clock_is_none_for_another() -> None:
    told = beside(*RECOMMENDED_TOLD, extended("2022-03-01", "2022-04-01", "response-publication"))
    assert ask("recommendation-response", told, "2022-03-02", ONE).extensions == ()


# --- requests that run anew ---


def test_a_request_runs_from_its_clarification() -> None:
    told = beside(
        OtherStrand(ONE, Strand.INFORMATION_REQUEST, "1"), milestone(E.INFORMATION_REQUESTED, "2022-02-01", ONE)
    )
    told.tell(paused(PauseKind.CLARIFICATION, "2022-02-10", about=ONE))
    assert ask("freedom-of-information", told, "2022-02-20", ONE).state is S.PAUSED
    told.tell(resumed("2022-03-10", 91))
    told.tell(milestone(E.REQUEST_CLARIFIED, "2022-03-10", ONE))
    answer = ask("freedom-of-information", told, "2022-03-20", ONE)
    assert answer.due_on == date(2022, 4, 8)
    assert [p.why for p in answer.passed_over] == ["a later one starts this clock"]
    told.tell(milestone(E.INFORMATION_ANSWERED, "2022-04-08", ONE))
    told.tell(milestone(E.REQUEST_CLARIFIED, "2022-05-01", ONE))
    answer = ask("freedom-of-information", told, "2022-06-01", ONE)
    assert answer.state is S.MET
    assert [p.why for p in answer.passed_over] == ["a later one starts this clock", "the clock had stopped by then"]


def test_of_several_first_starts_the_earliest_counts() -> None:
    told = Told(
        POLICE_COMPLAINT, milestone(E.CAME_TO_ATTENTION, "2021-04-10"), milestone(E.COMPLAINT_MADE, "2021-04-01")
    )
    answer = ask("timeliness-report", told, "2021-05-01")
    assert answer.due_on == date(2022, 3, 31)
    assert [p.why for p in answer.passed_over] == ["the clock ran already"]


# --- rounds ---


def rounds(answer: ClockAnswer) -> list[tuple[str, bool, bool]]:
    return [(r.last.isoformat(), r.answered is not None, r.owed) for r in answer.rounds]


def test_a_report_on_timeliness_comes_round_until_the_investigation_is_complete() -> None:
    told = Told(
        POLICE_COMPLAINT, milestone(E.COMPLAINT_MADE, "2021-04-01"), milestone(E.REFERRAL_RECEIVED, "2021-04-02")
    )
    told.tell(mode(Mode.INDEPENDENT, "2021-04-06"))
    told.tell(milestone(E.INVESTIGATION_STARTED, "2021-04-06"))
    first = ask("timeliness-report", told, "2022-03-31")
    assert (first.state, first.due_on, first.remaining, first.counted) == (S.RUNNING, date(2022, 3, 31), 0, 365)
    assert ask("timeliness-report", told, "2022-04-01").state is S.OVERDUE
    told.tell(milestone(E.TIMELINESS_REPORT_SENT, "2022-04-04"))
    second = ask("timeliness-report", told, "2022-09-30")
    assert (second.state, second.due_on) == (S.RUNNING, date(2022, 9, 30))
    assert rounds(second) == [("2022-03-31", True, False), ("2022-09-30", False, False)]
    told.tell(milestone(E.REPORT_DRAFTED, "2022-09-01"))
    told.tell(milestone(E.REPORT_FINAL, "2022-09-30"))
    done = ask("timeliness-report", told, "2023-06-01")
    assert (done.state, done.due_on, rounds(done)) == (S.MET, None, [("2022-03-31", True, False)])


def test_a_report_that_was_never_sent_is_missed_and_a_later_one_does_not_answer_for_it() -> None:
    told = under_investigation(milestone(E.TIMELINESS_REPORT_SENT, "2022-10-03"))
    owed = ask("timeliness-report", told, "2022-10-04")
    assert (owed.state, owed.due_on) == (S.OVERDUE, date(2022, 3, 29))
    assert rounds(owed) == [("2022-03-29", False, True), ("2022-09-29", True, False), ("2023-03-29", False, False)]
    told.tell(milestone(E.REPORT_DRAFTED, "2022-11-01"))
    told.tell(milestone(E.REPORT_FINAL, "2022-11-02"))
    assert ask("timeliness-report", told, "2023-10-04").state is S.MISSED


def test_an_investigation_within_the_first_period_owes_no_report() -> None:
    told = under_investigation(milestone(E.REPORT_DRAFTED, "2021-08-01"), milestone(E.REPORT_FINAL, "2021-09-01"))
    answer = ask("timeliness-report", told, "2022-10-04")
    assert (answer.state, answer.rounds, answer.due_on) == (S.MET, (), None)


# --- hours ---


def breach(*contents: Content) -> Told:
    return beside(OtherStrand(ONE, Strand.BREACH, "A lost stick"), *contents)


def test_hours_run_through_the_change_of_the_clocks() -> None:
    known = Milestone(E.BREACH_KNOWN, at("2021-03-26T12:00:00+00:00"), ONE)  # the clocks go forward on the 28th
    told = breach(known)
    definition = named("data-breach")
    due = datetime(2021, 3, 29, 12, tzinfo=UTC)
    for now, state, remaining in (
        (due, S.RUNNING, 0),
        (due.replace(hour=13), S.OVERDUE, -1),
        (due.replace(hour=10), S.RUNNING, 2),
    ):
        answer = evaluate(definition, facts_for(definition, told.life, ONE), None, now)
        assert (answer.due_at, answer.due_on, answer.state, answer.remaining) == (due, due.date(), state, remaining)
        assert answer.counted_in == "hours"
    for stop, state in (("2021-03-29T12:00:00+00:00", S.MET), ("2021-03-29T12:00:01+00:00", S.MISSED)):
        answer = ask("data-breach", breach(known, Milestone(E.COMMISSIONER_TOLD, at(stop), ONE)), "2021-05-01", ONE)
        assert (answer.state, answer.counted, answer.remaining, answer.remarks) == (state, 72, None, ())


def test_of_an_hour_that_is_not_known_the_worst_is_assumed_and_said() -> None:
    told = breach(milestone(E.BREACH_KNOWN, "2021-06-01", ONE), milestone(E.COMMISSIONER_TOLD, "2021-06-04", ONE))
    answer = ask("data-breach", told, "2021-07-01", ONE)
    assert answer.due_at == datetime(2021, 6, 3, 23, tzinfo=UTC)  # midnight in London in summer
    assert answer.due_on == date(2021, 6, 4)
    assert answer.state is S.MISSED
    assert answer.remarks == (
        "Only the date 2021-06-01 is known, not the time: the worst was assumed.",
        "Only the date 2021-06-04 is known, not the time: the worst was assumed.",
    )


def test_hours_without_a_limit_are_only_counted() -> None:
    watched = named("data-breach", limit=None, nature=Nature.MONITOR)
    known = Milestone(E.BREACH_KNOWN, at("2021-03-26T12:00:00+00:00"), ONE)
    answer = ask(watched, breach(known), "2021-03-28", ONE)
    assert (answer.state, answer.counted, answer.due_on, answer.due_at) == (S.RUNNING, 48, None, None)
    told = breach(known, Milestone(E.COMMISSIONER_TOLD, at("2021-03-26T18:30:00+00:00"), ONE))
    assert (ask(watched, told, "2021-04-01", ONE).state, ask(watched, told, "2021-04-01", ONE).counted) == (
        S.STOPPED,
        6,
    )


# --- calendars ---


def test_an_answer_names_the_calendar_it_was_counted_with() -> None:
    told = case()
    definition = named("mode-decision")
    proclaimed = EW_CALENDAR.changed(add={date(2021, 4, 7): "A proclaimed day"})
    for calendar, due in ((EW_CALENDAR, date(2021, 4, 8)), (proclaimed, date(2021, 4, 9))):
        answer = evaluate(definition, facts_for(definition, told.life), calendar, noon("2021-04-02"))
        assert (answer.calendar_version, answer.due_on) == (calendar.version, due)


@pytest.mark.parametrize("calendar", [None, UK_CALENDAR])
def test_a_clock_is_not_counted_with_another_calendar(calendar: Calendar | None) -> None:
    definition = named("mode-decision")
    with pytest.raises(ValueError, match="counts with calendar 'EW'"):
        evaluate(definition, facts_for(definition, case().life), calendar, noon("2021-04-02"))


def test_a_date_beyond_the_calendar_is_said_to_be_uncertain() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2028-12-29"), now=noon("2029-01-01"))
    answer = ask("mode-decision", told, "2028-12-30")
    assert answer.remarks[-1] == (
        "Calendar EW, version 1, knows holidays from 2019-01-01 to 2028-12-31; beyond that only weekends were left out, "
        "so the date may change."
    )


def test_counting_with_the_day_itself_gives_one_day_for_the_same_day() -> None:
    told = beside(
        RECOMMENDED,
        milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE),
        milestone(E.RECOMMENDATION_ANSWERED, "2022-01-10", ONE, Outcome.ACCEPTED),
    )
    assert ask("recommendation-response", told, "2022-02-01", ONE).counted == 1
    after = named("recommendation-response", day_one=DayOne.AFTER)
    assert ask(after, told, "2022-02-01", ONE).counted == 0
