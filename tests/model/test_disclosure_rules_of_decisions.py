"""Rules about decisions and what happens in a proceeding, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid
from dems.model.disclosure.acting import Acting, holds
from dems.model.disclosure.checks_of_decisions import may_see, review_goes_on
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    Handling,
    Level,
    NeedsClearance,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Sensitive,
    SensitiveInformation,
    Used,
)
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.disclosure.recording import decide, happened
from dems.model.disclosure.rules import RULES, Severity, check
from dems.model.ids import CaseId, PartyId
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseRole, Clearance
from tests.model.disclosing import (
    BEGAN,
    CLEARED_NOT_PII,
    COUNSEL,
    DEPUTY,
    GRANTS,
    INVESTIGATOR,
    LAWYER,
    MOSS,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    OTHER_PROCEEDING,
    SENSITIVE,
    TODAY,
    Desk,
    block_id,
    evidence_id,
    item,
    material,
    opened,
)
from tests.model.people import CASE_ID

K = HappeningKind
RELEVANT = Relevant(relevant=True)


def order(kind: PiiKind = PiiKind.NOTICE_WITH_CATEGORY, outcome: PiiOutcome = PiiOutcome.WITHHOLD) -> Pii:
    return Pii(kind, PiiStage.ORDERED, "Safety of a source", "They would be found", "A summary", "PII/1", outcome)


def considered(kind: PiiKind = PiiKind.NOTICE_WITH_CATEGORY) -> Pii:
    return Pii(kind, PiiStage.CONSIDERED, "Safety of a source", "They would be found")


def refused(desk: Desk, content: Content, by: Acting, number: int = 1) -> list[str]:
    """The rules that this decision breaks; nothing of it is kept."""
    before = desk.file
    with pytest.raises(DisclosureRulesBroken) as no:
        decide(before, (desk.decision(item(number), content, by),), NOW)
    problems = no.value.data["problems"]
    assert all(p["message"].endswith(".") and p["source"] and p["place"]["kind"] == "decision" for p in problems)
    return [p["rule"] for p in problems]


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


# --- R31, R33 ---


def test_r31_what_meets_the_test_is_withheld_only_under_an_order() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    desk.decide(item(1), AgainstTest(Result.MAY_MEET))
    assert refused(desk, Handled(Handling.WITHHELD), desk.acting()) == ["R31"]
    assert refused(desk, Handled(Handling.WITHHELD, "PII/1"), desk.acting()) == ["R31"]
    desk.decide(item(1), considered())
    assert refused(desk, Handled(Handling.WITHHELD, "PII/1"), desk.acting()) == ["R31"]
    desk.decide(item(1), order(outcome=PiiOutcome.DISCLOSE))
    assert refused(desk, Handled(Handling.WITHHELD, "PII/1"), desk.acting()) == ["R31"]
    desk.decide(item(1), order(outcome=PiiOutcome.PARTIAL))
    assert refused(desk, Handled(Handling.WITHHELD, "PII/2"), desk.acting()) == ["R31"]
    desk.decide(item(1), Handled(Handling.WITHHELD, "PII/1"))
    assert desk.broken("R31") == []


def test_r31_what_does_not_meet_the_test_may_be_kept_back_and_what_does_be_disclosed() -> None:
    desk = Desk()
    desk.item(1)
    desk.add(material(2))
    desk.decide(item(1), Handled(Handling.WITHHELD))
    desk.decide(item(2), Handled(Handling.WITHHELD))
    desk.decide(item(1), Handled(Handling.DISCLOSED))
    assert desk.broken("R31") == []


def test_r31_immunity_is_of_sensitive_material_only() -> None:
    desk = Desk()
    desk.item(1)
    desk.add(material(2))
    assert refused(desk, considered(), desk.acting()) == ["R31"]
    assert refused(desk, considered(), desk.acting(), number=2) == ["R31"]
    desk.decide(item(1), SENSITIVE, considered())
    assert refused(desk, NOT_SENSITIVE, desk.acting()) == ["R31"]
    desk.decide(item(1), replace(considered(), stage=PiiStage.DISCHARGED), NOT_SENSITIVE)
    assert desk.broken("R31") == []


def test_r33_sensitivity_names_the_interest_the_prejudice_and_categories_of_the_list() -> None:
    desk = Desk()
    desk.add(material(1))
    nothing = replace(SENSITIVE, public_interest=" ", prejudice="", categories=("gossip",))
    assert refused(desk, nothing, desk.acting()) == ["R33", "R33", "R33"]
    desk.decide(item(1), Sensitive(Level.NOT_SENSITIVE), SENSITIVE)
    assert desk.broken("R33") == []


# --- R35 ---


def test_r35_what_may_be_privileged_is_for_independent_counsel_alone() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 1, 2)
    everybody = frozenset(CaseRole) - {CaseRole.INDEPENDENT_COUNSEL}
    assert may_see(desk.file, item(1), everybody)
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED), by=INVESTIGATOR)
    assert not may_see(desk.file, item(1), everybody)
    assert may_see(desk.file, item(1), frozenset({CaseRole.INDEPENDENT_COUNSEL}))
    assert refused(desk, Relevant(relevant=False), desk.acting()) == ["R35"]
    desk.decide(item(1), Privilege(PrivilegeState.PRIVILEGED), by=COUNSEL)
    assert refused(desk, Privilege(PrivilegeState.SUSPECTED), desk.acting()) == ["R35"]
    desk.decide(item(1), Privilege(PrivilegeState.CLEARED), by=COUNSEL)
    desk.decide(item(1), Relevant(relevant=True))
    assert may_see(desk.file, item(1), everybody)
    assert desk.broken("R35") == []


def test_r35_nobody_else_clears_it_even_where_nobody_suspected_it() -> None:
    desk = Desk()
    desk.add(material(1))
    assert refused(desk, Privilege(PrivilegeState.CLEARED), desk.acting()) == ["R03"]
    desk.put(desk.decision(item(1), Privilege(PrivilegeState.CLEARED)))
    assert [rule for rule, _ in desk.broken("R35")] == ["R35"]


def test_r35_a_row_of_it_or_of_a_block_with_it_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 4)
    desk.draft()
    assert desk.broken("R35") == []
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED))
    desk.decide(item(4), Privilege(PrivilegeState.SUSPECTED))
    assert desk.broken("R35") == [("R35", "MG6C 1"), ("R35", "MG6C 2")]
    desk.draft()
    assert desk.broken("R35") == []


# --- R57 ---


def test_r57_a_decision_of_another_proceeding_says_nothing_here() -> None:
    desk = Desk()
    desk.add(material(1))
    elsewhere = replace(desk.decision(item(1), RELEVANT), proceeding=OTHER_PROCEEDING)
    with pytest.raises(DisclosureRulesBroken) as no:
        decide(desk.file, (elsewhere,), NOW)
    assert [p["rule"] for p in no.value.data["problems"]] == ["R57"]
    desk.decide(item(1), RELEVANT)
    assert desk.broken("R57") == []


def test_r57_an_item_or_a_block_of_another_case_is_none_of_this_one() -> None:
    desk = Desk()
    desk.add(material(1, case_id=CaseId(UUID(int=9))))
    assert refused(desk, RELEVANT, desk.acting()) == ["R57"]
    assert refused(desk, RELEVANT, desk.acting(), number=2) == ["R57"]
    desk.block(1, 4)
    assert desk.broken("R57") == []
    desk.change(blocks={})
    assert len(desk.broken("R57")) == 5


def test_r57_a_row_is_of_this_proceeding_and_this_case() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    assert desk.broken("R57") == []
    [schedule] = desk.file.schedules
    elsewhere = replace(schedule.rows[0].sensitivity, proceeding=OTHER_PROCEEDING)
    desk.change(schedules=(replace(schedule, rows=(replace(schedule.rows[0], sensitivity=elsewhere),)),))
    assert desk.broken("R57") == [("R57", "MG6C 1")]
    desk.change(material={evidence_id(1): material(1, case_id=CaseId(UUID(int=9)))})
    assert desk.broken("R57")[-2:] == [("R57", "MG6C 1"), ("R57", "MG6C 1")]


# --- all of them ---


def test_every_rule_that_was_asked_for_is_there_once_with_its_source() -> None:
    wanted = [*range(1, 13), *range(14, 36), 48, 57]
    assert [r.id for r in RULES] == [f"R{n:02}" for n in wanted]
    assert {r.id for r in RULES if r.severity is Severity.WARN} == {"R06", "R21", "R23", "R24", "R29"}
    assert all(r.asks.endswith(".") and r.source.text and r.source.checked_on == date(2026, 11, 22) for r in RULES)
    assert len({r.check for r in RULES}) == len(RULES)


def test_somebody_who_acts_has_a_name_and_a_time_with_a_zone() -> None:
    with pytest.raises(Invalid, match="which name"):
        Acting(OFFICER, " ", CaseRole.DISCLOSURE_OFFICER, BEGAN)
    with pytest.raises(ValueError, match="zone"):
        Acting(OFFICER, "D. Okoro", CaseRole.DISCLOSURE_OFFICER, datetime(2026, 3, 2))  # noqa: DTZ001 naive on purpose


def test_a_decision_says_why() -> None:
    desk = Desk()
    with pytest.raises(Invalid, match="why this was decided"):
        desk.decision(item(1), Described("A notebook", "Store A"), reason="  ")


def test_an_order_has_its_reference_and_outcome_and_nothing_before_it_has() -> None:
    with pytest.raises(Invalid, match="reference and its outcome"):
        replace(considered(), order="PII/1")
    with pytest.raises(Invalid, match="reference and its outcome"):
        replace(order(), outcome=None)
    with pytest.raises(Invalid, match="public interest is at stake"):
        replace(considered(), public_interest="")
    with pytest.raises(Invalid, match="prejudiced"):
        replace(considered(), prejudice=" ")
    assert considered().live
    assert block_id(1) != block_id(2)
