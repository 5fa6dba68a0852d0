"""Lists of material through the use cases: certified once, entered in their chains, shown to whoever may know of them."""

import json
from uuid import uuid4

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, NotFound
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.contents import Content, Described, Relevant, SensitiveInformation, Used
from dems.model.disclosure.contents_of_lists import Exhibited
from dems.model.disclosure.forms import Field, Form
from dems.model.disclosure.lists import MaterialList
from dems.model.disclosure.parties import PartyTo, Position
from dems.model.ids import ListId, StrandId, new_id
from dems.model.life.saying import NewFact
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.ports import Once, Page
from tests.conftest import Team
from tests.model.listing import SUPPLIED, WITHHELD
from tests.proceedings import BEGAN, BOTH, OpenProceeding, member_of, proceeding_of
from tests.world import World

ALL = Page(100)


def misconduct_of(world: World, team: Team) -> OpenProceeding:
    manager = team.manager.actor
    party = world.dems.cases.parties.add(manager, team.case.id, name="A. Moss").id
    strand = Proceeding(StrandId(new_id()), ProceedingKind.MISCONDUCT, "Westshire panel", "MP/26", (party,))
    world.dems.cases.record(manager, team.case.id, [NewFact(strand)])
    officer = member_of(world, team, "disclosure_officer", *BOTH)
    parties = [PartyTo(party, Position.OFFICER, "Moss")]
    world.dems.disclosure.open(
        officer.actor, strand.id, investigation_began=BEGAN, parties=parties, reason="A hearing is likely."
    )
    return OpenProceeding(team, world, strand.id, party, officer)


def item(proceeding: OpenProceeding, ref: str, *contents: Content) -> None:
    withheld = "Letter that a neighbour wrote to the station"
    description = withheld if WITHHELD in contents else f"Notebook {ref} of the custody sergeant"
    what = (Relevant(relevant=True), Described(description, "Store A"))
    proceeding.decide(proceeding.thing(ref), *what, *contents)


def exhibits(proceeding: OpenProceeding, *refs: str) -> None:
    for ref in refs:
        item(proceeding, ref, Used(used=True), Exhibited("F. Shah"))


def certify(proceeding: OpenProceeding, form: Form = Form.MG12, once: Once | None = None) -> MaterialList:
    return proceeding.dems.lists.certify(proceeding.officer.actor, proceeding.id, form, once=once)


def told(proceeding: OpenProceeding, *, restricted: bool) -> list[dict[str, object]]:
    chain = (restricted_of if restricted else of_proceeding)(proceeding.id)
    with proceeding.dems.transaction() as tx:
        details = [json.loads(e.detail) for e in tx.custody.chain(chain, Page(200)) if e.detail is not None]
    assert all((d["case"] is None) == restricted for d in details)
    return [d["facts"] for d in details if "list" in d["facts"]]


