"""Invitations over HTTP: the link, what it opens, its limits, and hostile holders."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dems.bootstrap import Dems
from dems.ledger.verifier import Verdict
from dems.model.times import rfc3339
from dems.package.receipts import check_receipt
from tests.api.intakes import JSON, Submitter, entry, sha256
from tests.conftest import Team, Time
from tests.ledger.signers import POLICY
from tests.world import World

MARKED = "\u202efdp.exe <img src=x onerror=alert(1)>.pdf"


def asked(dems: Dems, **other: Any) -> JSON:
    return {
        "asked_for": "Footage of the custody desk",
        "recipient": "Northshire Police",
        "contact": "DI Jane Moss, 020 7946 0000",
        "exhibit_prefix": "NP",
        "max_files": 5,
        "max_bytes": 1000,
        "expires_at": rfc3339(dems.clock() + timedelta(days=10)),
        **other,
    }


@pytest.fixture
def inviter(http: httpx.Client, team: Team) -> Submitter:
    return Submitter(http, team.investigator.headers)


def holding(http: httpx.Client, made: JSON) -> Submitter:
    return Submitter(http, {"Authorization": f"Bearer {made['invitation_token']}"})


def test_a_file_comes_by_invitation_and_is_receipted(
    dems: Dems, http: httpx.Client, team: Team, inviter: Submitter
) -> None:
    case = f"/v1/cases/{team.case.id}"
    made = inviter.post(f"{case}/invitations", asked(dems), 201)
    assert made["url"] == f"{str(http.base_url).rstrip('/')}/i#{made['invitation_token']}"
    holder = holding(http, made)
    shown = holder.get("/v1/invitation")
    assert {k: shown[k] for k in ("files_left", "bytes_left", "closed")} == {
        "files_left": 5,
        "bytes_left": 1000,
        "closed": None,
    }
    assert team.case.reference not in str(shown)
    items = holder.post(f"/v1/intakes/{shown['intake_id']}/items", {"items": [entry(MARKED, b"abc")]}, 201)["items"]
    assert (items[0]["name"], items[0]["exhibit_ref"], items[0]["extra"]) == (MARKED, "NP/1", False)
    upload, item = items[0]["upload"]["id"], items[0]["evidence_id"]
    assert holder.put_part(upload, 1, b"abc").status_code == 200
    assert holder.post(f"/v1/uploads/{upload}/complete", {"sha256": sha256(b"abc")})["state"] == "completed"
    assert holder.get(f"/v1/evidence/{item}/receipt")["sealed_at"] is None
    dems.evidence.seal_many()
    receipt = holder.get(f"/v1/evidence/{item}/receipt")
    assert (receipt["sha256"], receipt["declared_sha256"], receipt["state"]) == (
        sha256(b"abc"),
        sha256(b"abc"),
        "sealed",
    )
    chain = inviter.get(f"/v1/evidence/{item}/custody")["items"]
    hashes = {e["id"]: e["leaf_hash"] for e in chain}
    assert all(hashes[e["id"]] == e["leaf_hash"] for e in receipt["entries"])
    assert [e["act"] for e in receipt["entries"]][-1] == "evidence.seal"
    checks = {found.check: found.verdict for found in check_receipt(receipt, POLICY)}
    assert (checks["entries"], checks["receipt"]) == (Verdict.PROVED, Verdict.PROVED)
    view = inviter.get(f"{case}/invitations/{made['id']}")
    assert (view["sent_files"], view["sent_bytes"], view["counts"]["sealed"]) == (1, 3, 1)
    assert "url" not in view
    assert [i["id"] for i in inviter.get(f"{case}/invitations")["items"]] == [made["id"]]
    (told,) = inviter.get("/v1/me/announcements")["items"]
    assert (told["kind"], told["invitation_id"], told["text"]) == (
        "received",
        made["id"],
        "1 file (3 bytes) arrived under the invitation to Northshire Police.",
    )
    http.delete(f"{case}/invitations/{made['id']}", headers=inviter.headers).raise_for_status()
    dead = http.get("/v1/invitation", headers=holder.headers)
    assert (dead.status_code, dead.json()["type"]) == (401, "urn:dems:problem:not-authenticated")
    assert "withdrawn" in dead.json()["detail"]


def test_a_repeated_request_keeps_no_secret(dems: Dems, http: httpx.Client, team: Team, inviter: Submitter) -> None:
    path, key = f"/v1/cases/{team.case.id}/invitations", {"Idempotency-Key": str(uuid4())}
    body = asked(dems)
    first, again = inviter.post(path, body, 201, **key), inviter.post(path, body, 201, **key)
    assert first["id"] == again["id"]
    assert first["invitation_token"] != again["invitation_token"]
    assert http.get("/v1/invitation", headers=holding(http, first).headers).status_code == 401
    assert http.get("/v1/invitation", headers=holding(http, again).headers).status_code == 200


def test_a_holders_key_is_not_the_inviters(dems: Dems, http: httpx.Client, team: Team, inviter: Submitter) -> None:
    holder = holding(http, inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems), 201))
    intake = holder.get("/v1/invitation")["intake_id"]
    (item,) = holder.post(f"/v1/intakes/{intake}/items", {"items": [entry("a", b"abc")]}, 201)["items"]
    http.delete(f"/v1/uploads/{item['upload']['id']}", headers=holder.headers).raise_for_status()
    path, key = f"/v1/evidence/{item['evidence_id']}/uploads", {"Idempotency-Key": "one"}
    opened = inviter.post(path, {}, 201, **key)
    assert opened["upload_token"]
    refused = http.post(path, json={}, headers={**holder.headers, **key})
    assert refused.status_code == 409, "one is open: the holder's request is not the inviter's repeated"


def test_several_tabs_do_not_pass_the_limits_together(
    dems: Dems, http: httpx.Client, team: Team, inviter: Submitter
) -> None:
    holder = holding(http, inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems, max_bytes=100), 201))
    intake = holder.get("/v1/invitation")["intake_id"]

    def tab(number: int) -> int:
        body = {"items": [entry(f"{number}-{n}", b"x" * 20) for n in range(2)]}
        return http.post(f"/v1/intakes/{intake}/items", json=body, headers=holder.headers).status_code

    with ThreadPoolExecutor(6) as tabs:
        answers = list(tabs.map(tab, range(6)))
    assert sorted(answers) == [201, 201, 409, 409, 409, 409]
    shown = holder.get("/v1/invitation")
    assert (shown["files_left"], shown["bytes_left"]) == (1, 20)
    over = http.post(
        f"/v1/intakes/{intake}/items", json={"items": [entry("x", b"x" * 21)]}, headers=holder.headers
    ).json()
    assert (over["type"], over["files_left"], over["bytes_left"]) == ("urn:dems:problem:limit-reached", 1, 20)
    holder.post(f"/v1/intakes/{intake}/items", {"items": [entry("x", b"x" * 20)]}, 201)


def test_what_a_holder_may_not_say_is_refused_by_position(
    dems: Dems, http: httpx.Client, team: Team, inviter: Submitter
) -> None:
    holder = holding(http, inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems), 201))
    path = f"/v1/intakes/{holder.get('/v1/invitation')['intake_id']}/items"
    placed = {"items": [entry("a", b""), entry("b", b"", exhibit_ref="X/1", derived_from=str(uuid4()))]}
    refused = holder.post(path, placed, 422)
    assert refused["type"] == "urn:dems:problem:manifest-refused"
    assert [(e["position"], e["field"]) for e in refused["errors"]] == [(1, "exhibit_ref"), (1, "derived_from")]
    assert holder.post(path, {"items": [entry("a", b"", kind="physical")]}, 422)["errors"][0]["field"] == "kind"
    assert holder.post(path, {"items": [entry("a", b"")], "exhibit_prefix": "ZZ"}, 422)["field"] == "exhibit_prefix"
    assert "500" in holder.post(path, {"items": [entry("a", b"")] * 501}, 422)["detail"]
    holder.post(path, {"items": [entry("a", b"")] * 10_001}, 422)
    assert holder.get("/v1/invitation")["files_left"] == 5, "nothing was taken of all that"


def test_other_peoples_things_are_not_found(
    dems: Dems, http: httpx.Client, world: World, team: Team, inviter: Submitter
) -> None:
    holder = holding(http, inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems), 201))
    intake = holder.get("/v1/invitation")["intake_id"]
    ours = world.verifying(team.investigator, team.case, b"ours")
    for path in (
        "/v1/cases",
        f"/v1/cases/{team.case.id}",
        f"/v1/cases/{team.case.id}/invitations",
        f"/v1/evidence/{ours.id}",
        f"/v1/evidence/{ours.id}/receipt",
        f"/v1/uploads/{ours.upload_id}",
        f"/v1/intakes/{uuid4()}",
        "/v1/me/announcements",
        "/v1/people",
    ):
        answer = http.get(path, headers=holder.headers)
        assert answer.status_code == 404, path
    assert holder.put_part(str(ours.upload_id), 1, b"ours").status_code == 404
    wanted = {"parts": [{"upload": str(ours.upload_id), "number": 1, "sha256": sha256(b"ours")}]}
    urls = holder.post(f"/v1/intakes/{intake}/part-urls", wanted)
    assert (urls["parts"], urls["problems"][0]["type"]) == ([], "not-found")
    done = holder.post(f"/v1/intakes/{intake}/complete", {"uploads": [{"upload": str(ours.upload_id)}]})
    assert (done["uploads"], done["problems"][0]["type"]) == ([], "not-found")
    assert http.get("/v1/invitation", headers=inviter.headers).status_code == 404


def test_one_that_has_ended_says_so(dems: Dems, http: httpx.Client, team: Team, inviter: Submitter, time: Time) -> None:
    holder = holding(http, inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems), 201))
    intake = holder.get("/v1/invitation")["intake_id"]
    (item,) = holder.post(f"/v1/intakes/{intake}/items", {"items": [entry("a", b"abc")]}, 201)["items"]
    time.ahead = timedelta(days=10)
    shown = holder.get("/v1/invitation")
    assert "ended on" in shown["closed"]
    assert shown["now"] > shown["expires_at"], "by our clock, whatever the holder's says"
    late = http.post(f"/v1/intakes/{intake}/items", json={"items": [entry("b", b"")]}, headers=holder.headers)
    assert (late.status_code, "ended on" in late.json()["detail"]) == (401, True)
    assert holder.put_part(item["upload"]["id"], 1, b"abc").status_code == 401
    assert holder.get(f"/v1/evidence/{item['evidence_id']}/receipt")["state"] == "declared"


@pytest.mark.parametrize(
    "wrong",
    [
        {"asked_for": " "},
        {"recipient": "two\nlines"},
        {"recipient": "turned \u202e round"},
        {"exhibit_prefix": "A" * 51},
        {"max_files": 10_001},
        {"max_files": 1.5},
        {"max_bytes": 2**53},
        {"expires_at": "2026-03-01T09:30:00"},
        {"expires_at": "2199-03-01T09:30:00Z"},
        {"case": "of another"},
    ],
)
def test_terms_that_cannot_be_are_refused(dems: Dems, team: Team, inviter: Submitter, wrong: JSON) -> None:
    inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems, **wrong), 422)


# --- the page ---


def test_the_page_runs_only_what_is_ours(http: httpx.Client) -> None:
    page = http.get("/i")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-type"].startswith("text/html")
    assert " style=" not in page.text
    assert "<script>" not in page.text
    assert http.get("/i/page.css").headers["content-type"].startswith("text/css")
    for name in ("nothing.js", "..%2Fmain.py", "%2e%2e%2fmain.py", "__init__.py", "index.html%00"):
        assert http.get(f"/i/{name}").status_code == 404, name


def test_an_item_says_what_it_was_declared_under_and_its_receipt_who_sent_it(
    dems: Dems, http: httpx.Client, team: Team, inviter: Submitter
) -> None:
    made = inviter.post(f"/v1/cases/{team.case.id}/invitations", asked(dems), 201)
    holder = holding(http, made)
    (item,) = holder.post(f"/v1/intakes/{made['intake_id']}/items", {"items": [entry("a", b"abc")]}, 201)["items"]
    upload, path = item["upload"]["id"], f"/v1/evidence/{item['evidence_id']}"
    assert inviter.get(f"{path}/receipt")["sent_by"] is None
    holder.put_part(upload, 1, b"abc")
    holder.post(f"/v1/uploads/{upload}/complete", {})
    came_by = {"id": made["id"], "recipient": "Northshire Police"}
    shown = [inviter.get(path), *inviter.get(f"/v1/cases/{team.case.id}/evidence")["items"]]
    assert [(s["intake_id"], s["invitation"]) for s in shown] == [(made["intake_id"], came_by)] * 2
    by = {"kind": "invitation", "name": "Northshire Police", "on_behalf_of": None}
    assert holder.get(f"{path}/receipt")["sent_by"] == by
    alone = {"exhibit_ref": "ABC/1", "kind": "physical"}
    other = inviter.post(f"/v1/cases/{team.case.id}/evidence", alone, 201)
    assert (other["intake_id"], other["invitation"]) == (None, None)
    (told,) = inviter.get("/v1/me/announcements")["items"]
    assert told["after_withdrawal"] is False
