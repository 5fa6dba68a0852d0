"""The leak guard: which words it finds in rows that are served, and which it leaves alone."""

from dataclasses import replace

import pytest

from dems.model.disclosure.contents import Described, Relevant, Used
from dems.model.disclosure.guard import hits
from dems.model.disclosure.leaks import HitKind
from tests.model.disclosing import (
    digest,
    evidence_id,
    item,
    material,
)
from tests.model.leaking import desk_with, found

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
