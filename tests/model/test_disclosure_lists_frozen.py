"""Lists of material once they are certified: frozen, read back, told, and shown to whom."""

import json

import pytest

from dems.errors import AlreadyExists, Invalid
from dems.ledger.canonical import canonical
from dems.model.disclosure.contents import Level, Sensitive
from dems.model.disclosure.contents_of_lists import HarmTested, ProposedOnward
from dems.model.disclosure.entries import told_of_list
from dems.model.disclosure.forms import Form
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.listing import draft_list
from dems.model.disclosure.lists import KIND_OF, list_from, list_of
from dems.model.disclosure.parties import Position
from dems.model.disclosure.visibility import seen_by
from dems.model.life.strands import ProceedingKind
from dems.model.people import Clearance
from tests.model.disclosing import INVESTIGATOR, SENSITIVE, digest, item, opened
from tests.model.listing import WITHHELD, Exhibits, Inquest, Misconduct, list_id

# --- frozen ---


def test_a_certified_list_is_frozen_with_its_signature_and_comes_back_from_its_bytes() -> None:
    for desk in (_exhibits(), _misconduct(), _inquest()):
        made = desk.certified()
        assert made.snapshot is not None
        says = json.loads(made.snapshot.data)
        assert made.snapshot.data == canonical(says)
        assert list_from(made.snapshot) == made
        assert (says["format"], says["form"], says["version"]) == ("dems-list-1", desk.form.value, 1)
        assert (says["signed"]["name"], says["signed"]["role"]) == ("D. Okoro", "disclosure_officer")
        assert says["rows"][0]["sha256"] == digest(1).hex
        assert says["rows"][0]["custody_position"] == 2
        assert says["urn"] == "13AB1234526"


def test_bytes_that_were_changed_are_no_list() -> None:
    made = _exhibits().certified()
    assert made.snapshot is not None
    with pytest.raises(ValueError, match="not what was certified"):
        list_from(Snapshot(made.snapshot.data.replace(b"ABC/1", b"ABC/2"), made.snapshot.digest))


def test_a_list_is_of_its_kind_of_proceeding_and_of_something() -> None:
    desk = _exhibits()
    with pytest.raises(Invalid, match="misconduct proceedings only"):
        draft_list(desk.file, Form.DOCUMENT_LIST, list_id(1))
    with pytest.raises(Invalid, match="MG6E is no list of material: choose one of MG12, Document list, Inquest index"):
        draft_list(desk.file, Form.MG6E, list_id(1))
    with pytest.raises(Invalid, match="nothing to put on the MG12"):
        Exhibits().certified()
    desk.certified(1)
    with pytest.raises(AlreadyExists):
        desk.certified(1)
    assert [list_of(of.file.opened) for of in (Exhibits(), Misconduct(), Inquest())] == list(KIND_OF)
    with pytest.raises(Invalid, match="no list of material in third party proceedings"):
        list_of(opened(ProceedingKind.THIRD_PARTY, Position.HOLDER))
    assert set(KIND_OF) == {Form.MG12, Form.DOCUMENT_LIST, Form.INQUEST_INDEX}


# --- who is shown them ---


def test_without_the_clearance_only_the_exhibit_list_is_shown_and_no_harm_test() -> None:
    exhibits, misconduct = _exhibits(), _misconduct()
    for desk in (exhibits, misconduct):
        desk.certified()
    for clearances in (frozenset[Clearance](), frozenset({Clearance.PII})):
        assert seen_by(exhibits.file, clearances).lists == exhibits.file.lists
        plain = seen_by(misconduct.file, clearances)
        assert plain.lists == ()
        assert not any(isinstance(d.content, HarmTested | ProposedOnward) for d in plain.record.decisions)
    assert seen_by(misconduct.file, frozenset({Clearance.SENSITIVE})).lists == misconduct.file.lists


def test_an_exhibit_list_names_no_decision_that_somebody_may_not_know_of() -> None:
    desk = _exhibits()
    desk.decide(item(1), Sensitive(Level.NOT_SENSITIVE))
    shown = {d.id for d in seen_by(desk.file, frozenset()).record.decisions}
    assert {d for row in desk.certified().rows for d in row.basis} <= shown


def test_the_exhibit_list_is_told_where_everybody_on_the_case_reads_and_the_others_are_not() -> None:
    told = [told_of_list(desk.certified()) for desk in (_exhibits(), _misconduct(), _inquest())]
    assert [t.restricted for t in told] == [False, True, True]
    assert [t.facts["name"] for t in told] == [
        "MG12, version 1",
        "Document list, version 1",
        "Inquest index, version 1",
    ]
    assert all(len(t.facts["sha256"]) == 64 and t.facts["signed"]["name"] == "D. Okoro" for t in told)
    draft = told_of_list(_exhibits().drafted())
    assert (draft.facts["sha256"], "signed" in draft.facts) == (None, False)


def test_whoever_may_not_certify_learns_nothing_else() -> None:
    desk = _exhibits()
    desk.decide(item(1), SENSITIVE)
    assert desk.refused(INVESTIGATOR) == {("R17", "list", "MG12")}


def _exhibits() -> Exhibits:
    desk = Exhibits()
    desk.exhibit(1)
    return desk


def _misconduct() -> Misconduct:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, WITHHELD)
    return desk


def _inquest() -> Inquest:
    desk = Inquest()
    desk.page(1, 1, 4)
    return desk
