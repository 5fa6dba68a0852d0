"""How clocks stand: dates worked out by hand from the rules, and the events that made them."""

from datetime import date

import pytest

from dems.model.clocks.answers import facts_for
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.counting import DayOne
from dems.model.clocks.evaluation import evaluate
from dems.model.life.contents import Content, Milestone
from dems.model.life.events import Outcome, Strand
from dems.model.life.strands import (
    LocalDsiReview,
    OtherStrand,
)
from dems.model.life.vocabulary import Mode
from tests.model.asking import MISCONDUCT, ONE, RECOMMENDED, REVIEW, E, S, ask, beside, case, named, noon
from tests.model.calendars import EW_CALENDAR, UK_CALENDAR
from tests.model.lives import (
    DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
    at,
    milestone,
    mode,
)

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
