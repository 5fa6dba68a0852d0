"""The leak guard: what it finds in rows that are served, what it leaves alone, and how a hit is answered."""

from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import Described, LeakCleared, Level, Relevant, Sensitive, Used
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
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    digest,
    evidence_id,
    item,
    material,
    set_id,
)
from tests.model.disclosure_steps import refused

SECRET = "Account of a meeting with Kestrel at the boathouse by Mill Lane"
ROWS = (
    "Handwritten notebook of Constable Harris for 1 March 2026",
    "Body-worn video of Constable Harris at the custody desk, 21:40 to 22:05",
    "Body-worn video of Constable Lind at the custody desk, 21:42 to 22:10",
    "Custody record of Daniel Moss, pages 1 to 14",
    "Closed-circuit television footage of the yard gate, camera 4",
    "Closed-circuit television footage of the custody corridor, camera 7",
    "Record of telephone calls to the station switchboard on 1 March 2026",
    "Computer-aided dispatch log 1234 of 1 March 2026",
    "Statement of Sergeant Amara Bell about the handover at 22:00",
    "Statement of Nurse Peter Quill about the first examination",
    "Photographs of cell 9 after the incident",
    "Photograph of the mattress in cell 9",
    "Plan of the ground floor of the custody suite",
    "Training record of Constable Harris in restraint",
    "Training record of Constable Lind in first aid",
    "Duty rota of the custody suite for February and March 2026",
    "Policy of the force on checks of detained persons",
    "Email from the control room to the duty inspector about a vehicle",
    "Letter from the ambulance trust with its response times",
    "Minutes of the meeting of custody managers in January 2026",
    "Draft of a press notice, not issued",
    "Handover sheet of the early turn",
    "Record of the search of the property store",
    "Property sheet listing a belt, a wallet and two keys",
    "Audio recording of the interview of Constable Lind",
    "Transcript of the interview of Constable Lind",
    "Note of a call from a neighbour of the family about parking",
    "House-to-house enquiry form for 14 Mill Lane: nobody answered",
    "Receipt for a vending machine in the visitors' room",
    "Maintenance log of the cell call buttons",
)


def desk_with(*descriptions: str, secret: str = SECRET, kept: Sensitive = SENSITIVE) -> Desk:
    """A sensitive item, 50, and rows of these descriptions, drafted."""
    desk = Desk()
    desk.add(material(50))
    desk.ready(item(50), kept, secret)
    for number, description in enumerate(descriptions, start=1):
        desk.add(material(number, exhibit_ref=f"XYZ/{number:03}"))
        desk.ready(item(number), NOT_SENSITIVE, description)
    desk.draft()
    return desk


def found(desk: Desk) -> list[tuple[HitKind, str]]:
    return [(hit.kind, hit.where.key) for hit in hits(desk.file)]


# --- what it finds in words ---


def test_a_sensitive_item_among_thirty_ordinary_rows_is_hit_by_none_of_them() -> None:
    """Rows of a death in custody; one is in the lane that the sensitive item is in, which is a name that it shares."""
    assert found(desk_with(*ROWS)) == [(HitKind.NAMES, "MG6C 28")]
    assert found(desk_with(*ROWS, secret="Intelligence log about drugs at the club")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Message about ABC/50 and its delivery",
        "Message about abc-050 and its delivery",
        "Message about A B C 50 and its delivery",
        "Message about A.B.C / 5O and its delivery",
        "Message about \u0410BC/50 and its delivery",
        "Message about AB\u200bC/\uff15\uff10 and its delivery",
        "Message with the attachment IMG_0050.JPG",
        "Message with the attachment img_0050 in it",
        f"Message about item {evidence_id(50)}",
        f"Message about file {digest(50).hex}",
        "Message in which somebody is called KESTREL",
        "Message in which somebody is called K\u0435str\u00e9l",
        "Message in which somebody is called K e s t r e l",
    ],
)
def test_a_row_that_names_it_is_a_hit_however_it_is_typed(text: str) -> None:
    desk = desk_with(*ROWS[:10], text)
    assert (HitKind.NAMES, "MG6C 11") in found(desk)
    assert {where for _, where in found(desk)} == {"MG6C 11"}


