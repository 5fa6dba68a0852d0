"""What the chains say."""

import json
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound, NotPermitted
from dems.ledger.entry import Entry, verify_chain
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION
from dems.model.ids import EntryId, new_id
from dems.model.requests import REQUEST_ID
from dems.ports import CustodyRow, Page
from tests.conftest import Owner, Team
from tests.world import World

MIB = 2**20


def opened(rows: list[CustodyRow]) -> list[dict[str, Any]]:
    entries = [Entry(r.leaf, r.nonce, r.detail) for r in rows]
    verify_chain(entries)
    return [e.opened() for e in entries]


def test_an_entry_says_who_what_why_and_in_which_role(dems: Dems, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    dems.evidence.grant_access(team.investigator.actor, item.id, purpose="review", reason="hearing on Monday")
    chain = opened(dems.custody.read.item(team.investigator.actor, item.id, Page(50)))
    declare, receive, complete, seal, access = chain
    person = team.investigator.person
    assert declare["actor"] == {
        "kind": "person",
        "name": person.name,
        "person": {"email": person.email, "id": str(person.id), "name": person.name},
        "role": "investigator",
        "token": None,
    }
    assert (declare["act"], declare["s62"], declare["facts"]["name"]) == (
        "evidence.declare",
        "collection",
        "recording.mp4",
    )
    assert receive["facts"] == {"transport": "relay", "upload": str(item.upload_id)}
    assert complete["facts"]["version_id"] == item.version_id
    assert (seal["actor"]["kind"], seal["facts"]["digests"]) == ("system", {"sha256": item.digests["sha256"].hex})
    assert seal["facts"]["legal_hold"] is True
    assert (access["reason"], access["s62"], access["facts"]["purpose"]) == (
        "hearing on Monday",
        "consultation",
        "review",
    )
    assert {e["case"] for e in chain} == {str(team.case.id)}


def test_names_in_entries_are_those_of_the_time(dems: Dems, world: World, team: Team) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    before = team.investigator.person
    dems.people.change(world.somebody("administrator").actor, before.id, if_version=1, name="Married Name")
    first = opened(dems.custody.read.item(team.manager.actor, item.id, Page(50)))[0]
    assert first["actor"]["name"] == before.name


def test_the_request_is_named_in_what_the_worker_does_because_of_it(dems: Dems, world: World, team: Team) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    token = REQUEST_ID.set("request-7")
    dems.evidence.seal(item.id)
    REQUEST_ID.reset(token)
    assert opened(dems.custody.read.item(team.manager.actor, item.id, Page(50)))[-1]["request"] == "request-7"


def test_a_case_chain_shows_the_case_and_its_items(dems: Dems, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    read = dems.custody.read
    rows = read.case(team.manager.actor, team.case.id, Page(50))
    acts = [json.loads(r.detail or b"{}")["act"] for r in rows]
    assert acts == [
        "case.open",
        "team.grant",
        "evidence.declare",
        "upload.receive",
        "upload.complete",
        "evidence.seal",
    ]
    assert read.case(team.manager.actor, team.case.id, Page(2, rows[1].id)) == rows[2:4]
    chain = read.item(team.manager.actor, item.id, Page(50))
    assert read.item(team.manager.actor, item.id, Page(2, chain[0].id)) == chain[1:3]
    assert read.entry(team.manager.actor, chain[0].id) == chain[0]
    with pytest.raises(NotFound):
        read.entry(team.outsider.actor, chain[0].id)
    with pytest.raises(NotFound):
        read.entry(team.manager.actor, EntryId(new_id()))


def test_entries_about_people_are_not_read_through_cases(dems: Dems, team: Team, as_owner: Owner) -> None:
    [row] = as_owner(
        "SELECT e.id FROM custody_entries e JOIN custody_chains c ON c.id = chain_id "  # noqa: S608
        f"WHERE c.subject = '{team.investigator.person.id}' AND seq = 1"
    )
    with pytest.raises(NotFound):
        dems.custody.read.entry(team.manager.actor, EntryId(row.id))


def test_what_was_looked_at_and_denied_is_on_the_persons_chain(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    who = world.somebody("auditor")
    dems.cases.look_up.one(who.actor, team.case.id)
    dems.custody.note_denial(who.actor, "GET /v1/cases", {}, "403")
    with dems.transaction() as tx:
        tx.denied(system(), "nothing", {}, "is noted of the installation")
    for _ in range(150):
        dems.custody.note_denial(who.actor, "again", {"case_id": "x\0\ud800"}, "404")
    while dems.custody.write_consultations(at_most=1000) == 1000:
        pass
    rows = as_owner(
        "SELECT detail FROM custody_details JOIN custody_entries e ON e.id = entry_id "  # noqa: S608
        f"JOIN custody_chains c ON c.id = chain_id WHERE c.subject = '{who.person.id}' "
        "AND act = 'records.consulted' ORDER BY seq"
    )
    batches = [json.loads(bytes(r.detail))["facts"]["consulted"] for r in rows]
    assert [len(b) for b in batches] == [100, 52]
    assert {k: batches[0][0][k] for k in ("act", "subject", "role")} == {
        "act": "case.read",
        "subject": str(team.case.id),
        "role": "auditor",
    }
    assert (batches[0][1]["act"], batches[0][1]["outcome"]) == ("GET /v1/cases", "403")
    assert dems.custody.write_consultations() == 0


def test_the_chain_of_a_person_and_of_the_installation_are_read_by_auditors(
    dems: Dems, world: World, team: Team
) -> None:
    auditor, admin, read = world.somebody("auditor"), world.somebody("administrator"), dems.custody.read
    chain = read.person(auditor.actor, team.investigator.person.id, Page(50))
    acts = [json.loads(r.detail or b"")["act"] for r in chain]
    assert acts[:2] == ["person.add", "token.issue"]
    assert read.person(auditor.actor, team.investigator.person.id, Page(1, chain[0].id)) == chain[1:2]
    for who in (admin, team.manager, team.investigator):
        with pytest.raises(NotPermitted):
            read.person(who.actor, team.investigator.person.id, Page(1))
    with pytest.raises(NotPermitted):
        read.installation(team.manager.actor, Page(1))
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.ORPHAN_REPORT)
        tx.custody.append(authority, INSTALLATION, facts={"orphans": []})
    first = read.installation(admin.actor, Page(1))
    assert first == read.installation(auditor.actor, Page(1))
    assert first[0].seq == 1
    while dems.custody.write_consultations(at_most=1000) == 1000:
        pass
    own = [json.loads(r.detail or b"") for r in read.person(auditor.actor, auditor.person.id, Page(50))]
    looked = {f["act"] for e in own if e["act"] == "records.consulted" for f in e["facts"]["consulted"]}
    assert looked >= {"person.custody", "installation.custody"}, "who looks is looked at"
