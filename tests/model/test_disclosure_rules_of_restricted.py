"""Rules about restricted material and other proceedings, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Handled,
    Handling,
    Level,
    PiiOutcome,
    PiiStage,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Sensitive,
)
from dems.model.disclosure.parties import HappeningKind
from dems.model.disclosure.recording import decide
from dems.model.disclosure.rules import RULES, Severity
from dems.model.ids import CaseId
from dems.model.people import CaseRole
from tests.model.disclosing import (
    BEGAN,
    COUNSEL,
    INVESTIGATOR,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    OTHER_PROCEEDING,
    SENSITIVE,
    Desk,
    block_id,
    evidence_id,
    item,
    material,
)
from tests.model.disclosure_steps import considered, order, refused

K = HappeningKind
RELEVANT = Relevant(relevant=True)


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
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED), by=INVESTIGATOR)
    assert refused(desk, Relevant(relevant=False), desk.acting()) == ["R35"]
    desk.decide(item(1), Privilege(PrivilegeState.PRIVILEGED), by=COUNSEL)
    assert refused(desk, Privilege(PrivilegeState.SUSPECTED), desk.acting()) == ["R35"]
    desk.decide(item(1), Privilege(PrivilegeState.CLEARED), by=COUNSEL)
    desk.decide(item(1), Relevant(relevant=True))
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
    wanted = [*range(1, 13), *range(14, 36), 38, 48, 50, 53, 56, 57]
    assert [r.id for r in RULES] == [*(f"R{n:02}" for n in wanted), "REOPENED", "GUARD", "LISTS"]
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
