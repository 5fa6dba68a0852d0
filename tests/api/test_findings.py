"""Findings, pictures, progress and searches over HTTP."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from dems.bootstrap import Dems
from dems.db.tables import reader_reports
from dems.model.evidence import Evidence
from dems.model.findings import Entry, Place
from dems.ports import ReaderReport
from tests.conftest import Team
from tests.readings import finding, picture, record, shown
from tests.world import World


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"bytes")


def test_findings_are_paged_by_position_and_keep_their_forms(
    http: httpx.Client, dems: Dems, team: Team, item: Evidence
) -> None:
    kept = record(
        dems,
        item,
        finding("title", "Quay"),
        finding("recorded_at", shown("2026-03-03T21:14:05")),
        finding("sent_at", shown("2026-03-03T21:14:05.25", hours=1)),
        finding("position", Place(53.5, -2.25)),
        finding("entry", Entry("a/b", 3, shown("2026-03-03T21:14:05"), None, encrypted=True)),
    )
    seen: list[dict[str, Any]] = []
    url = f"/v1/evidence/{item.id}/findings?limit=2"
    while url:
        answer = http.get(url, headers=team.investigator.headers)
        body = answer.json()
        assert body["state"] == "complete"
        assert body["reading"]["original_sha256"] == hashlib.sha256(b"bytes").hexdigest()
        seen += body["items"]
        url = answer.headers["link"].split("<")[1].split(">")[0] if body["next"] else ""
    assert [(f["position"], f["name"], f["type"]) for f in seen] == [
        (0, "title", "text"),
        (1, "recorded_at", "time"),
        (2, "sent_at", "time"),
        (3, "position", "place"),
        (4, "entry", "entry"),
    ]
    assert seen[1]["value"] == {
        "local": "2026-03-03T21:14:05",
        "zone": "unknown",
        "offset_seconds": None,
        "at": None,
    }
    assert seen[2]["value"]["at"] == "2026-03-03T20:14:05.250000Z"
    assert seen[3]["value"] == {"latitude": 53.5, "longitude": -2.25}
    assert seen[4]["value"]["modified"]["zone"] == "unknown"
    named = http.get(
        f"/v1/evidence/{item.id}/findings",
        params={"name": "title", "reading": str(kept.id)},
        headers=team.investigator.headers,
    )
    assert [f["value"] for f in named.json()["items"]] == ["Quay"]
    readings = http.get(f"/v1/evidence/{item.id}/readings", headers=team.investigator.headers).json()
    assert [(r["id"], r["finding_count"], r["reason"]) for r in readings["items"]] == [(str(kept.id), 5, None)]


def test_a_picture_can_do_nothing_in_a_browser_and_names_its_original(
    http: httpx.Client, dems: Dems, team: Team, item: Evidence
) -> None:
    data = b"\xff\xd8\xff<script>alert(1)</script>"
    record(dems, item, renditions=[picture(dems, item, data)])
    [listed] = http.get(f"/v1/evidence/{item.id}/renditions", headers=team.investigator.headers).json()["items"]
    assert (listed["kind"], listed["evidence"], listed["sha256"]) == (
        "thumbnail",
        False,
        hashlib.sha256(data).hexdigest(),
    )
    answer = http.get(listed["url"], headers=team.investigator.headers)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, data, "image/jpeg")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert {"default-src 'none'", "sandbox"} <= set(answer.headers["content-security-policy"].split("; "))
    assert answer.headers["x-dems-original-sha256"] == hashlib.sha256(b"bytes").hexdigest()
    assert "not-evidence" in answer.headers["content-disposition"]


def test_items_and_grants_warn_of_malware_and_refuse_nothing(
    http: httpx.Client, dems: Dems, team: Team, item: Evidence
) -> None:
    before = http.get(f"/v1/evidence/{item.id}", headers=team.investigator.headers).json()
    assert (before["media_type"], before["findings"], before["media_type_disagrees"]) == (None, "waiting", False)
    record(dems, item, finding("malware", "Eicar", flags=("found",)), media_type="application/zip", disagrees=True)
    after = http.get(f"/v1/evidence/{item.id}", headers=team.investigator.headers).json()
    assert (after["media_type"], after["findings"], after["media_type_disagrees"]) == (
        "application/zip",
        "complete",
        True,
    )
    assert any("malware" in w for w in after["warnings"])
    [listed] = http.get(f"/v1/cases/{team.case.id}/evidence", headers=team.manager.headers).json()["items"]
    assert listed["warnings"] == after["warnings"]
    wanted = {"purpose": "test", "reason": "x"}
    grant = http.post(f"/v1/evidence/{item.id}/access", json=wanted, headers=team.investigator.headers).json()
    assert any("malware" in w for w in grant["warnings"])
    assert http.get(grant["url"], headers=team.investigator.headers).content == b"bytes"


def test_progress_has_every_state(http: httpx.Client, team: Team, item: Evidence) -> None:
    del item
    found = http.get(f"/v1/cases/{team.case.id}/findings/progress", headers=team.manager.headers).json()
    states = ("none", "waiting", "complete", "partial", "failed", "cancelled")
    assert found == {"counts": {**dict.fromkeys(states, 0), "waiting": 1}, "being_read": 0, "total": 1}


def test_a_search_is_paged_and_its_cursor_belongs_to_it(
    http: httpx.Client, dems: Dems, world: World, team: Team
) -> None:
    items = [world.sealed(team.investigator, team.case, bytes([n])) for n in range(3)]
    for one in items:
        record(dems, one, finding("recorded_at", shown("2026-03-03T21:14:05")))
    asked = {"recorded_from": "2026-03-03T21:00:00Z", "case": str(team.case.id), "limit": "2"}
    answer = http.get("/v1/search", params=asked, headers=team.investigator.headers)
    first = answer.json()
    assert ([i["evidence_id"] for i in first["items"]], first["count"]) == ([str(i.id) for i in items[:2]], 3)
    [match] = first["items"][0]["matched"]
    assert (match["field"], match["certain"], match["finding"]["value"]["zone"]) == ("finding", False, "unknown")
    follow = answer.headers["link"].split("<")[1].split(">")[0]
    rest = http.get(follow, headers=team.investigator.headers).json()
    assert ([i["evidence_id"] for i in rest["items"]], rest["next"], rest["count"]) == ([str(items[2].id)], None, None)
    other = {**asked, "recorded_from": "2026-03-03T22:00:00Z", "cursor": first["next"]}
    refused = http.get("/v1/search", params=other, headers=team.investigator.headers)
    assert (refused.status_code, refused.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"limit": "5"},
        {"near": "foo"},
        {"near": "91,0,5"},
        {"near": "0,181,5"},
        {"near": "0,0,0"},
        {"near": "0,0,-1"},
        {"near": "0,0,30000"},
        {"near": "0,0,nan"},
        {"near": "1,2"},
        {"near": "1" * 100 + ",2,3"},
        {"q": "x" * 10_000},
        {"q": "a\0b"},
        {"q": " ".join(f"t{n}" for n in range(400))},
        {"q": ""},
        {"q": "!!!"},
        {"device": "..."},
        {"recorded_from": "2026-03-04T00:00:00Z", "recorded_to": "2026-03-03T00:00:00Z"},
        {"recorded_from": "2026-03-04T00:00:00"},
        {"recorded_from": "soon"},
        {"duration_from": "5", "duration_to": "4"},
        {"duration_from": "nan"},
        {"duration_to": "inf"},
        {"duration_from": "-1"},
        {"media_type": "image"},
        {"media_type": "*/*"},
        {"media_type": "image/%"},
        {"case": "T/1"},
        {"q": "x", "cursor": "AAAA"},
        {"q": "x", "cursor": "\u00e9"},
        {"q": "x", "limit": "101"},
    ],
)
def test_a_search_that_cannot_be_is_a_problem_and_not_an_answer(
    http: httpx.Client, team: Team, wrong: dict[str, str]
) -> None:
    answer = http.get("/v1/search", params=wrong, headers=team.investigator.headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("after", ["A", "AAAAAAAA", "\u00e9", "_____w", "AQ"])
def test_a_cursor_of_something_else_is_no_place_in_findings(
    http: httpx.Client, team: Team, item: Evidence, after: str
) -> None:
    url = f"/v1/evidence/{item.id}/findings"
    answer = http.get(url, params={"after": after}, headers=team.investigator.headers)
    assert answer.status_code == 422


def test_bytes_are_read_again_when_somebody_asks_and_not_when_it_is_cancelled(
    http: httpx.Client, dems: Dems, team: Team, item: Evidence
) -> None:
    record(dems, item)
    url = f"/v1/evidence/{item.id}/readings"
    asked = http.post(url, json={"reason": "a better reader"}, headers=team.investigator.headers)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    chain = http.get(f"/v1/evidence/{item.id}/custody", headers=team.investigator.headers).json()["items"]
    assert (chain[-1]["act"], chain[-1]["reason"]) == ("findings.ask", "a better reader")
    waiting = f"{url}/waiting"
    over = http.delete(waiting, params={"reason": "no need"}, headers=team.investigator.headers)
    assert (over.status_code, over.json()["state"]) == (200, "complete")
    again = http.delete(waiting, headers=team.investigator.headers)
    assert (again.status_code, again.json()["rule"]) == (409, "wrong-state")


def test_one_idempotency_key_asks_once(http: httpx.Client, dems: Dems, team: Team, item: Evidence) -> None:
    record(dems, item)
    url, headers = f"/v1/evidence/{item.id}/readings", {**team.investigator.headers, "Idempotency-Key": "again"}
    first = http.post(url, headers=headers)
    record(dems, item)
    second = http.post(url, headers=headers)
    assert (first.status_code, second.status_code, second.json()) == (202, 202, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    now = http.get(f"/v1/evidence/{item.id}/findings", headers=team.investigator.headers).json()
    assert now["state"] == "complete"


def test_readers_that_may_not_read_are_told_and_keep_no_evidence_out(http: httpx.Client, dems: Dems) -> None:
    def heard(sandbox: str) -> httpx.Response:
        dems.findings.report_readers(ReaderReport("extract@here", datetime.now(UTC), sandbox, (), {"tests": "1"}, {}))
        return http.get("/readyz")

    # What workers of other tests said of themselves a moment ago is not about these.
    with dems.engine.begin() as connection:
        connection.execute(delete(reader_reports))
    too_loose = heard("none")
    readers = too_loose.json()["parts"]["readers"]
    assert (readers["ok"], "is required: nothing is read" in readers["detail"]) == (False, True)
    assert (too_loose.status_code, too_loose.json()["ready"]) == (200, True)
    assert heard("full").json()["parts"]["readers"] == {"ok": True, "detail": "sandbox level full"}
