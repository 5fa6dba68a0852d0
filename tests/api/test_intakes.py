"""Intakes over HTTP: a manifest, files sent directly and through the API, and what bad input gets."""

import os
import socket
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from dems.bootstrap import Dems
from dems.model.ids import EvidenceId, UploadId
from dems.ports import JobKind
from dems.settings import Settings
from tests.api.conftest import serve
from tests.api.intakes import Submitter, entry, send, sha256
from tests.conftest import Sent, Team, Time

MIB = 2**20


@pytest.fixture(autouse=True)
def nothing_else_waits(dems: Dems, sent: Sent) -> None:
    """What other tests left to be verified is not what is counted here, nor what its seals set off."""
    while dems.evidence.seal_many():
        pass
    sent.jobs.clear()


@pytest.fixture
def submitter(http: httpx.Client, team: Team) -> Submitter:
    return Submitter(http, team.investigator.headers)


def test_small_files_go_directly_and_are_sealed_by_one_reading(
    dems: Dems, submitter: Submitter, team: Team, sent: Sent
) -> None:
    contents = [os.urandom(20_000) for _ in range(5)] + [b""]
    intake = submitter.declare(team.case.id, [entry(f"f{i}", c) for i, c in enumerate(contents)])
    assert intake["counts"] == {
        "declared": 6,
        "received": 0,
        "sealed": 0,
        "missing": 6,
        "different": 0,
        "failed": 0,
        "extra": 0,
    }
    done = submitter.send_small(intake, contents)
    assert done["problems"] == []
    assert {u["state"] for u in done["uploads"]} == {"completing"}
    assert [j.kind for j in sent.jobs] == [JobKind.VERIFY_MANY]
    assert dems.evidence.seal_many() == 6
    assert submitter.counts(intake)["sealed"] == 6
    for row, content in zip(submitter.items(intake, state="sealed"), contents, strict=True):
        assert row["sha256"] == row["declared_sha256"] == sha256(content)
        assert row["outcome"] == row["state"] == "sealed"
        chain = submitter.get(f"/v1/evidence/{row['evidence_id']}/custody")["items"]
        acts = [e["act"] for e in chain]
        assert acts == ["evidence.declare", "upload.complete", "evidence.seal"]
        assert chain[1]["facts"]["sent_by"]["person"]["id"] == str(team.investigator.person.id)
    assert [r["exhibit_ref"] for r in submitter.items(intake)] == [f"ABC/{n}" for n in range(1, 7)]


def test_what_was_announced_and_is_not_there_leaves_the_upload_open(
    dems: Dems, submitter: Submitter, team: Team
) -> None:
    intake = submitter.declare(team.case.id, [entry("a", b"abc"), entry("b", b"def")])
    uploads = [i["upload"]["id"] for i in submitter.items(intake)]
    parts = [{"upload": u, "number": 1, "sha256": sha256(c)} for u, c in zip(uploads, (b"abc", b"def"), strict=True)]
    urls = submitter.post(f"/v1/intakes/{intake['id']}/part-urls", {"parts": parts})["parts"]
    assert send(urls[0], b"abc") == 200
    wanted = {"uploads": [{"upload": u} for u in uploads]}
    submitter.post(f"/v1/intakes/{intake['id']}/complete", wanted)
    assert submitter.items(intake, state="missing")[1]["reason"].startswith("Its bytes were announced")
    assert dems.evidence.seal_many() == 1
    (missing,) = submitter.items(intake, state="missing")
    assert missing["name"] == "b"
    assert missing["upload"]["state"] == "open"
    assert "send what is missing" in missing["reason"]
    assert send(urls[1], b"def") == 200
    submitter.post(f"/v1/intakes/{intake['id']}/complete", wanted)
    assert dems.evidence.seal_many() == 1
    assert submitter.counts(intake)["sealed"] == 2


