"""Drafts of reports on timeliness: rule R62 of the domain page."""

from datetime import date
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.model.clocks.answers import ClockAnswer
from dems.model.clocks.letters import REGULATION_13, REGULATION_19, REPORT_CLOCKS, Letter, Wanted, letter_of
from dems.model.clocks.listing import clocks_of
from dems.model.clocks.table import CLOCKS
from dems.model.clocks.timeliness import Recipient, ReportField
from dems.model.ids import LetterId
from dems.model.life.contents import Prejudice
from dems.model.life.events import EventKind
from dems.model.life.vocabulary import Mode
from tests.model.calendars import CALENDARS
from tests.model.lives import (
    CASE_MANAGER,
    DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
    milestone,
    mode,
    on,
    under_investigation,
)
from tests.model.people import NOON

TODAY = date(2022, 5, 2)
WRITTEN = {
    ReportField.PROGRESS: "Twelve of fourteen witnesses have been heard.",
    ReportField.ESTIMATE: "September 2022.",
    ReportField.REASON: "A laboratory report is awaited.",
    ReportField.PLANNED_STEPS: "Two more interviews.",
}


def wanted(clock: str = REGULATION_13, number: int | None = None, **written: str) -> Wanted:
    fields = {ReportField(k): v for k, v in written.items()} or WRITTEN
    return Wanted(clock, number, fields, authority_is_chief_officer=True, chief_officer_is_subject=False)


def answer(told: Told, clock: str) -> ClockAnswer:
    kept = clocks_of(told.life, CLOCKS, CALENDARS, NOON)
    return next(k.answer for k in kept if k.answer.definition.id == clock)


def letter(told: Told, what: Wanted, day: date = TODAY) -> Letter:
    return letter_of(
        told.life, answer(told, what.clock), what, day, letter_id=LetterId(UUID(int=7)), by=CASE_MANAGER, at=NOON
    )


def by_the_force() -> Told:
    return Told(
        POLICE_COMPLAINT,
        milestone(EventKind.CAME_TO_ATTENTION, "2021-04-01"),
        milestone(EventKind.REFERRAL_RECEIVED, "2021-04-02"),
        milestone(EventKind.PAPERS_RECEIVED, "2021-04-02"),
        mode(Mode.LOCAL, "2021-04-07"),
    )


def test_a_report_without_a_number_is_of_the_first_period_that_is_owed() -> None:
    found = letter(under_investigation(), wanted())
    assert (found.number, found.first, found.last) == (1, date(2021, 3, 30), date(2022, 3, 29))
    assert found.recipients == {Recipient.POLICING_BODY, Recipient.CHIEF_OFFICER}
    assert (found.mode, found.would_prejudice, found.as_of) == (Mode.INDEPENDENT, False, TODAY)


def test_an_answered_period_gives_way_to_the_next() -> None:
    told = under_investigation(milestone(EventKind.TIMELINESS_REPORT_SENT, "2022-04-04"))
    assert letter(told, wanted()).number == 2


def test_where_nothing_is_owed_it_is_of_the_period_under_way() -> None:
    told = under_investigation()
    early = clocks_of(told.life, CLOCKS, CALENDARS, NOON.replace(year=2021, month=12, day=1))
    found = next(k.answer for k in early if k.answer.definition.id == REGULATION_13)
    made = letter_of(
        told.life, found, wanted(), date(2021, 12, 1), letter_id=LetterId(UUID(int=7)), by=CASE_MANAGER, at=NOON
    )
    assert (made.number, made.last) == (1, date(2022, 3, 29))


def test_a_later_period_has_six_months_and_can_be_named() -> None:
    found = letter(under_investigation(), wanted(number=3))
    assert (found.number, found.first, found.last) == (3, date(2022, 9, 30), date(2023, 3, 29))


def test_all_six_parts_make_it_complete_and_each_that_is_not_written_is_named() -> None:
    assert letter(under_investigation(), wanted()).complete
    found = letter(under_investigation(), wanted(progress="It goes on.", reason="   "))
    assert found.missing == (ReportField.ESTIMATE, ReportField.REASON, ReportField.PLANNED_STEPS)
    assert not found.complete


def test_prejudice_lifts_what_the_mode_says_it_lifts() -> None:
    harm = Prejudice(
        would_prejudice=True, when=on("2021-06-01"), decided_by=DECISION_MAKER, reason="A suspect might flee."
    )
    ours = letter(under_investigation(harm), wanted())
    assert (ours.recipients, ours.would_prejudice) == (frozenset(), True)
    told = by_the_force()
    told.tell(harm)
    assert letter(told, wanted()).recipients == {Recipient.DIRECTOR_GENERAL}


def test_where_the_force_leads_there_is_a_report_under_regulation_19_too() -> None:
    found = letter(by_the_force(), wanted(REGULATION_19))
    assert (found.number, found.last) == (1, date(2022, 3, 31))
    assert found.recipients == {Recipient.DIRECTOR_GENERAL, Recipient.POLICING_BODY}
    assert {REGULATION_13, REGULATION_19} == REPORT_CLOCKS


def test_what_the_record_does_not_say_enough_for_is_refused_with_what_to_do() -> None:
    nothing = Told(POLICE_COMPLAINT)
    with pytest.raises(Invalid, match="No period of this report has begun"):
        letter(nothing, wanted())
    undecided = Told(POLICE_COMPLAINT, milestone(EventKind.COMPLAINT_MADE, "2021-03-30"))
    with pytest.raises(Invalid, match="Record the decision about the mode"):
        letter(undecided, wanted())
    with pytest.raises(Invalid, match="Period 99 has not begun: name one from 1 to"):
        letter(under_investigation(), wanted(number=99))
    with pytest.raises(Invalid, match="come from the record"):
        letter(under_investigation(), wanted(date_of_matter="Some time in March."))


def test_only_the_two_clocks_of_reports_have_letters() -> None:
    other = Wanted("mode-decision", None, WRITTEN, authority_is_chief_officer=True, chief_officer_is_subject=False)
    with pytest.raises(ValueError, match="asks for no report"):
        letter(under_investigation(), other)
