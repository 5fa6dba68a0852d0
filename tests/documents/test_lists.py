"""Lists of material and the MG6 as people get them, read back out of the files: what each says, and what is passed on says nothing of."""

import json
from dataclasses import replace
from datetime import date

import jsonschema_rs
import pytest

from dems.documents.schedules.of_lists import of_copy, of_list
from dems.documents.schedules.of_reports import of_note
from dems.documents.schedules.papers import Paper, Standing
from dems.documents.schedules.pdf import template_data, to_pdf
from dems.documents.schedules.tables import to_csv, to_json
from dems.documents.schedules.xlsx import to_xlsx
from dems.errors import Invalid, NotFound
from dems.model.disclosure.contents import Described, Level, Used
from dems.model.disclosure.contents_of_lists import Exhibited, Onward, Owned, ProposedOnward
from dems.model.disclosure.material import Holding
from dems.model.disclosure.recording import returned
from dems.model.disclosure.reports import Returned
from tests.documents.test_schedules import ASKED, SCHEMA, paper
from tests.model.disclosing import LAWYER, SENSITIVE, Desk, digest, item, schedule_id, set_id
from tests.model.listing import WITHHELD, Exhibits, Inquest, Misconduct, list_id
from tests.printed import pdf_inside, pdf_pages, xlsx_inside


def every_form(made: Paper) -> list[str]:
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    schema.validate(json.loads(to_json(made)))
    return [pdf_inside(to_pdf(made)), xlsx_inside(to_xlsx(made)), to_csv(made).decode(), to_json(made).decode()]


def test_an_exhibit_list_shows_producer_continuity_and_what_each_row_is_bound_to() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.exhibit(2)
    desk.exhibit(3, holding=Holding.PHYSICAL, digest=None, custody_position=0)
    desk.decide(item(3), Exhibited("G. Hall"))
    desk.certified(1)
    desk.decide(item(2), Used(used=False))
    second = desk.certified(2)
    made = of_list(desk.file, second.id, ASKED)
    assert [line[:4] for line in made.lines] == [
        ("1", "ABC/1", "1", "Statement 1 of the custody sergeant"),
        ("2", "", "", "Withdrawn"),
        ("3", "ABC/3", "", "Statement 3 of the custody sergeant"),
    ]
    assert made.lines[0][4:] == (
        "F. Shah, statement of 3 March 2026",
        "F. Shah to store\nCustody record in DEMS to entry\u00a03",
        digest(1).hex,
    )
    assert made.lines[2][4:] == ("G. Hall", "Custody record in DEMS to entry\u00a01", "Not digital")
    [page] = pdf_pages(to_pdf(made))
    for text in ("MG12", "Exhibit list", "R v Moss", "URN 13AB1234526", "3 rows on 1 page", "D. Okoro", "Not digital"):
        assert text in page


def test_what_the_officer_gets_carries_no_trace_of_what_is_withheld() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, WITHHELD, exhibit_ref="QRS/7")
    desk.decide(item(2), Described("Letter of a neighbour to the station", "Store A"))
    of = desk.certified()
    whole = of_list(desk.file, of.id, ASKED)
    assert whole.restriction.endswith("not for the officer concerned")
    [page] = pdf_pages(to_pdf(whole))
    for text in ("Reference 13AB1234526", "Withheld under the harm test", "The Chief Constable of Westshire", "QRS/7"):
        assert text in page
    copy = of_copy(desk.file, of.id, ASKED)
    assert (copy.name, copy.lines) == (
        "Documents supplied, 2 March 2026",
        (("ABC/1", "Statement 1 of the custody sergeant", digest(1).hex),),
    )
    assert of.snapshot is not None
    betraying = (
        "QRS",
        "neighbour",
        "harm test",
        "withheld",
        "Westshire",
        "Document list",
        of.snapshot.digest.hex,
        str(of.id),
    )
    for said in every_form(copy):
        assert "Statement 1 of the custody sergeant" in said
        assert [b for b in betraying if b.lower() in said.lower()] == []