@pytest.mark.parametrize("transport", ["direct", "relay"])
def test_parts_in_any_order_are_put_together(dems: Dems, submitter: Submitter, team: Team, transport: str) -> None:
    content = os.urandom(16 * MIB + 5)
    intake = submitter.declare(team.case.id, [entry("large", content)])
    (item,) = submitter.items(intake)
    upload = item["upload"]
    parts = {n: content[(n - 1) * 8 * MIB : n * 8 * MIB] for n in (1, 2, 3)}
    for n in (3, 1, 2):
        if transport == "relay":
            assert submitter.put_part(upload["id"], n, parts[n]).json()["sha256"] == sha256(parts[n])
        else:
            wanted = {"parts": [{"number": n, "sha256": sha256(parts[n])}]}
            (url,) = submitter.post(f"/v1/uploads/{upload['id']}/part-urls", wanted)["parts"]
            assert send(url, parts[n]) == 200
        if n == 3:
            assert submitter.get(f"/v1/uploads/{upload['id']}")["received"] == [3]
            refused = submitter.post(f"/v1/uploads/{upload['id']}/complete", {"sha256": sha256(content)}, 409)
            assert refused["type"].endswith("parts-missing")
            assert refused["missing"] == [1, 2]
    done = submitter.post(f"/v1/uploads/{upload['id']}/complete", {"sha256": sha256(content)})
    assert done["state"] == "completed"
    assert submitter.post(f"/v1/uploads/{upload['id']}/complete", {"sha256": sha256(content)}) == done
    sealed = dems.evidence.seal(EvidenceId(UUID(item["evidence_id"])))
    assert sealed.digests["sha256"].hex == sha256(content)
    dems.intake.discard_parts(UploadId(UUID(upload["id"])))


def test_bad_parts_are_refused_in_words_and_the_upload_stays_usable(submitter: Submitter, team: Team) -> None:
    content = os.urandom(8 * MIB + 1)
    intake = submitter.declare(team.case.id, [entry("large", content)])
    upload_id = submitter.items(intake)[0]["upload"]["id"]
    first, last = content[: 8 * MIB], content[8 * MIB :]
    assert submitter.put_part(upload_id, 3, b"x").status_code == 422
    assert submitter.put_part(upload_id, 1, b"x").status_code == 400  # parts of one byte
    assert submitter.put_part(upload_id, 2, b"xy").status_code == 413
    lied = submitter.put_part(upload_id, 2, last, **{"Content-Digest": "sha-256=:" + "A" * 43 + "=:"})
    assert lied.json()["type"].endswith("digest-mismatch")
    assert submitter.put_part(upload_id, 2, last).status_code == 200
    assert submitter.put_part(upload_id, 2, last).status_code == 200
    other = submitter.put_part(upload_id, 2, bytes([last[0] ^ 1]))
    assert (other.status_code, other.json()["type"]) == (409, "urn:dems:problem:part-differs")
    path = f"/v1/uploads/{upload_id}/parts/1"
    bare = submitter.http.put(path, content=first, headers=submitter.headers)
    assert (bare.status_code, "Content-Digest" in bare.json()["detail"]) == (400, True)
    chunked = submitter.http.put(path, content=iter([first]), headers=submitter.headers)
    assert chunked.status_code == 411
    wanted = {"parts": [{"number": 2, "sha256": sha256(b"other")}]}
    assert submitter.post(f"/v1/uploads/{upload_id}/part-urls", wanted, 409)["number"] == 2
    assert submitter.put_part(upload_id, 1, first).status_code == 200
    assert submitter.post(f"/v1/uploads/{upload_id}/complete", {})["state"] == "completed"


def test_every_error_of_a_manifest_comes_with_its_position(submitter: Submitter, team: Team) -> None:
    path = f"/v1/cases/{team.case.id}/intakes"
    items = [
        entry("a", b"", exhibit_ref="ABC/1"),
        entry("b", b"", exhibit_ref="abc / 1"),
        entry("c", b""),
        entry("d", b"", exhibit_ref="ABC/2", obtained_at="2190-01-01T00:00:00Z"),
    ]
    refused = submitter.post(path, {"items": items}, 422)
    assert refused["type"] == "urn:dems:problem:manifest-refused"
    assert [(e["position"], e["field"]) for e in refused["errors"]] == [
        *((1, "exhibit_ref"), (2, "exhibit_ref"), (3, "obtained_at"))
    ]
    assert submitter.get(f"/v1/cases/{team.case.id}/evidence")["items"] == []
    wrong = [{"file": {"name": "a", "size": -1}}, entry("b\0", b""), {"file": {"name": "c", "size": 1}, "x": 1}]
    refused = submitter.post(path, {"items": wrong, "exhibit_prefix": "X"}, 422)
    assert {e["position"] for e in refused["errors"]} >= {0, 2}
    submitter.declare(team.case.id, [items[0]])
    refused = submitter.post(path, {"items": [entry("z", b"", exhibit_ref="ABC/9"), items[0]]}, 422)
    assert [e["position"] for e in refused["errors"]] == [1]
    assert len(submitter.get(f"/v1/cases/{team.case.id}/evidence")["items"]) == 1


