"""Lists of material: what is on them, in which order and under which number, how they are frozen, and who is shown them."""

from dataclasses import replace
from datetime import date

import pytest

from dems.errors import Invalid
from dems.model.disclosure.contents import Described, Level, Privilege, PrivilegeState, Relevant, Used
from dems.model.disclosure.contents_of_lists import (
    Exhibited,
    Onward,
    Owned,
    Paginated,
    ProposedOnward,
    Supply,
)
from dems.model.disclosure.forms import Field, Form
from dems.model.disclosure.listing import changed_since_certified, left_off
from dems.model.disclosure.lists import newest
from dems.model.disclosure.material import Holding
from tests.model.disclosing import SENSITIVE, digest, evidence_id, item, material
from tests.model.listing import SUPPLIED, WITHHELD, Exhibits, Inquest, ListDesk, Misconduct

F = Field


def numbers(desk: ListDesk) -> list[tuple[int, str]]:
    return [(r.number, dict(r.cells).get(F.REFERENCE, "withdrawn")) for r in desk.drafted().rows]


# --- what is on them ---


def test_the_exhibit_list_has_what_is_used_in_the_order_of_its_references() -> None:
    desk = Exhibits()
    for number in (10, 9, 2):
        desk.exhibit(number)
    desk.item(3)
    assert numbers(desk) == [(1, "ABC/2"), (2, "ABC/9"), (3, "ABC/10")]
    assert desk.says(F.PRODUCER) == "F. Shah, statement of 3 March 2026"
    assert desk.says(F.CONTINUITY) == "F. Shah to store"
    assert desk.says(F.COURT_NUMBER) == "2"
    assert desk.says(F.DIGEST) == digest(2).hex
    assert desk.row().binding.custody_position == 2
    desk.decide(item(2), Exhibited("G. Hall"))
    assert desk.says(F.PRODUCER) == "G. Hall"


def test_the_document_list_has_the_harm_test_of_each_document_with_who_made_it_and_why() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, WITHHELD)
    desk.document(3, replace(SUPPLIED, supply=Supply.NOT_SUPPLIED))
    desk.plain(4)
    desk.plain(5)
    desk.decide(item(5), Relevant(relevant=False))
    assert [desk.says(F.SUPPLY, n) for n in (1, 2, 3, 4)] == [
        "Supplied",
        "Withheld under the harm test",
        "Relevant, not supplied",
        "",
    ]
    assert len(desk.drafted().rows) == 4
    assert desk.says(F.HARM_TEST, 2).splitlines() == [
        "Police (Conduct) Regulations 2020, regulation 6",
        "The welfare and safety of an informant or witness",
        "The neighbour who gave it would be known, and threatened",
    ]
    assert desk.says(F.DECIDED_BY, 2).splitlines() == [
        "The Chief Constable of Westshire, recorded by D. Okoro on 2 March 2026",
        "So it appears.",
    ]
    assert desk.says(F.HARM_TEST, 4) == ""


def test_what_the_officer_is_supplied_with_is_apart_and_says_nothing_of_the_rest() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, WITHHELD)
    first, second = desk.drafted().rows
    assert second.copied is None
    assert first.copied is not None
    assert dict(first.copied.cells) == {
        F.REFERENCE: "ABC/1",
        F.DESCRIPTION: "Statement 1 of the custody sergeant",
        F.LOCATION: "Store A",
        F.DIGEST: digest(1).hex,
    }


def test_the_index_of_an_inquest_has_pages_owner_sensitivity_editing_and_what_is_proposed() -> None:
    desk = Inquest()
    desk.page(1, 10, 12)
    desk.page(2, 1, 1, "B")
    desk.page(3, 3, 9)
    desk.plain(4)
    desk.edited(14, 1)
    desk.decide(item(1), replace(SENSITIVE, level=Level.IN_PART), Owned("Westshire NHS Trust", date(2026, 2, 3)))
    desk.decide(item(1), ProposedOnward(Onward.EDITED))
    desk.decide(item(2), ProposedOnward(Onward.NOT, "irrelevant"))
    assert numbers(desk) == [(1, "ABC/3"), (2, "ABC/1"), (3, "ABC/2"), (4, "ABC/4")]
    assert [desk.says(F.PAGES, n) for n in (1, 2, 3, 4)] == [
        "Volume A, pages 3 to 9",
        "Volume A, pages 10 to 12",
        "Volume B, page 1",
        "",
    ]
    assert [desk.says(F.OWNER, n) for n in (1, 2)] == ["This body", "Westshire NHS Trust"]
    assert desk.says(F.SENSITIVITY, 2) == "Sensitive in part\nIt would show who gave the information"
    assert desk.says(F.SENSITIVITY, 4) == ""
    assert [desk.says(F.EDITING, n) for n in (1, 2)] == ["", "ABC/14"]
    assert [desk.says(F.ONWARD, n) for n in (1, 2, 3, 4)] == [
        "Yes, whole",
        "Yes, in its edited version",
        "No\nIt is irrelevant to the investigation",
        "",
    ]
    copied = desk.row(2).copied
    assert copied is not None
    assert copied.subject == item(14)
    assert (dict(copied.cells)[F.REFERENCE], dict(copied.cells)[F.DIGEST]) == ("ABC/14", digest(14).hex)
    assert [desk.row(n).copied is None for n in (1, 3, 4)] == [False, True, True]


