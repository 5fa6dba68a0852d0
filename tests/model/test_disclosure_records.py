"""Decisions that are only ever added to, what they put in question, and what those without a clearance are shown."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.model.disclosure.causes import ChangedFindings, CorrectedFact, DefenceStatement, NewMaterial
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Pii,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Sensitive,
    SensitiveInformation,
    Used,
)
from dems.model.disclosure.decisions import Record
from dems.model.disclosure.reopening import reopened, touched
from dems.model.ids import FactId
from dems.model.people import Clearance
from tests.model.disclosing import (
    OTHER_PROCEEDING,
    SENSITIVE,
    Desk,
    evidence_id,
    item,
    material,
)

RELEVANT, IRRELEVANT = Relevant(relevant=True), Relevant(relevant=False)
SEES = frozenset({Clearance.SENSITIVE})
ALL = frozenset(Clearance)


def desk_with_item() -> Desk:
    desk = Desk()
    desk.add(material(1))
    return desk


# --- decisions ---


def test_a_later_decision_takes_the_place_of_the_earlier_and_both_are_kept() -> None:
    desk = desk_with_item()
    desk.decide(item(1), RELEVANT, Used(used=False), IRRELEVANT)
    record = desk.file.record
    first, use, second = record.decisions
    assert record.stands(item(1), Relevant) == second
    assert record.says(item(1), Relevant) == IRRELEVANT
    assert record.says(item(1), Described) is None
    assert record.history(item(1), Relevant) == (first, second)
    assert record.standing(item(1)) == (use, second)
    assert record.standing(item(2)) == ()
    assert record.subjects == {item(1)}


def test_of_ten_people_who_decide_at_once_one_is_heard_and_the_others_are_told() -> None:
    desk = desk_with_item()
    desk.decide(item(1), RELEVANT)
    at_once = [desk.decision(item(1), Relevant(relevant=n % 2 == 0)) for n in range(10)]
    record = desk.file.record.appended(at_once[:1])
    for late in at_once[1:]:
        with pytest.raises(WrongState, match="Somebody decided this meanwhile"):
            record.appended([late])
    with pytest.raises(WrongState):
        desk.file.record.appended(at_once)


def test_a_decision_cannot_be_recorded_twice_replace_nothing_or_come_before_what_it_replaces() -> None:
    desk = desk_with_item()
    desk.decide(item(1), RELEVANT)
    record = desk.file.record
    with pytest.raises(AlreadyExists):
        record.appended(record.decisions)
    stranger = replace(desk.decision(item(1), Used(used=True)), replaces=record.decisions[0].id)
    with pytest.raises(WrongState):
        record.appended([stranger])
    late = desk.decision(item(1), IRRELEVANT)
    early = replace(late, by=replace(late.by, at=record.decisions[0].by.at - timedelta(seconds=1)))
    with pytest.raises(Invalid, match="not made before"):
        record.appended([early])


def test_four_things_are_separate_and_none_follows_from_another() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), SensitiveInformation(holds=True), Presumed("RP4"))
    assert not desk.file.sensitive(item(1))
    assert not desk.file.quarantined(item(1))
    assert desk.file.record.says(item(1), Pii) is None
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED))
    assert desk.file.quarantined(item(1))
    assert not desk.file.sensitive(item(1))


def test_nothing_carries_over_from_a_block_to_its_item_but_relevance_and_use() -> None:
    desk = Desk()
    block = desk.block(1, 4, sensitivity=SENSITIVE)
    desk.decide(block, AgainstTest(Result.MEETS))
    assert desk.file.relevant(item(4))
    assert desk.file.unused(item(4))
    assert not desk.file.sensitive(item(4))
    assert not desk.file.might_be_disclosed(item(4))
    desk.decide(item(4), IRRELEVANT, Used(used=True))
    assert not desk.file.relevant(item(4))
    assert not desk.file.unused(item(4))


def test_a_block_that_is_not_listed_says_nothing_of_its_items() -> None:
    desk = Desk()
    block = desk.block(1, 4)
    for content in (Used(used=True), IRRELEVANT):
        desk.decide(block, content)
        assert desk.file.listing == {}
        assert not desk.file.relevant(item(4))


def test_a_record_of_one_proceeding_says_nothing_in_another() -> None:
    desk = Desk()
    desk.item(1)
    elsewhere = replace(desk.file, record=Record(OTHER_PROCEEDING))
    assert not elsewhere.relevant(item(1))
    assert elsewhere.record.standing(item(1)) == ()


# --- reopening ---


def kinds(
    desk: Desk, *causes: NewMaterial | ChangedFindings | DefenceStatement | CorrectedFact
) -> list[tuple[str, str]]:
    return [(t.decision.subject.key[-4:], type(t.decision.content).__name__) for t in reopened(desk.file, causes)]


def test_a_defence_statement_reopens_every_test_and_what_was_thought_irrelevant() -> None:
    desk = Desk()
    desk.item(1)
    desk.add(material(2))
    desk.decide(item(2), IRRELEVANT)
    statement = DefenceStatement(desk.acting().at)
    assert kinds(desk, statement) == [("0001", "AgainstTest"), ("0002", "Relevant")]
    desk.decide(item(1), AgainstTest(Result.DOES_NOT_MEET))
    desk.decide(item(2), IRRELEVANT)
    assert kinds(desk, statement) == []


def test_new_material_reopens_what_it_belongs_to_and_nothing_else() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    block = desk.block(1, 4)
    cause = NewMaterial(evidence_id(9), frozenset({item(1), block}), desk.acting().at)
    found = touched(desk.file, cause)
    assert {(t.decision.subject, type(t.decision.content)) for t in found} == {
        (s, k) for s in (item(1), block) for k in (Relevant, AgainstTest)
    }
    assert all(t.why == "New material came in that duplicates this, derives from it or belongs to it." for t in found)
    assert all(t.cause is cause for t in found)


def test_changed_findings_and_corrected_facts_reopen_the_item_and_its_block_and_say_why() -> None:
    desk = Desk()
    desk.item(1)
    block = desk.block(1, 1, 2)
    findings = ChangedFindings(evidence_id(1), "The time is an hour earlier.", desk.acting().at)
    fact = CorrectedFact(FactId(UUID(int=1)), frozenset({evidence_id(1)}), "The arrest was at 23:10.", desk.acting().at)
    for cause, expected, why in (
        (findings, (Relevant, Described, Sensitive, AgainstTest), "What this was found to hold has changed: The time"),
        (
            fact,
            (Relevant, Used, Described, Sensitive, AgainstTest),
            "A fact that this rested on was corrected: The arrest",
        ),
    ):
        found = touched(desk.file, cause)
        assert {(t.decision.subject, type(t.decision.content)) for t in found} == {
            (s, k) for s in (item(1), block) for k in expected
        }
        assert all(t.why.startswith(why) for t in found)


def test_a_decision_made_after_the_cause_is_not_reopened() -> None:
    desk = Desk()
    at = desk.acting().at
    desk.item(1)
    assert kinds(desk, ChangedFindings(evidence_id(1), "Another name.", at), DefenceStatement(at)) == []


def test_a_cause_says_what_it_is() -> None:
    at = Desk().acting().at
    with pytest.raises(Invalid, match="found now"):
        ChangedFindings(evidence_id(1), " ", at)
    with pytest.raises(Invalid, match="corrected"):
        CorrectedFact(FactId(UUID(int=1)), frozenset(), "", at)