def test_the_exhibit_list_is_certified_once_and_everybody_on_the_case_may_read_it(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    exhibits(proceeding, "ABC/10", "ABC/9")
    once = Once(uuid4().bytes * 2, b"f" * 32)
    made = certify(proceeding, once=once)
    assert certify(proceeding, once=once) == made
    assert [dict(r.cells)[Field.REFERENCE] for r in made.rows] == ["ABC/9", "ABC/10"]
    exhibits(proceeding, "ABC/11")
    again = certify(proceeding)
    assert (again.version, [r.number for r in again.rows]) == (2, [1, 2, 3])
    look, anybody = proceeding.dems.lists.look_up, proceeding.member("investigator").actor
    assert look.page(anybody, proceeding.id, ALL) == [made, again]
    assert look.page(anybody, proceeding.id, Page(1, made.id)) == [again]
    assert look.one(anybody, again.id) == again
    assert proceeding.dems.schedules.look_up.page(proceeding.officer.actor, proceeding.id, ALL) == []
    document = proceeding.dems.lists.document(anybody, again.id, "json")
    assert (document.name, json.loads(document.data)["urn"]) == ("MG12-version-2.json", "13AB1234526")
    assert [(f["name"], f.get("document")) for f in told(proceeding, restricted=False)] == [
        ("MG12, version 1", None),
        ("MG12, version 2", None),
        ("MG12, version 2", "json"),
    ]
    for who, list_id in ((team.outsider.actor, again.id), (anybody, ListId(proceeding.id))):
        with pytest.raises(NotFound):
            look.one(who, list_id)


def test_a_document_list_is_for_the_cleared_alone_and_so_is_what_it_would_say(world: World, team: Team) -> None:
    proceeding = misconduct_of(world, team)
    item(proceeding, "ABC/1", SUPPLIED)
    item(proceeding, "ABC/2", WITHHELD)
    item(proceeding, "ABC/3")
    proceeding.thing("ABC/4")
    lists, uncleared = proceeding.dems.lists, proceeding.uncleared.actor
    draft = lists.look_up.draft(proceeding.officer.actor, proceeding.id, Form.DOCUMENT_LIST)
    assert [len(draft.drafted.rows), len(draft.left), draft.changed] == [3, 1, ()]
    assert draft.problems is not None
    assert [(p["rule"], p["place"]["key"]) for p in draft.problems if p["place"]["kind"] == "row"] == [
        ("R50", "Document list 3")
    ]
    for act in (lists.look_up.draft, lists.certify):
        with pytest.raises(DisclosureRulesBroken) as no:
            act(uncleared, proceeding.id, Form.DOCUMENT_LIST)
        assert {p["rule"] for p in no.value.data["problems"]} <= {"R03", "R17"}
    with pytest.raises(DisclosureRulesBroken) as refused:
        certify(proceeding, Form.DOCUMENT_LIST)
    assert {p["rule"] for p in refused.value.data["problems"]} == {"R50", "LISTS"}
    assert lists.look_up.page(proceeding.officer.actor, proceeding.id, ALL) == []


def test_what_the_officer_is_supplied_with_is_handed_out_apart(world: World, team: Team) -> None:
    proceeding = misconduct_of(world, team)
    item(proceeding, "ABC/1", SUPPLIED)
    item(proceeding, "ABC/2", WITHHELD)
    made = certify(proceeding, Form.DOCUMENT_LIST)
    lists, officer = proceeding.dems.lists, proceeding.officer.actor
    assert lists.look_up.page(proceeding.uncleared.actor, proceeding.id, ALL) == []
    for read in (lambda who: lists.look_up.one(who, made.id), lambda who: lists.document(who, made.id, "json")):
        with pytest.raises(NotFound):
            read(proceeding.uncleared.actor)
    whole = json.loads(lists.document(officer, made.id, "json").data)
    apart = lists.document(officer, made.id, "csv", passed_on=True)
    assert [line[1] for line in whole["lines"]] == ["ABC/1", "ABC/2"]
    assert apart.name.startswith("Documents-supplied-")
    assert (b"ABC/1" in apart.data, b"ABC/2" in apart.data) == (True, False)
    assert told(proceeding, restricted=False) == []
    assert [(f.get("document"), f.get("passed_on")) for f in told(proceeding, restricted=True)] == [
        (None, None),
        ("json", False),
        ("csv", True),
    ]
    changed = lists.look_up.draft(officer, proceeding.id, Form.DOCUMENT_LIST)
    assert (changed.changed, changed.problems) == ((), ())


def test_a_list_is_of_its_kind_of_proceeding_and_an_exhibit_list_has_no_form_apart(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    exhibits(proceeding, "ABC/1")
    with pytest.raises(Invalid, match="misconduct proceedings only"):
        certify(proceeding, Form.DOCUMENT_LIST)
    made = certify(proceeding)
    with pytest.raises(NotFound, match="passed on"):
        proceeding.dems.lists.document(proceeding.officer.actor, made.id, "json", passed_on=True)
    uncleared = proceeding.dems.lists.look_up.draft(proceeding.uncleared.actor, proceeding.id, Form.MG12)
    assert (len(uncleared.drafted.rows), uncleared.problems) == (1, None)
    [row] = made.rows
    proceeding.decide(row.subject, SensitiveInformation(holds=True))
    after = proceeding.dems.lists.look_up.draft(proceeding.officer.actor, proceeding.id, Form.MG12)
    assert after.changed == (row.subject,)
    assert [p["rule"] for p in after.problems or ()] == ["R38"]