@pytest.mark.parametrize(
    "text",
    [
        "Message about ABC/5 and its delivery",
        "Message about ABC/150 and ABC/500",
        "Message of 50 words on 1 March 2026",
    ],
)
def test_another_reference_or_number_is_none(text: str) -> None:
    assert found(desk_with(*ROWS[:10], text)) == []


def test_a_reference_whose_letters_are_a_word_is_none_where_only_a_space_follows() -> None:
    desk = desk_with("Message sent on 50 occasions to the desk", "Message about ON/50 and its delivery")
    desk.add(material(50, exhibit_ref="ON/50"))
    assert found(desk) == [(HitKind.NAMES, "MG6C 2")]


def test_a_reference_of_another_style_is_found_as_it_is_written() -> None:
    desk = desk_with("Message about 2026/00017-B and its delivery", "Message about 2026/00017 alone")
    desk.add(material(50, exhibit_ref="2026/00017-B"))
    assert found(desk) == [(HitKind.NAMES, "MG6C 1")]


def test_a_file_whose_name_is_a_plain_word_is_found_with_its_ending_alone() -> None:
    desk = desk_with("Message about the delivery of a parcel", "Message with delivery.docx attached")
    desk.add(material(50, name="delivery.docx"))
    assert found(desk) == [(HitKind.NAMES, "MG6C 2")]


def test_numbers_that_tell_of_it_are_found_and_dates_and_times_are_not() -> None:
    secret = "Call from 07700 900123 on 01.03.2026 at 21:40, vehicle KX19 ABC"
    desk = desk_with(
        "Billing of 07700900123 for a week", "Log of 01.03.2026 at 21:40", "Photograph of kx19 abc", secret=secret
    )
    assert found(desk) == [(HitKind.NAMES, "MG6C 1"), (HitKind.NAMES, "MG6C 3")]


def test_a_name_that_everybody_has_or_that_many_rows_have_tells_nothing() -> None:
    parties = "Report on Moss made at Leeds Crown Court about Harris"
    assert found(desk_with("Letter to Moss from Leeds Crown Court", secret=parties)) == []
    many = [f"Entry {n} by Harris in volume {n}" for n in range(1, 22)]
    assert found(desk_with(*many, secret=parties)) == []
    assert len(found(desk_with(*many[:20], secret=parties))) == 20


def test_words_that_say_much_the_same_are_a_hit_and_words_of_the_field_are_none() -> None:
    near = "Account of a meeting with a builder at the boathouse"
    desk = desk_with(*ROWS[:20], near, secret="Account of the meeting with a builder at a boathouse in winter")
    assert found(desk) == [(HitKind.DESCRIBES, "MG6C 21")]
    assert found(desk_with("Custody plan", secret="Custody plan")) == [(HitKind.DESCRIBES, "MG6C 1")]
    assert found(desk_with("Custody plan of a yard", secret="Custody plan of a roof")) == []
    secret = "Body-worn video of Constable Orme with an informant in a vehicle"
    assert found(desk_with(*ROWS, secret=secret)) == []


def test_one_of_many_alike_is_not_betrayed_by_the_others() -> None:
    alike = [f"Photograph {n} of the custody desk on the night" for n in range(1, 40)]
    assert found(desk_with(*alike, secret="Photograph 99 of the custody desk on the night")) == []
    assert found(desk_with(*alike, secret="Photograph 7 of the custody desk, on the night")) == [
        (HitKind.DESCRIBES, "MG6C 7")
    ]


def test_what_is_used_is_shown_too_and_a_block_with_what_its_annex_says() -> None:
    desk = desk_with("Letter to the custody manager")
    desk.add(material(2))
    desk.decide(item(2), Relevant(relevant=True), Used(used=True), Described("Call with Kestrel", "Store A"))
    assert found(desk) == [(HitKind.NAMES, str(evidence_id(2)))]
    desk = desk_with("Letter to the custody manager")
    subject = desk.block(1, 8, 9)
    [block] = desk.file.blocks.values()
    desk.add_block(replace(block, query=replace(block.query, question="from:kestrel")))
    desk.draft()
    assert [(h.kind, h.shown) for h in hits(desk.file)] == [(HitKind.NAMES, subject)]


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
