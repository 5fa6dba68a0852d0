"""Clocks that come round again, and clocks in hours: dates worked out by hand from the rules."""

from datetime import UTC, date, datetime

import pytest

from dems.model.clocks.answers import ClockAnswer, facts_for
from dems.model.clocks.definitions import Nature
from dems.model.clocks.evaluation import evaluate
from dems.model.life.contents import Content, Milestone
from dems.model.life.events import Strand
from dems.model.life.strands import (
    OtherStrand,
)
from dems.model.life.vocabulary import Mode
from tests.model.asking import ONE, E, S, ask, beside, named
from tests.model.lives import (
    POLICE_COMPLAINT,
    Told,
    at,
    milestone,
    mode,
    under_investigation,
)

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
    missed = ask("timeliness-report", told, "2023-10-04")
    assert (missed.state, missed.remaining) == (S.MISSED, None)


@pytest.mark.parametrize(
    ("sent", "answers_for"),
    [("2022-03-28", []), ("2022-03-29", [1]), ("2022-09-28", [1]), ("2022-09-29", [2]), ("2022-10-30", [2])],
)
def test_a_report_answers_for_the_period_that_has_ended_when_it_is_sent(sent: str, answers_for: list[int]) -> None:
    told = under_investigation(milestone(E.TIMELINESS_REPORT_SENT, sent))
    answer = ask("timeliness-report", told, "2022-11-01")
    assert [r.number for r in answer.rounds if r.answered is not None] == answers_for


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
