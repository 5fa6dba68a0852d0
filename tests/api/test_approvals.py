"""Acts that need two people, over HTTP."""

from uuid import uuid4

import httpx

from tests.conftest import Team
from tests.world import World

REASON = "Order of the High Court of 3 March 2026, paragraph 4"


def test_two_people_destroy_a_detail_and_everyone_sees_who_did(http: httpx.Client, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"bytes")
    auditor = world.somebody("auditor")
    custody = f"/v1/evidence/{item.id}/custody"
    second = http.get(custody, headers=auditor.headers).json()["items"][1]
    assert second["destroyed"] is None
    body = {"act": "custody.destroy_detail", "subject": second["id"], "reason": REASON}
    once = {"Idempotency-Key": uuid4().hex}
    asked = http.post("/v1/approvals", json=body, headers=auditor.headers | once)
    assert asked.status_code == 201
    approval = asked.json()
    assert asked.headers["Location"] == f"/v1/approvals/{approval['id']}"
    assert (approval["state"], approval["reason"], approval["confirmed_by"]) == ("waiting", REASON, None)
    again = http.post("/v1/approvals", json=body, headers=auditor.headers | once)
    assert (again.status_code, again.json()["id"]) == (201, approval["id"])
    assert again.headers["Idempotency-Replayed"] == "true"

    confirm = f"/v1/approvals/{approval['id']}/confirm"
    alone = http.post(confirm, headers=auditor.headers)
    assert (alone.status_code, alone.json()["type"]) == (409, "urn:dems:problem:second-person-needed")
    done = http.post(confirm, headers=team.manager.headers)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert done.json()["confirmed_by_name"] == team.manager.person.name
    [listed] = http.get(f"/v1/cases/{team.case.id}/approvals", headers=team.manager.headers).json()["items"]
    assert listed == http.get(f"/v1/approvals/{approval['id']}", headers=auditor.headers).json() == done.json()

    gone = http.get(custody, headers=team.investigator.headers).json()["items"][1]
    assert (gone["id"], gone["leaf"], gone["leaf_hash"]) == (second["id"], second["leaf"], second["leaf_hash"])
    assert (gone["detail"], gone["nonce"], gone["act"], gone["facts"]) == (None, None, None, None)
    assert gone["destroyed"] == {
        "at": done.json()["confirmed_at"],
        "approval": approval["id"],
        "asked_by": auditor.person.name,
        "confirmed_by": team.manager.person.name,
    }

    # Whoever is not of the case cannot tell by the words of the answer that it is there.
    stranger = world.somebody("case_manager").headers
    there, not_there = (http.get(f"/v1/approvals/{i}", headers=stranger) for i in (approval["id"], uuid4()))
    answers = [{name: said for name, said in a.json().items() if name != "instance"} for a in (there, not_there)]
    assert answers[0] == answers[1]
    assert (answers[0]["status"], answers[0]["detail"]) == (404, "There is no such thing, or you have no access to it.")


def test_what_is_asked_for_is_checked(http: httpx.Client, team: Team) -> None:
    for body in (
        {"act": "case.close", "subject": str(uuid4()), "reason": REASON},
        {"act": "custody.destroy_detail", "subject": "x", "reason": REASON},
        {"act": "custody.destroy_detail", "subject": str(uuid4()), "reason": " "},
        {"act": "custody.destroy_detail", "subject": str(uuid4())},
    ):
        assert http.post("/v1/approvals", json=body, headers=team.manager.headers).status_code == 422
    unknown = {"act": "custody.destroy_detail", "subject": str(uuid4()), "reason": REASON}
    assert http.post("/v1/approvals", json=unknown, headers=team.manager.headers).status_code == 404
    assert http.post(f"/v1/approvals/{uuid4()}/confirm", headers=team.manager.headers).status_code == 404
