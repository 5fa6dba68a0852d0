"""Rules about what comes back from the prosecutor and what moves, each with what breaks it and what keeps it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.disclosure.contents import AgainstTest, Described, Presumed, Relevant, Result
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import certify, endorse, returned, served, submit, voided
from dems.model.disclosure.reports import Alert, Returned, ServiceReport
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import PersonId, ReportId, ScheduleId
from dems.model.people import CaseRole, Clearance
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    INVESTIGATOR,
    LAWYER,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    SENSITIVE,
    SERVED_ON,
    Desk,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import endorsed, state, with_both

S = ScheduleState


# --- R22, R25, R26 ---


def test_r22_what_is_presumed_to_meet_the_test_is_copied_once() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.decide(item(1), Presumed("RP2"))
    desk.decide(item(2), Presumed(None))
    desk.draft()
    assert desk.broken("R22") == [("R22", "MG6C 1")]
    desk.draft(copies=frozenset({item(1)}))
    assert desk.broken("R22") == []
    desk.certify()
    desk.submit()
    lawyer = desk.acting(LAWYER)
    desk.file = returned(desk.file, Returned(set_id(1), "Describe item 2 at length.", lawyer))
    desk.draft(2)
    assert desk.broken("R22") == []


def reported(desk: Desk, schedule: ScheduleId) -> ServiceReport:
    return ServiceReport(schedule, SERVED_ON, "Counsel for Moss", "H. Bose", desk.once_served())


def test_r25_a_schedule_is_served_once_it_was_endorsed_and_an_mg6d_never() -> None:
    desk = with_both()
    c, d = desk.set().schedules
    acts: tuple[Callable[[], None], ...] = (desk.certify, desk.submit, desk.endorse)
    for act in acts:
        before = desk.file
        with pytest.raises(DisclosureRulesBroken, match="R25"):
            served(desk.file, reported(desk, c))
        assert desk.file is before
        act()
    desk.file = served(desk.file, reported(desk, c))
    assert [s.schedule for s in desk.file.services] == [c]
    with pytest.raises(DisclosureRulesBroken, match="never served"):
        served(desk.file, reported(desk, d))
    with pytest.raises(NotFound):
        served(desk.file, reported(desk, schedule_id(9, 9)))


def test_r25_a_returned_schedule_is_not_served_and_its_correction_is() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.certify()
    desk.submit()
    desk.file = returned(desk.file, Returned(set_id(1), "Say which desk.", desk.acting(LAWYER)))
    with pytest.raises(DisclosureRulesBroken, match=r"MG6C 1\.0 is returned"):
        served(desk.file, reported(desk, schedule_id(1, 1)))
    desk.decide(item(1), Described("Photograph of the custody desk in Leeds", "Store A"))
    desk.through(2)
    desk.file = served(desk.file, reported(desk, schedule_id(2, 1)))
    assert desk.broken("R25") == []


def test_r25_nothing_is_served_before_it_was_submitted_nor_in_time_to_come() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    desk.endorse()
    report = reported(desk, schedule_id(1, 1))
    with pytest.raises(DisclosureRulesBroken, match=r"R25: MG6C 1\.0 was submitted after 31 March 2026"):
        served(desk.file, replace(report, served_on=date(2026, 3, 31)))
    with pytest.raises(Invalid, match="still to come"):
        served(desk.file, replace(report, served_on=date(2026, 4, 4)))
    for day in (date(2026, 4, 1), date(2026, 4, 3)):
        assert served(desk.file, replace(report, served_on=day)).services[0].served_on == day


def test_what_became_of_a_submission_is_said_by_the_lawyer_or_a_disclosure_officer_of_the_case() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    strangers = (desk.acting(INVESTIGATOR), desk.acting(OFFICER, CaseRole.REVIEWING_LAWYER))
    for by in strangers:
        with pytest.raises(DisclosureRulesBroken, match=r"R03.*reviewing lawyer or a disclosure officer"):
            returned(desk.file, Returned(set_id(1), "It is unclear.", by))
        with pytest.raises(DisclosureRulesBroken, match=r"R03.*reviewing lawyer or a disclosure officer"):
            served(desk.file, replace(reported(desk, schedule_id(1, 1)), recorded=by))
    desk.change(grants=tuple(g for g in desk.file.grants if (g.person_id, g.name) != (LAWYER, Clearance.SENSITIVE)))
    with pytest.raises(DisclosureRulesBroken, match=r"R03.*holds the clearance"):
        returned(desk.file, Returned(set_id(1), "It is unclear.", desk.acting(LAWYER)))
    desk.file = returned(desk.file, Returned(set_id(1), "It is unclear.", desk.acting(DEPUTY)))
    assert state(desk) is S.RETURNED


@pytest.mark.parametrize("to_sensitive", [True, False])
def test_r26_what_moves_leaves_its_number_annotated_and_the_lawyer_told(to_sensitive: bool) -> None:
    here, there = (NOT_SENSITIVE, SENSITIVE) if to_sensitive else (SENSITIVE, NOT_SENSITIVE)
    series = Series.MG6C if to_sensitive else Series.MG6D
    desk = Desk()
    desk.item(1, here)
    desk.item(2)
    desk.item(3, SENSITIVE)
    desk.through(1)
    assert desk.broken("R26") == []
    desk.decide(item(1), there)
    desk.draft(2)
    where = f"{series.value} 1"
    assert desk.broken("R26") == [("R26", where)]  # annotated by the draft, and nobody told
    drafted = desk.file.schedules
    desk.change(schedules=tuple(replace(s, annotations=()) for s in drafted))
    assert desk.broken("R26") == [("R26", where), ("R26", where)]
    at = desk.acting().at
    desk.change(schedules=drafted, alerts=(Alert(item(1), OFFICER, at), Alert(item(2), LAWYER, at)))
    assert desk.broken("R26") == [("R26", where)]
    desk.change(alerts=(Alert(item(1), LAWYER, BEGAN),))  # before it moved
    assert desk.broken("R26") == [("R26", where)]
    desk.change(alerts=(Alert(item(1), LAWYER, at),))
    assert desk.broken("R26") == []


# --- R28, R29 ---


def test_r28_every_officer_who_decided_reports_unless_they_corroborate() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), AgainstTest(Result.DOES_NOT_MEET), by=DEPUTY)
    desk.decide(item(1), Relevant(relevant=True), by=INVESTIGATOR)
    desk.draft()
    assert desk.broken("R28") == [("R28", str(set_id(1)))]
    assert "E. Lind decided" in check(desk.file, ("R28",))[0].message
    desk.change_set(corroborating=frozenset({DEPUTY}))
    assert desk.broken("R28") == []
    own = replace(desk.report(2, desk.set().schedules, by=DEPUTY), id=ReportId(UUID(int=2)))
    desk.change_set(corroborating=frozenset[PersonId](), reports=(*desk.set().reports, own))
    assert desk.broken("R28") == []


def test_r29_an_investigation_begun_before_a_regime_says_so() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    for began, broken in ((date(2005, 4, 3), 1), (date(2005, 4, 4), 0), (date(2021, 1, 1), 0)):
        desk.change(opened=replace(desk.file.opened, investigation_began=began))
        assert len(desk.broken("R29")) == broken
    desk.change(opened=replace(desk.file.opened, investigation_began=date(2003, 1, 1)))
    desk.change_set(note="The investigation began before 4 April 2005.")
    assert desk.broken("R29") == []


# --- what may be done when ---


def test_certification_lists_every_broken_rule_by_row_and_does_nothing() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("x", ""))
    desk.item(2, replace(SENSITIVE, schedule_reason=""))
    desk.draft()
    desk.change_set(reports=())
    with pytest.raises(DisclosureRulesBroken, match="rules are broken, so nothing was certified") as no:
        desk.certify()
    found = [(p["rule"], p["place"]["key"]) for p in no.value.data["problems"]]
    assert found[:3] == [("R05", "MG6C 1"), ("R09", "MG6C 1"), ("R11", "MG6D 1")]
    assert {rule for rule, _ in found[3:]} == {"R14", "R15", "R28"}
    assert state(desk) is S.DRAFT


def test_a_warning_stops_nothing() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("CCTV of the custody desk that night", "Store A"))
    desk.draft()
    assert desk.broken("R06") == [("R06", "MG6C 1")]
    desk.certify()
    assert state(desk) is S.CERTIFIED


def test_a_set_goes_through_its_life_in_order() -> None:
    desk = with_both()
    one = set_id(1)
    back = Returned(one, "It is unclear.", desk.acting(LAWYER))
    with pytest.raises(WrongState):
        submit(desk.file, one, NOW)
    with pytest.raises(WrongState):
        voided(desk.file, one)
    with pytest.raises(WrongState):
        returned(desk.file, back)
    desk.certify()
    with pytest.raises(WrongState, match="Only a draft"):
        certify(desk.file, one)
    desk.submit()
    with pytest.raises(
        WrongState, match=r"MG6C 1\.0 is submitted, and void does not follow; what does is endorsed or returned"
    ):
        voided(desk.file, one)
    with pytest.raises(NotFound):
        certify(desk.file, set_id(2))


def test_every_row_is_endorsed_once_and_nothing_else_is() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    one = endorsed(desk, "CND")
    two = replace(one, schedule=schedule_id(1, 2), series=Series.MG6D, code="Y")
    with pytest.raises(Invalid, match="left out: MG6D 1"):
        endorse(desk.file, set_id(1), [one])
    with pytest.raises(Invalid, match="once, and none of another"):
        endorse(desk.file, set_id(1), [one, two, two])
    with pytest.raises(Invalid, match="once, and none of another"):
        endorse(desk.file, set_id(1), [one, replace(two, schedule=schedule_id(5, 2))])
    with pytest.raises(DisclosureRulesBroken, match="R20"):
        endorse(desk.file, set_id(1), [replace(one, code="D"), two])
    assert state(desk) is S.SUBMITTED
    desk.file = endorse(desk.file, set_id(1), [one, two])
    assert state(desk) is S.ENDORSED
    assert desk.file.endorsements == (one, two)
