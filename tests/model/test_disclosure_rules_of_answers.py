"""Rules about what comes back from the prosecutor and what moves, each with what breaks it and what keeps it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.disclosure.contents import AgainstTest, Described, Presumed, Relevant, Result
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import certify, endorse, returned, served, submit, voided
from dems.model.disclosure.reports import Alert, Endorsement, Returned, ServiceReport
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import PersonId, ReportId, ScheduleId
from dems.model.life.vocabulary import Open
from dems.model.people import CaseRole
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    INVESTIGATOR,
    LAWYER,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    SENSITIVE,
    Desk,
    inspected,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import state, with_both

S = ScheduleState


# --- R20 ---


def endorsed(desk: Desk, code: str, **changes: object) -> Endorsement:
    plain = Endorsement(schedule_id(1, 1), Series.MG6C, 1, code, desk.acting(LAWYER))
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_r20_a_code_that_needs_an_inspection_has_one() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    for code, needed in (("D", True), ("I", True), ("ND", True), ("CND", False), ("EV", False)):
        desk.change(endorsements=(endorsed(desk, code),))
        assert desk.broken("R20") == ([("R20", "MG6C 1")] if needed else [])
        desk.change(endorsements=(endorsed(desk, code, inspected=inspected()),))
        assert desk.broken("R20") == []


def test_r20_a_code_is_one_of_that_days_list_for_that_form() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    codes = FORMS.endorsements[Series.MG6C]
    closed = tuple(replace(c, open=Open(last=date(2026, 3, 1))) if c.code == "CND" else c for c in codes)
    for code in ("Y", "cnd", "X"):
        desk.change(endorsements=(endorsed(desk, code),))
        assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND"),), forms=replace(FORMS, endorsements={Series.MG6C: closed}))
    assert desk.broken("R20") == [("R20", "MG6C 1")]


def test_r20_what_is_presumed_to_meet_the_test_is_refused_with_a_reason() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Presumed("RP4"))
    desk.draft()
    for code, broken in (("CND", 1), ("ND", 1), ("D", 0)):
        desk.change(endorsements=(endorsed(desk, code, inspected=inspected()),))
        assert len(desk.broken("R20")) == broken
    desk.change(endorsements=(endorsed(desk, "CND", reason="It is of another detention."),))
    assert desk.broken("R20") == []
    desk.decide(item(1), Presumed(None))
    desk.change(endorsements=(endorsed(desk, "CND"),))
    assert desk.broken("R20") == []


def test_r20_only_the_reviewing_lawyer_endorses_and_only_rows_that_there_are() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.change(endorsements=(endorsed(desk, "CND", by=desk.acting(OFFICER)),))
    assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND", by=desk.acting(OFFICER, CaseRole.REVIEWING_LAWYER)),))
    assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND", number=4),))
    assert desk.broken("R20") == [("R20", "MG6C 4")]


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
    return ServiceReport(schedule, date(2026, 3, 9), "Counsel for Moss", "H. Bose", desk.acting(LAWYER))


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
