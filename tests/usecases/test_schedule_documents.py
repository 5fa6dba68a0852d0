"""Documents of forms through the use cases: made after the entry that says who got them, for whoever may know of the form."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from dems.documents.schedules.making import paper_of
from dems.errors import Invalid, NotFound, WrongState
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.forms import Form
from dems.ports import Page
from dems.steps.documents_made import Made
from dems.usecases.schedules.read_document import DocumentWanted, Profile, ReadDocument
from tests.conftest import Team
from tests.model.disclosing import NOW, Desk, set_id
from tests.proceedings import OpenProceeding, proceeding_of
from tests.submitted import drafted_set, submitted_set
from tests.world import Somebody, World


def document(
    proceeding: OpenProceeding, part: object, kind: str, *, by: Somebody | None = None, profile: Profile | None = None
) -> str:
    actor = (by or proceeding.officer).actor
    return proceeding.dems.answers.document(actor, part, kind, profile=profile).data.decode()  # type: ignore[arg-type]


def told(proceeding: OpenProceeding, *, restricted: bool = False) -> list[tuple[str, str, str]]:
    chain = restricted_of(proceeding.id) if restricted else of_proceeding(proceeding.id)
    with proceeding.dems.transaction() as tx:
        details = [json.loads(e.detail) for e in tx.custody.chain(chain, Page(200)) if e.detail is not None]
    given = [d for d in details if d["act"] == "schedule.document"]
    assert {d["s62"] for d in given} <= {"consultation"}
    assert all((d["case"] is None) == restricted for d in given)
    said = [(d["facts"]["document"], d["facts"]["name"], d["facts"]["state"]) for d in given]
    return sorted(said)


def test_every_form_has_its_document_for_whoever_may_know_of_it(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    went = submitted_set(proceeding)
    for part, says in (
        (went.mg6c, "Photograph of the custody desk on the night"),
        (went.mg6d, "It would show who gave the information"),
        (went.report, "MG6C 1.0; MG6D 1.0"),
    ):
        made = proceeding.dems.answers.document(proceeding.officer.actor, part, "json")
        assert says in made.data.decode()
        assert proceeding.dems.answers.document(proceeding.officer.actor, part, "json") == made
    assert "There is no material" in document(proceeding, went.report, "json", profile=Profile.STREAMLINED)
    assert json.loads(document(proceeding, went.report, "json", profile=Profile.NOTE))["form"] == "MG6"
    made = proceeding.dems.answers.document(proceeding.uncleared.actor, went.mg6c, "csv")
    assert (made.name, b"Photograph" in made.data) == ("MG6C-1.0.csv", True)
    for hidden in (went.mg6d, went.report, went.id, uuid4()):
        with pytest.raises(NotFound):
            document(proceeding, hidden, "json", by=proceeding.uncleared)
    with pytest.raises(NotFound):
        document(proceeding, went.id, "json")
    with pytest.raises(NotFound):
        document(proceeding, went.mg6c, "json", by=team.outsider)
    with pytest.raises(Invalid, match="another way to write an MG6E"):
        document(proceeding, went.mg6c, "json", profile=Profile.STREAMLINED)
    assert told(proceeding) == [("csv", "MG6C 1.0", "submitted"), *[("json", "MG6C 1.0", "submitted")] * 2]
    assert {name for _, name, _ in told(proceeding, restricted=True)} == {"MG6D 1.0", "MG6E"}


def test_the_entry_is_there_before_anything_is_made(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    proceeding.ready(proceeding.thing("ABC/1"), "Photograph of the custody desk on the night")
    c, _, _ = drafted_set(proceeding)

    def make(wanted: DocumentWanted) -> Made:
        assert told(proceeding) == [("pdf", "MG6C", "draft")]
        return Made("x.pdf", wanted.case_reference.encode())

    read = ReadDocument(proceeding.dems.transaction, proceeding.dems.clock, make)
    assert read(proceeding.officer.actor, c, "pdf").data.decode() == team.case.reference


def test_drafts_say_that_they_are_and_a_statement_is_a_document_once_it_is_signed(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    proceeding.ready(proceeding.thing("ABC/1"), "Photograph of the custody desk on the night")
    c, nil, e = drafted_set(proceeding)
    for part in (c, e):
        assert json.loads(document(proceeding, part, "json"))["standing"] == "draft"
    with pytest.raises(WrongState, match="sign that there is none"):
        document(proceeding, nil, "json")
    proceeding.dems.schedules.certify(proceeding.officer.actor, nil)
    assert json.loads(document(proceeding, nil, "json"))["standing"] == "draft"
    proceeding.dems.schedules.certify(proceeding.officer.actor, e)
    signed = json.loads(document(proceeding, nil, "json"))
    assert (signed["standing"], signed["marking"]) == ("in_force", "OFFICIAL-SENSITIVE")
    assert signed["statements"] == ["There is no relevant sensitive unused material."]
    assert [s["name"] for s in signed["signatures"]] == [proceeding.officer.person.name]


def test_a_form_of_a_set_without_a_schedule_has_no_document() -> None:
    desk = Desk()
    wanted = DocumentWanted(desk.file, uuid4(), set_id(1), Form.MG6E, "T/1", NOW, "json")
    for form in (Form.MG6E, Form.MG6D_NIL):
        with pytest.raises(WrongState, match="has no schedule"):
            paper_of(replace(wanted, form=form))
