"""Rules about decisions and what happens in a proceeding, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid
from dems.model.disclosure.acting import Acting, holds
from dems.model.disclosure.checks_of_decisions import review_goes_on
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Handled,
    Handling,
    NeedsClearance,
    PiiKind,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    SensitiveInformation,
    Used,
)
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.disclosure.recording import decide, happened
from dems.model.disclosure.rules import check
from dems.model.ids import CaseId, PartyId
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseRole, Clearance
from tests.model.disclosing import (
    BEGAN,
    CLEARED_NOT_PII,
    DEPUTY,
    GRANTS,
    INVESTIGATOR,
    LAWYER,
    MOSS,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    SENSITIVE,
    TODAY,
    Desk,
    evidence_id,
    item,
    material,
    opened,
)
from tests.model.disclosure_steps import considered, order, refused
from tests.model.people import CASE_ID

K = HappeningKind
RELEVANT = Relevant(relevant=True)


# --- R03 ---


def test_r03_a_decision_is_by_somebody_in_a_role_that_decides_it_held_that_day() -> None:
    desk = Desk()
    desk.add(material(1))
    assert refused(desk, RELEVANT, desk.acting(LAWYER)) == ["R03"]
    assert refused(desk, RELEVANT, desk.acting(LAWYER, CaseRole.INVESTIGATOR)) == ["R03"]
    desk.decide(item(1), RELEVANT, by=INVESTIGATOR)
    assert desk.broken("R03") == []


def test_r03_a_role_that_ended_or_had_not_begun_is_not_held() -> None:
    at = BEGAN + timedelta(minutes=1)
    acting = Acting(OFFICER, "D. Okoro", CaseRole.DISCLOSURE_OFFICER, at)
    role = next(g for g in GRANTS if g.person_id == OFFICER and g.name is CaseRole.DISCLOSURE_OFFICER)

    def held(**changes: object) -> bool:
        grant = replace(role, **changes)  # type: ignore[arg-type]
        return holds([grant], CASE_ID, acting.person, acting.role, at)

    assert held()
    assert held(starts_on=TODAY, ends_on=TODAY)
    assert held(ends_on=None)
    assert held(ended_at=at + timedelta(seconds=1))
    assert not held(ended_at=at)
    assert not held(ends_on=TODAY - timedelta(days=1))
    assert not held(starts_on=TODAY + timedelta(days=1))
    assert not held(granted_at=at + timedelta(seconds=1))
    assert not held(case_id=CaseId(UUID(int=5)))
    assert not held(name=CaseRole.INVESTIGATOR)
    desk = Desk()
    desk.add(material(1))
    desk.change(grants=(replace(role, ends_on=TODAY - timedelta(days=1)),))
    assert refused(desk, RELEVANT, acting) == ["R03"]


@pytest.mark.parametrize(
    ("content", "by", "allowed"),
    [
        (SENSITIVE, OFFICER, True),
        (SENSITIVE, DEPUTY, True),
        (SENSITIVE, CLEARED_NOT_PII, True),
        (SENSITIVE, INVESTIGATOR, False),
        (SENSITIVE, LAWYER, False),
        (Used(used=True), LAWYER, True),
        (AgainstTest(Result.MEETS), INVESTIGATOR, False),
        (SensitiveInformation(holds=True), OFFICER, True),
        (NeedsClearance(Clearance.SENSITIVE), OFFICER, True),
        (NeedsClearance(None), CLEARED_NOT_PII, False),
        (AgainstTest(Result.MEETS), CLEARED_NOT_PII, True),
        (Handled(Handling.DISCLOSED), CLEARED_NOT_PII, True),
        (Privilege(PrivilegeState.SUSPECTED), INVESTIGATOR, True),
        (Handled(Handling.UNDER_REVIEW), LAWYER, True),
        (Handled(Handling.UNDER_REVIEW), INVESTIGATOR, False),
    ],
)
def test_r03_who_may_decide_what(content: Content, by: object, allowed: bool) -> None:
    desk = Desk()
    desk.add(material(1))
    who = next(p for p in (OFFICER, DEPUTY, CLEARED_NOT_PII, INVESTIGATOR, LAWYER) if p == by)
    if allowed:
        desk.decide(item(1), content, by=who)
        assert desk.file.record.says(item(1), type(content)) == content
    else:
        assert set(refused(desk, content, desk.acting(who))) == {"R03"}


def test_r03_what_would_tell_of_immunity_without_notice_needs_the_clearance_whether_there_is_any_or_not() -> None:
    without, within = Desk(), Desk()
    for desk in (without, within):
        desk.item(1, SENSITIVE)
    within.decide(item(1), order(PiiKind.WITHOUT_NOTICE), Handled(Handling.WITHHELD, "PII/1"))
    for content in (NOT_SENSITIVE, Handled(Handling.DISCLOSED), considered()):
        messages = []
        for desk in (without, within):
            decision = replace(desk.decision(item(1), content, desk.acting(CLEARED_NOT_PII)), replaces=None)
            with pytest.raises(DisclosureRulesBroken) as no:
                decide(desk.file, (decision,), NOW)
            messages.append([(p["rule"], p["message"]) for p in no.value.data["problems"]])
        assert messages[0] == messages[1]
        assert [rule for rule, _ in messages[0]] == ["R03"]


def test_r03_a_row_of_what_nobody_found_relevant_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    assert desk.broken("R03") == []
    desk.decide(item(1), Relevant(relevant=False))
    assert desk.broken("R03") == [("R03", "MG6C 1")]


def test_decisions_are_recorded_together_or_not_at_all_and_not_ahead_of_time() -> None:
    desk = Desk()
    desk.add(material(1), material(2))
    good = desk.decision(item(1), RELEVANT)
    bad = desk.decision(item(2), RELEVANT, desk.acting(LAWYER))
    with pytest.raises(DisclosureRulesBroken, match="1 rule is broken, so nothing was decided") as no:
        decide(desk.file, (good, bad), NOW)
    assert no.value.source is not None
    worse = desk.decision(item(1), SENSITIVE, desk.acting(LAWYER))
    with pytest.raises(DisclosureRulesBroken, match="2 rules are broken") as no:
        decide(desk.file, (bad, worse), NOW)
    assert len(no.value.data["problems"]) == 2
    with pytest.raises(Invalid, match="still to come"):
        decide(desk.file, (good,), good.by.at - timedelta(seconds=1))


# --- R21, R23, R24, R27 ---


def test_r21_what_is_presumed_to_meet_the_test_is_rebutted_with_a_reason() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.decide(item(2), Presumed(None))
    assert desk.broken("R21") == []
    desk.decide(item(1), Presumed("RP4"))
    [found] = check(desk.file, ("R21",))
    assert "RP4" in found.message
    desk.decide(item(1), AgainstTest(Result.DOES_NOT_MEET, "It is of another detention."))
    assert desk.broken("R21") == []
    desk.decide(item(1), AgainstTest(Result.MAY_MEET))
    assert desk.broken("R21") == []
    desk.add(material(3))
    desk.decide(item(3), Presumed("RP1"))
    assert desk.broken("R21") == []


def test_r23_what_is_relevant_is_scheduled_in_time_after_charge() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 4)
    desk.item(2, added_on=date(2026, 3, 1))
    desk.change(on=date(2026, 3, 15))
    assert desk.broken("R23") == []
    desk.change(happenings=(Happening(K.NOT_GUILTY_PLEA, date(2026, 2, 20)), Happening(K.CHARGED, date(2026, 2, 10))))
    desk.change(on=date(2026, 3, 10))  # 28 days after the charge
    assert desk.broken("R23") == []
    desk.change(on=date(2026, 3, 11))
    assert {k for _, k in desk.broken("R23")} == {str(evidence_id(1)), str(evidence_id(4))}
    desk.change(on=TODAY)
    desk.draft()
    desk.certify()
    desk.change(on=date(2026, 3, 11))
    assert {k for _, k in desk.broken("R23")} == {str(evidence_id(1)), str(evidence_id(4))}
    desk.submit()
    assert desk.broken("R23") == []


def test_r24_a_defence_statement_is_answered_by_a_report_in_time() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    desk.change(happenings=(Happening(K.DEFENCE_STATEMENT, date(2026, 3, 1)), Happening(K.CHARGED, date(2026, 1, 1))))
    desk.change(on=date(2026, 3, 15))  # 14 days after it
    assert desk.broken("R24") == []
    desk.change(on=date(2026, 3, 16))
    assert desk.broken("R24") == [("R24", "defence_statement")]
    desk.change(on=TODAY)
    desk.item(2)
    desk.draft(2)
    desk.change_set(2, reports=(desk.report(2, desk.set(2).schedules, certificate="d"),))
    desk.change(on=date(2026, 3, 16))
    assert desk.broken("R24") == [("R24", "defence_statement")]
    desk.certify(2)
    assert desk.broken("R24") == []


def test_r27_review_goes_on_until_the_proceeding_has_ended_for_everybody() -> None:
    desk = Desk()
    other = PartyId(UUID(int=0x9A_0002))
    strand = Proceeding(opened().proceeding.id, ProceedingKind.CRIMINAL, "Leeds", None, (MOSS, other))
    both = (PartyTo(MOSS, Position.DEFENDANT, "Moss"), PartyTo(other, Position.DEFENDANT, "Lane"))
    desk.change(opened=replace(opened(), proceeding=strand, parties=both), on=date(2026, 6, 1))
    ended = Happening(K.REVIEW_ENDED, date(2026, 5, 20))
    with pytest.raises(DisclosureRulesBroken, match="R27"):
        happened(desk.file, ended)
    desk.file = happened(desk.file, Happening(K.ACQUITTED, date(2026, 5, 1), MOSS))
    with pytest.raises(DisclosureRulesBroken, match="R27"):
        happened(desk.file, ended)
    assert review_goes_on(desk.file)
    desk.file = happened(desk.file, Happening(K.CONVICTED, date(2026, 5, 20), other))
    assert review_goes_on(desk.file)
    desk.file = happened(desk.file, ended)
    assert not review_goes_on(desk.file)
    with pytest.raises(Invalid, match="still to come"):
        happened(desk.file, Happening(K.DEFENCE_STATEMENT, date(2026, 6, 2)))


def test_r27_a_discontinuance_ends_it_for_all() -> None:
    desk = Desk()
    desk.file = happened(desk.file, Happening(K.DISCONTINUED, TODAY))
    desk.file = happened(desk.file, Happening(K.REVIEW_ENDED, TODAY))
    assert not review_goes_on(desk.file)
    assert desk.broken("R27") == []
