"""Pauses, extensions and requests that run anew: what each does to a clock, worked out by hand from the rules."""

from datetime import date

import pytest

from dems.model.clocks.definitions import Effect, Extendable
from dems.model.life.contents import Extension
from dems.model.life.events import PauseKind, Strand
from dems.model.life.strands import (
    OtherStrand,
)
from dems.model.life.vocabulary import Mode
from tests.model.asking import ONE, RECOMMENDED, REVIEW, E, S, ask, beside, case, named
from tests.model.lives import (
    POLICE_COMPLAINT,
    Told,
    milestone,
    mode,
    on,
    paused,
    resumed,
    suspended,
    under_investigation,
)

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
    assert (answer.state, answer.due_on) == (S.RUNNING, date(2022, 3, 6))
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
    last_day = ask("investigation-6-months", told, "2021-11-06")
    assert last_day.net is not None
    assert (last_day.net.due_on, last_day.net.met) == (date(2021, 11, 6), None)
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
    assert answer.state is S.RUNNING
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


def test_of_two_clarifications_on_one_date_the_one_recorded_last_counts() -> None:
    told = beside(
        OtherStrand(ONE, Strand.INFORMATION_REQUEST, "1"), milestone(E.INFORMATION_REQUESTED, "2022-03-10", ONE)
    )
    told.tell(milestone(E.REQUEST_CLARIFIED, "2022-03-10", ONE))
    answer = ask("freedom-of-information", told, "2022-03-20", ONE)
    assert answer.started is not None
    assert answer.started.kind is E.REQUEST_CLARIFIED
    assert [p.why for p in answer.passed_over] == ["a later one starts this clock"]
