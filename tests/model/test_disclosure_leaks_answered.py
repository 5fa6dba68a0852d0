"""The leak guard: what it finds in bytes and numbers, and how a hit is answered."""

from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import Described, LeakCleared, Level
from dems.model.disclosure.guard import hits, unresolved
from dems.model.disclosure.leaks import Hit, HitKind
from dems.model.disclosure.material import Holding
from dems.model.disclosure.recording import returned
from dems.model.disclosure.reports import Alert, Returned
from dems.model.disclosure.rules import as_data, check
from dems.model.disclosure.visibility import seen_by
from dems.model.people import Clearance
from tests.model.disclosing import (
    INVESTIGATOR,
    LAWYER,
    SENSITIVE,
    Desk,
    digest,
    evidence_id,
    item,
    material,
    set_id,
)
from tests.model.disclosure_steps import refused
from tests.model.leaking import SECRET, desk_with, found

# --- what it finds in bytes and numbers ---


def test_the_same_bytes_or_file_name_are_a_hit_in_a_row_and_in_a_block() -> None:
    desk = desk_with("Letter to the custody manager")
    desk.add(material(1, digest=digest(50)))
    assert found(desk) == [(HitKind.COPIES, "MG6C 1")]
    desk.add(material(1, name="img_0050.JPG"))
    assert found(desk) == [(HitKind.COPIES, "MG6C 1")]
    desk.add(material(1, name="document.jpg"), material(50, name="document.jpg"))
    assert found(desk) == []
    desk.block(1, 8, 9)
    desk.add(material(9, digest=digest(50)))
    desk.draft()
    [hit] = hits(desk.file)
    assert (hit.kind, hit.where.key) == (HitKind.COPIES, "MG6C 2")
    assert hit.message.startswith("ABC/9, which is in it, has the bytes of ABC/50")


def test_what_was_made_from_it_and_what_it_was_made_from_are_hits() -> None:
    desk = desk_with("Letter to the custody manager", "Plan of the ground floor")
    desk.add(material(7, derived_from=evidence_id(50)), material(1, derived_from=evidence_id(7)))
    assert found(desk) == [(HitKind.DERIVES, "MG6C 1")]
    desk.add(material(7), material(50, derived_from=evidence_id(2)))
    assert found(desk) == [(HitKind.DERIVES, "MG6C 2")]
    desk.add(material(2, derived_from=evidence_id(50)))
    assert found(desk) == [(HitKind.DERIVES, "MG6C 2")], "a circle is gone round once"


def test_an_edited_version_may_read_like_what_is_sensitive_in_part_but_never_be_it() -> None:
    kept = replace(SENSITIVE, level=Level.IN_PART)
    desk = desk_with(f"Edited version of ABC/50. {SECRET}", kept=kept)
    edited = material(1, derived_from=evidence_id(50), edited=True, redaction_set="R1", name="IMG_0050.jpg")
    desk.add(edited)
    assert found(desk) == []
    desk.add(replace(edited, digest=digest(50)))
    assert found(desk) == [(HitKind.COPIES, "MG6C 1")]
    desk.add(replace(edited, edited=False))
    assert {kind for kind, _ in found(desk)} == {
        HitKind.NAMES,
        HitKind.DESCRIBES,
        HitKind.COPIES,
        HitKind.DERIVES,
    }


def test_references_on_both_sides_of_it_are_a_hit() -> None:
    assert found(desk_with("Photograph ABC/49 of the desk", "Photograph ABC/51 of the desk")) == [
        (HitKind.NEXT_TO, "MG6C 1")
    ]
    assert found(desk_with("Photograph ABC/49 of the desk", "Photograph ABC/52 of the desk")) == []
    desk = desk_with("Photograph ABC/49 of the desk", "Photograph ABC/52 of the desk")
    desk.add(material(51))
    desk.ready(item(51), SENSITIVE, "Log about drugs")
    assert found(desk) == [(HitKind.NEXT_TO, "MG6C 1")] * 2