def test_a_manifest_has_at_most_ten_thousand_items(dems: Dems, settings: Settings, team: Team) -> None:
    # Open for ten years: else tests whose clock is ahead would let every one of them expire.
    patient = settings.evidence.model_copy(update={"upload_days": 3650})
    chosen = settings.model_copy(update={"evidence": patient})
    core = Dems(chosen, nudge=lambda _: None, engine=dems.engine, store=dems.store)
    path = f"/v1/cases/{team.case.id}/intakes"
    for url in serve(core, chosen):
        with httpx.Client(base_url=url, timeout=60) as http:
            submitter = Submitter(http, team.investigator.headers)
            refused = submitter.post(path, {"items": [entry("a", b"")] * 10_001, "exhibit_prefix": "X"}, 422)
            assert "10000" in refused["errors"][0]["message"]
            submitter.post(path, {"items": [], "exhibit_prefix": "X"}, 422)
            intake = submitter.declare(team.case.id, [entry(f"{n}", b"") for n in range(10_000)])
            assert intake["counts"]["declared"] == 10_000
            assert len(submitter.items(intake, limit=500)) == 10_000


@pytest.mark.parametrize("body", [b"[" + b"[]," * 100_001 + b"[]]", b"[0" + b",0" * 1_500_001 + b"]"])
def test_a_body_of_more_values_than_any_manifest_has_is_too_large(http: httpx.Client, team: Team, body: bytes) -> None:
    path = f"/v1/cases/{team.case.id}/intakes"
    headers = {**team.investigator.headers, "Content-Type": "application/json"}
    assert http.post(path, content=body, headers=headers).status_code == 413
    assert http.post(path, content=b"[" * 100_000, headers=headers).status_code in {400, 422}


