"""Schedules over HTTP, as a disclosure officer and an integrator use them."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.problems import problem_of
from tests.conftest import Team
from tests.model.disclosing import SENSITIVE
from tests.proceedings import OpenProceeding, proceeding_of
from tests.world import Somebody, World


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    found = proceeding_of(world, team)
    found.ready(found.thing("ABC/1"), "Photograph of the custody desk on the night")
    found.ready(found.thing("ABC/2"), "Notebook of the duty sergeant")
    found.ready(found.thing("ABC/3"), "Account that a neighbour gave in secret", SENSITIVE)
    return found


class Desk:
    """Somebody who sends requests about one proceeding."""

    def __init__(self, http: httpx.Client, proceeding: OpenProceeding, by: Somebody | None = None) -> None:
        self.http, self.of, self.by = http, f"/v1/proceedings/{proceeding.id}", by or proceeding.officer

    def ask(
        self, method: str, path: str, body: Any = None, status: int = 200, with_: Mapping[str, str] | None = None
    ) -> httpx.Response:
        answer = self.http.request(method, path, json=body, headers={**self.by.headers, **(with_ or {})})
        assert answer.status_code == status, answer.text
        return answer

    def drafted(self, form: str, **more: Any) -> httpx.Response:
        return self.ask("POST", f"{self.of}/schedules", {"form": form, **more}, 201)


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def test_a_set_from_its_first_draft_to_the_prosecutor(http: httpx.Client, proceeding: OpenProceeding) -> None:
    desk, once = Desk(http, proceeding), key()
    first = desk.ask("POST", f"{desk.of}/schedules", {"form": "MG6C"}, 201, with_=once)
    c = first.json()
    assert (c["form"], c["name"], c["state"], c["sha256"], c["signed"]) == ("MG6C", "MG6C 1.0", "draft", None, None)
    assert [(r["number"], r["description"], r["endorsed"]) for r in c["rows"]] == [
        (1, "Photograph of the custody desk on the night", None),
        (2, "Notebook of the duty sergeant", None),
    ]
    assert (c["title"], c["urn"], c["row_count"], c["next"]) == ("R v Moss", "13AB1234526", 2, None)
    assert {r["custody_position"] is None for r in c["rows"]} == {False}
    again = desk.ask("POST", f"{desk.of}/schedules", {"form": "MG6C"}, 201, with_=once)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (c, "true")
    assert problem_of(desk.ask("POST", f"{desk.of}/schedules", {"form": "MG6C"}, 409), 409)["schedule"] == c["id"]
    at = first.headers["Location"]
    assert at == f"/v1/schedules/{c['id']}"
    page = desk.ask("GET", f"{at}?limit=1").json()
    assert [r["number"] for r in page["rows"]] == [1]
    assert [p["rule"] for p in page["problems"]] == ["R02", "R14", "R14", "R15", "R28"], "an MG6C alone"
    rest = desk.ask("GET", f"{at}?limit=1&after={page['next']}").json()
    assert ([r["number"] for r in rest["rows"]], rest["next"], rest["problems"]) == ([2], None, None)
    problem_of(desk.ask("GET", f"{at}?after=x", status=422), 422)

    row = {"rows": [{"number": 2, "description": "Notebook of the sergeant on duty"}], "reason": "It was vague."}
    problem_of(desk.ask("PATCH", at, row, 428), 428)
    problem_of(desk.ask("PATCH", at, row, 412, with_={"If-Match": '"1"'}), 412)
    changed = desk.ask("PATCH", at, row, with_={"If-Match": first.headers["ETag"]})
    assert changed.json()["rows"][1]["description"] == "Notebook of the sergeant on duty"
    assert changed.headers["ETag"] == desk.ask("GET", at).headers["ETag"] != first.headers["ETag"]
    for wrong in ({"reason": "So."}, {"rows": row["rows"]}, {**row, "certificate": "a"}, {**row, "colour": "red"}):
        problem_of(desk.ask("PATCH", at, wrong, 422, with_={"If-Match": changed.headers["ETag"]}), 422)

    d = desk.drafted("MG6D").json()
    assert d["rows"][0]["reason_for_sensitivity"] == "It would show who gave the information"
    drafted = desk.drafted("MG6E")
    e = drafted.json()
    assert (e["officer"], e["certificate"], e["report"]) == (
        str(proceeding.officer.person.id),
        {"code": "", "text": ""},
        [],
    )
    refused = problem_of(desk.ask("POST", f"/v1/schedules/{e['id']}/certify", status=409), 409)
    assert refused["type"] == "urn:dems:problem:disclosure-rules-broken"
    assert [(p["rule"], p["row"], p["place"]["key"]) for p in refused["problems"]] == [("R17", None, e["id"])]
    assert all(p["message"] and p["source"] for p in refused["problems"])
    report = {
        "certificate": "b",
        "report": [{"row": "MG6C 1", "reason": "It shows another officer there.", "copy_supplied": "Copy of ABC/1"}],
        "note": "Begun before the Code of 2020.",
        "copies": [{"kind": "item", "id": c["rows"][0]["subject"]["id"]}],
        "corroborating": [],
    }
    written = desk.ask("PATCH", f"/v1/schedules/{e['id']}", report, with_={"If-Match": drafted.headers["ETag"]})
    e = written.json()
    assert (e["report"], e["note"], e["certificate"]["code"]) == (report["report"], report["note"], "b")
    assert e["copies"] == report["copies"]
    tagged = {"If-Match": written.headers["ETag"]}
    stale = {"If-Match": drafted.headers["ETag"]}
    problem_of(desk.ask("POST", f"/v1/schedules/{e['id']}/certify", {}, 412, with_=stale), 412)
    signed = desk.ask("POST", f"/v1/schedules/{e['id']}/certify", {"role": "disclosure_officer"}, with_=tagged).json()
    assert (signed["state"], signed["signed"]["role"]) == ("certified", "disclosure_officer")
    assert {x["id"] for x in signed["covers"]} == {c["id"], d["id"]}
    frozen = desk.ask("GET", at)
    assert "ETag" not in frozen.headers
    assert (frozen.json()["state"], len(frozen.json()["sha256"])) == ("certified", 64)

    bytes_of = desk.ask("GET", f"{at}/frozen")
    assert hashlib.sha256(bytes_of.content).hexdigest() == frozen.json()["sha256"]
    assert bytes_of.headers["Repr-Digest"].startswith("sha-256=:")
    assert [r["number"] for r in bytes_of.json()["rows"]] == [1, 2]

    named = {"schedules": [c["id"], d["id"], e["id"]]}
    sent = desk.ask("POST", f"{desk.of}/submissions", named, 201)
    assert sent.headers["Location"] == f"/v1/submissions/{c['set']}"
    assert desk.ask("GET", sent.headers["Location"]).json() == sent.json()
    assert desk.ask("GET", f"{desk.of}/submissions").json() == {"items": [sent.json()], "next": None}
    assert [(s["name"], s["state"]) for s in sent.json()["schedules"]] == [
        ("MG6C 1.0", "submitted"),
        ("MG6D 1.0", "submitted"),
        ("MG6E", "submitted"),
    ]
    problem_of(desk.ask("POST", f"{desk.of}/submissions", named, 409), 409)
    problem_of(desk.ask("POST", f"/v1/schedules/{c['id']}/void", {"reason": "Too late"}, 409), 409)

    theirs = Desk(http, proceeding, proceeding.uncleared)
    assert [s["id"] for s in theirs.ask("GET", f"{desk.of}/schedules").json()["items"]] == [c["id"]]
    assert theirs.ask("GET", f"{desk.of}/submissions").json()["items"][0]["sha256"] is None
    for hidden in (d["id"], f"{d['id']}/frozen"):
        problem_of(theirs.ask("GET", f"/v1/schedules/{hidden}", status=404), 404)
    problem_of(theirs.ask("GET", f"{at}/frozen", status=409), 409)


def test_a_change_after_the_certificate_answers_that_it_is_void(http: httpx.Client, proceeding: OpenProceeding) -> None:
    desk = Desk(http, proceeding)
    e = desk.drafted("SDC", certificate="a").json()
    desk.ask("POST", f"/v1/schedules/{e['id']}/certify", with_=key())
    listed = desk.ask("GET", f"{desk.of}/schedules").json()["items"]
    proceeding.ready(proceeding.thing("ABC/4"), "Rota of the week before")
    named = {"schedules": [s["id"] for s in listed]}
    refused = problem_of(desk.ask("POST", f"{desk.of}/submissions", named, 409), 409)
    assert refused["detail"].startswith("The certificate is void")
    assert {p["rule"] for p in refused["problems"]} == {"R02", "R19"}
    assert {s["state"] for s in desk.ask("GET", f"{desk.of}/schedules").json()["items"]} == {"void"}
    c = desk.drafted("MG6C").json()
    assert (c["name"], [r["number"] for r in c["rows"]]) == ("MG6C 1.1", [1, 2, 3])
    desk.ask("POST", f"/v1/schedules/{c['id']}/certify", {})
    given = desk.ask("POST", f"/v1/schedules/{c['id']}/void", {"reason": "Too early"}, with_=key()).json()
    assert [(s["name"], s["state"]) for s in given["items"]] == [("MG6C 1.1", "void")]