def test_a_number_that_is_left_where_it_was_listed_is_a_hit() -> None:
    desk = desk_with("Letter to the custody manager", "Plan of the ground floor")
    desk.certify()
    desk.submit()
    desk.file = returned(desk.file, Returned(set_id(1), "Unclear.", desk.acting(LAWYER)))
    desk.ready(item(1), SENSITIVE, "Letter to the custody manager")
    desk.change(alerts=(Alert(item(1), LAWYER, desk.acting().at),))
    desk.draft(2)
    assert found(desk) == [(HitKind.GAP, "MG6C 1")]
    desk.clear()
    desk.certify(2)
    desk.submit(2)
    desk.endorse(2)
    desk.ready(item(2), SENSITIVE, "Plan of the ground floor")
    desk.item(3)
    desk.draft(3)
    assert found(desk) == [(HitKind.GAP, "MG6C 2")], "an annotation of a later schedule leaves one too"


def test_what_is_off_the_system_and_what_is_in_a_sensitive_block_are_kept_too() -> None:
    desk = desk_with("Message in which somebody is called Kestrel", kept=replace(SENSITIVE, level=Level.HIGHLY))
    desk.add(material(50, holding=Holding.OFF_SYSTEM, digest=None, name=None))
    assert found(desk) == [(HitKind.NAMES, "MG6C 1")]
    desk = Desk()
    desk.item(1)
    desk.block(1, 8, 9, sensitivity=SENSITIVE)
    desk.add(material(1, digest=digest(9)))
    desk.draft()
    assert found(desk) == [(HitKind.COPIES, "MG6C 1")]


def test_a_draft_that_is_older_than_the_decision_about_a_row_does_not_betray_that_row_by_itself() -> None:
    text = "Letter about ABC/51 from Sandpiper"
    desk = desk_with(text)
    desk.add(material(1, exhibit_ref="ABC/51"))
    desk.ready(item(1), SENSITIVE, text)
    assert found(desk) == []
    assert desk.broken("R02") != []


# --- how a hit is answered ---


def only_hit(desk: Desk) -> Hit:
    [hit] = unresolved(desk.file)
    return hit


def test_nothing_is_certified_before_each_hit_is_answered_for_exactly_these_words() -> None:
    text = "Message in which somebody is called Kestrel"
    desk = desk_with(text)
    hit = only_hit(desk)
    with pytest.raises(DisclosureRulesBroken, match="1 rule is broken, so nothing was certified") as no:
        desk.certify()
    [problem] = no.value.data["problems"]
    assert (problem["rule"], problem["hit"], problem["place"]) == ("GUARD", hit.id, {"kind": "row", "key": "MG6C 1"})
    desk.decide(item(1), LeakCleared((hit.id,)))
    assert unresolved(desk.file) == () == check(desk.file, ("GUARD",))
    desk.draft()
    assert unresolved(desk.file) == (), "drafted anew, it stays answered"
    desk.decide(item(1), Described(f"{text} twice", "Store A"))
    desk.draft()
    assert only_hit(desk).id != hit.id, "other words are another hit"
    desk.decide(item(1), Described("Message to the custody desk", "Store A"))
    desk.draft()
    assert hits(desk.file) == ()
    desk.certify()


def test_an_answer_is_taken_back_by_another_that_leaves_it_out() -> None:
    desk = desk_with("Message in which somebody is called Kestrel")
    desk.clear()
    desk.decide(item(1), LeakCleared(()))
    assert desk.broken("GUARD") == [("GUARD", "MG6C 1")]


def test_only_a_disclosure_officer_with_the_clearance_answers() -> None:
    desk = desk_with("Message in which somebody is called Kestrel")
    cleared = LeakCleared((only_hit(desk).id,))
    assert refused(desk, cleared, desk.acting(INVESTIGATOR)) == ["R03", "R03"]
    assert refused(desk, cleared, desk.acting(LAWYER)) == ["R03"]


def test_whoever_lacks_the_clearance_sees_no_answer_and_no_hit() -> None:
    desk = desk_with("Message in which somebody is called Kestrel")
    desk.clear()
    plain = seen_by(desk.file, frozenset())
    assert hits(plain) == ()
    assert not any(isinstance(d.content, LeakCleared) for d in plain.record.decisions)
    cleared = seen_by(desk.file, frozenset({Clearance.SENSITIVE}))
    assert [h.id for h in hits(cleared)] == [h.id for h in hits(desk.file)]


def test_a_rule_that_is_no_hit_says_nothing_of_one() -> None:
    desk = desk_with("x")
    [broken] = check(desk.file, ("R05",))
    assert "hit" not in as_data(broken)
    assert UUID(hex="0" * 32) not in {h.kept.id for h in hits(desk.file)}