@pytest.mark.parametrize("path", ["/v1/cases/{}/intakes", "/v1/intakes/{}/items"])
@pytest.mark.parametrize("token", [None, "dems_api_nonsense"])
def test_a_stranger_is_told_so_before_a_byte_of_the_manifest_is_read(
    url: str, path: str, token: str | None, team: Team
) -> None:
    said = urlsplit(url)
    head = f"POST {path.format(team.case.id)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    with socket.create_connection((str(said.hostname), said.port or 0), timeout=10) as connection:
        # The body is announced and never comes: who waits for it never answers.
        connection.sendall(f"{head}Content-Length: 30000000\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_a_token_opens_its_own_intake_and_nothing_else(http: httpx.Client, submitter: Submitter, team: Team) -> None:
    mine, other = (submitter.declare(team.case.id, [entry("a", b"abc")]) for _ in range(2))
    holder = Submitter(http, {"Authorization": f"Bearer {mine['intake_token']}"})
    (item,) = holder.items(mine)
    foreign = submitter.items(other)[0]["upload"]["id"]
    assert http.get(f"/v1/intakes/{other['id']}", headers=holder.headers).status_code == 404
    assert http.get(f"/v1/uploads/{foreign}", headers=holder.headers).status_code == 404
    assert http.get(f"/v1/evidence/{item['evidence_id']}", headers=holder.headers).status_code == 404
    parts = [
        {"upload": item["upload"]["id"], "number": 1, "sha256": sha256(b"abc")},
        {"upload": foreign, "number": 1, "sha256": sha256(b"abc")},
    ]
    urls = holder.post(f"/v1/intakes/{mine['id']}/part-urls", {"parts": parts})
    assert [p["upload"] for p in urls["parts"]] == [item["upload"]["id"]]
    assert [(p["upload"], p["type"]) for p in urls["problems"]] == [(foreign, "not-found")]
    done = holder.post(f"/v1/intakes/{mine['id']}/complete", {"uploads": [{"upload": foreign}]})
    assert [p["type"] for p in done["problems"]] == ["not-found"]


def test_a_repeated_declaration_is_one_intake_with_a_new_token(submitter: Submitter, team: Team) -> None:
    body = {"items": [entry("a", b"abc")], "exhibit_prefix": "ABC"}
    path = f"/v1/cases/{team.case.id}/intakes"
    first = submitter.post(path, body, 201, **{"Idempotency-Key": "k1"})
    again = submitter.post(path, body, 201, **{"Idempotency-Key": "k1"})
    assert first["id"] == again["id"]
    assert first["intake_token"] != again["intake_token"]
    old = Submitter(submitter.http, {"Authorization": f"Bearer {first['intake_token']}"})
    assert old.http.get(f"/v1/intakes/{first['id']}", headers=old.headers).status_code == 401
    assert len(submitter.get(f"/v1/cases/{team.case.id}/evidence")["items"]) == 1


def test_access_is_asked_again_at_each_use_of_a_token(
    dems: Dems, http: httpx.Client, submitter: Submitter, team: Team
) -> None:
    intake = submitter.declare(team.case.id, [entry("a", b"abc")])
    holder = Submitter(http, {"Authorization": f"Bearer {intake['intake_token']}"})
    (item,) = holder.items(intake)
    dems.cases.end_member(team.manager.actor, team.case.id, team.investigator.person.id)
    for path in (f"/v1/intakes/{intake['id']}", f"/v1/uploads/{item['upload']['id']}"):
        assert http.get(path, headers=holder.headers).status_code == 404
    assert holder.put_part(item["upload"]["id"], 1, b"abc").status_code == 404


def test_an_abandoned_or_expired_upload_is_aborted_in_the_store_and_its_chain_says_so(
    dems: Dems, submitter: Submitter, team: Team, sent: Sent, time: Time
) -> None:
    content = os.urandom(8 * MIB + 1)
    intake = submitter.declare(team.case.id, [entry("a", content), entry("b", content)])
    items = submitter.items(intake)
    for item in items:
        assert submitter.put_part(item["upload"]["id"], 2, content[8 * MIB :]).status_code == 200
    gone = submitter.http.delete(f"/v1/uploads/{items[0]['upload']['id']}", headers=submitter.headers)
    assert gone.status_code == 204
    time.ahead = timedelta(days=8)
    while dems.intake.expire(at_most=500) == 500:
        pass
    time.ahead = timedelta(0)
    open_before = {m.key for m in dems.store.multiparts("evidence/")}
    for job in [j for j in sent.jobs if j.kind is JobKind.DISCARD_PARTS]:
        dems.intake.discard_parts(UploadId(job.subject))
    gone_keys = open_before - {m.key for m in dems.store.multiparts("evidence/")}
    for item, act in zip(items, ("upload.abandon", "upload.expire"), strict=True):
        assert any(item["upload"]["id"] in key for key in gone_keys)
        chain = submitter.get(f"/v1/evidence/{item['evidence_id']}/custody")["items"]
        assert [e["act"] for e in chain][-2:] == [act, "upload.parts_discarded"]
    assert {i["outcome"] for i in submitter.items(intake, state="missing")} == {"missing"}
    assert all("open a fresh upload" in i["reason"] for i in submitter.items(intake))


def test_what_is_added_to_a_manifest_is_extra_and_added_once(submitter: Submitter, team: Team) -> None:
    intake = submitter.declare(team.case.id, [entry("a", b"abc")])
    path, body = f"/v1/intakes/{intake['id']}/items", {"items": [entry("b", b"def")], "exhibit_prefix": "ABC"}
    (first,), (again,) = (submitter.post(path, body, 201, **{"Idempotency-Key": "one"})["items"] for _ in range(2))
    assert first == again
    assert (first["position"], first["extra"], first["exhibit_ref"]) == (1, True, "ABC/2")
    assert submitter.counts(intake) | {"extra": 1, "declared": 1, "missing": 2} == submitter.counts(intake)
    assert [i["name"] for i in submitter.items(intake, state="extra")] == ["b"]
    (other,) = submitter.post(path, body, 201)["items"]
    assert other["position"] == 2
    changed = {**body, "items": [entry("c", b"")]}
    assert submitter.post(path, changed, 422, **{"Idempotency-Key": "one"})["type"].endswith("idempotency-key-reused")