def test_interested_persons_get_the_edited_version_and_nothing_of_the_index() -> None:
    desk = Inquest()
    desk.page(1, 1, 2)
    desk.page(2, 3, 9)
    desk.page(3, 10, 10, "B")
    desk.edited(12, 2)
    desk.decide(item(2), replace(SENSITIVE, level=Level.IN_PART), ProposedOnward(Onward.EDITED))
    desk.decide(item(3), ProposedOnward(Onward.NOT, "prohibited"), Owned("Westshire NHS Trust", date(2026, 2, 3)))
    of = desk.certified()
    [page] = pdf_pages(to_pdf(of_list(desk.file, of.id, ASKED)))
    for text in (
        "Volume A, pages 3 to 9",
        "Sensitive in part",
        "ABC/12",
        "Westshire NHS Trust",
        "This body",
        "Yes, whole",
    ):
        assert text in page
    copy = of_copy(desk.file, of.id, ASKED)
    assert [line[:2] for line in copy.lines] == [
        ("ABC/1", "Statement 1 of the custody sergeant"),
        ("ABC/12", "Statement 2 of the custody sergeant, edited"),
    ]
    for said in every_form(copy):
        assert [b for b in ("ABC/2", "ABC/3", "Volume", "Sensitive in", "Westshire", "prohibition") if b in said] == []


def test_a_list_that_is_not_certified_is_a_draft_that_nobody_signed() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.change(lists=(desk.drafted(),))
    for made in (of_list(desk.file, list_id(99), ASKED), of_copy(desk.file, list_id(99), ASKED)):
        assert made.standing is Standing.DRAFT
        assert made.made_at == ASKED.at
        assert [s.name for s in made.signatures] == [""]
        assert ("Drafted", "1 April 2026, 10:00 BST") in made.particulars


def test_a_list_is_shown_as_it_was_frozen_or_not_at_all() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    made = desk.certified()
    with pytest.raises(NotFound, match="list"):
        of_list(desk.file, list_id(7), ASKED)
    with pytest.raises(NotFound, match="passed on"):
        of_copy(desk.file, made.id, ASKED)
    desk.change(lists=(replace(made, rows=()),))
    with pytest.raises(ValueError, match="not what was certified"):
        of_list(desk.file, made.id, ASKED)
    desk.change(lists=(made,), forms=replace(desk.file.forms, templates=()))
    with pytest.raises(Invalid, match="There is no form 'MG12 1' any more"):
        of_list(desk.file, made.id, ASKED)


def test_the_mg6_says_what_was_signed_with_the_set_and_is_never_served() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft(note="The investigation began in 2004, under the earlier Code.\n\n \nItem 1 was exhibited twice.\n")
    draft = of_note(desk.file, set_id(1), ASKED)
    assert (draft.standing, [s.name for s in draft.signatures]) == (Standing.DRAFT, [""])
    desk.certify()
    made = of_note(desk.file, set_id(1), ASKED)
    assert made.statements == (
        "The investigation began in 2004, under the earlier Code.",
        "Item 1 was exhibited twice.",
    )
    assert made.standing is Standing.IN_FORCE
    [page] = pdf_pages(to_pdf(made))
    for text in ("MG6", "never served", "Goes with MG6C 1.0", "Item 1 was exhibited twice.", "D. Okoro", "13AB1234526"):
        assert text in page
    desk.submit()
    desk.file = returned(desk.file, Returned(set_id(1), "Describe these.", desk.acting(LAWYER)))
    assert of_note(desk.file, set_id(1), ASKED).standing is Standing.RETURNED
    desk.change_set(note="Another note.")
    with pytest.raises(ValueError, match="not what was certified"):
        of_note(desk.file, set_id(1), ASKED)


def test_an_mg6_without_remarks_says_so() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    assert of_note(desk.file, set_id(1), ASKED).statements == ("Nothing is remarked on the schedules.",)
    assert desk.file.schedule(schedule_id(1, 1)).rows


def test_no_row_is_cut_off_where_it_is_higher_than_a_page() -> None:
    narrow = " ".join(f"shelf{n}" for n in range(200))
    made = paper(
        columns=tuple(
            replace(paper().columns[0], key=key, heading=key)
            for key in ("number", "description", "quantity", "location", "prosecutor_decision", "prosecutor_comment")
        ),
        lines=(
            ("1", "A notebook", "1", narrow, "", ""),
            ("2", "A statement", "1", "Store", "", "\n".join("abcdefgh" * 9)),
        ),
    )
    whole = " ".join(pdf_pages(to_pdf(made)))
    assert all(f"shelf{n}" in whole for n in range(200))
    assert whole.count(" h ") >= 9
    assert template_data(made)["most_breaks"][-1] == 71


def test_a_digest_is_read_back_as_it_is() -> None:
    made = paper(particulars=(("SHA-256", digest(1).hex.replace("0", "f")),))
    [page] = pdf_pages(to_pdf(made))
    assert digest(1).hex.replace("0", "f") in page