def test_an_edited_version_without_its_redactions_is_none() -> None:
    desk = Inquest()
    desk.page(1, 1, 2)
    desk.edited(14, 1, sealed=False)
    desk.add(material(15, edited=True, derived_from=evidence_id(1), redaction_set="RS/2"))
    assert desk.says(F.EDITING) == ""


def test_what_cannot_be_on_a_list_is_left_off_and_says_why() -> None:
    desk = Misconduct()
    for number in range(1, 5):
        desk.document(number)
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED))
    desk.add(material(2, unexamined=True), material(3, holding=Holding.OFF_SYSTEM))
    desk.decide(item(4), replace(SENSITIVE, level=Level.HIGHLY))
    desk.add(material(5))
    desk.add(material(6))
    desk.decide(item(6), Relevant(relevant=True))
    desk.plain(7, sealed=False)
    desk.document(8)
    left = {x.subject: (x.settled, x.why.split(":")[0]) for x in left_off(desk.file, Form.DOCUMENT_LIST)}
    assert left == {
        item(1): (True, "it may be privileged"),
        item(2): (True, "it was seized unexamined"),
        item(3): (True, "it is not here"),
        item(4): (True, "it is highly sensitive"),
        item(5): (False, "nobody has decided that it is relevant"),
        item(6): (False, "it awaits a description"),
        item(7): (False, "it is not sealed, or has no place in a custody chain"),
    }
    assert numbers(desk) == [(1, "ABC/8")]
    assert desk.refused() == {("LISTS", "item", str(evidence_id(n))) for n in (5, 6, 7)}


def test_what_is_used_is_on_the_exhibit_list_however_little_else_was_decided() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.add(material(2))
    desk.decide(item(2), Used(used=True))
    desk.exhibit(3)
    desk.decide(item(3), replace(SENSITIVE, level=Level.HIGHLY))
    assert numbers(desk) == [(1, "ABC/1")]
    assert desk.refused() == {("LISTS", "item", str(evidence_id(n))) for n in (2, 3)}


# --- numbers ---


def test_numbers_stay_with_what_they_were_given_to_and_what_goes_leaves_its_own_behind() -> None:
    desk = Exhibits()
    for number in (1, 3, 5):
        desk.exhibit(number)
    desk.certified(1)
    desk.exhibit(2)
    desk.decide(item(3), Used(used=False))
    assert numbers(desk) == [(1, "ABC/1"), (2, "withdrawn"), (3, "ABC/5"), (4, "ABC/2")]
    second = desk.certified(2)
    assert (second.name, [r.live for r in second.rows]) == ("MG12, version 2", [True, False, True, True])
    desk.decide(item(3), Used(used=True))
    assert numbers(desk) == [(1, "ABC/1"), (2, "withdrawn"), (3, "ABC/5"), (4, "ABC/2"), (5, "ABC/3")]
    assert newest(desk.file.lists, Form.MG12) == second
    assert newest(desk.file.lists, Form.DOCUMENT_LIST) is None


def test_what_changed_since_it_was_certified_is_said_and_looking_at_an_item_is_no_change() -> None:
    desk = Exhibits()
    for number in (1, 2, 3):
        desk.exhibit(number)
    made = desk.certified()
    assert changed_since_certified(desk.file, made) == ()
    desk.add(material(1, custody_position=7))
    assert changed_since_certified(desk.file, made) == ()
    desk.decide(item(2), Described("Statement of the gaoler on that night", "Store B"))
    desk.decide(item(3), Used(used=False))
    desk.exhibit(4)
    assert changed_since_certified(desk.file, made) == (item(2), item(3), item(4))


# --- what decisions say ---


def test_what_decisions_for_lists_cannot_say() -> None:
    with pytest.raises(Invalid, match="who produces"):
        Exhibited(" ")
    with pytest.raises(Invalid, match="to whom it belongs"):
        Owned("")
    with pytest.raises(Invalid, match="which volume"):
        Paginated("", 1, 1)
    for first, last in ((0, 1), (3, 2)):
        with pytest.raises(Invalid, match="Pages go from 1"):
            Paginated("A", first, last)
