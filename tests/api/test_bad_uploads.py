"""What lying, vanishing and stalling uploads get: words, and an upload that stays usable."""

import hashlib
import os
import socket
import time
from base64 import b64encode
from urllib.parse import urlsplit

import httpx
import pytest

from dems.bootstrap import Dems
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId
from dems.model.uploads import UploadState
from dems.settings import Settings
from tests.api.conftest import serve
from tests.api.problems import problem_of
from tests.conftest import Team
from tests.world import World


def _declared(world: World, team: Team, content: bytes) -> tuple[str, dict[str, str], EvidenceId]:
    declared = world.declare(team.investigator, team.case, content)
    assert declared.upload is not None
    token = {"Authorization": f"Bearer {declared.upload_token}"}
    return f"/v1/uploads/{declared.upload.id}", token, declared.evidence.id


@pytest.mark.parametrize("size", [5, 20 * 2**20])
def test_a_digest_that_lies_keeps_nothing_and_the_upload_stays_usable(
    http: httpx.Client, world: World, team: Team, size: int
) -> None:
    content = os.urandom(size)
    upload, token, _ = _declared(world, team, content)
    lie = {"Content-Digest": f"sha-256=:{b64encode(hashlib.sha256(b'other').digest()).decode()}:"}
    problem = problem_of(http.put(f"{upload}/content", content=content, headers={**token, **lie}), 409)
    assert problem["declared"] == hashlib.sha256(b"other").hexdigest()
    assert problem["found"] == hashlib.sha256(content).hexdigest()
    assert http.get(upload, headers=token).json()["state"] == "open"
    truth = {"Content-Digest": f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"}
    assert http.put(f"{upload}/content", content=content, headers={**token, **truth}).json()["state"] == "completed"


@pytest.mark.parametrize("header", ["sha-256=:AAAA:", "md5=:AAAA:", "nonsense", "sha-256=abc"])
def test_a_content_digest_that_is_none_is_refused(http: httpx.Client, world: World, team: Team, header: str) -> None:
    upload, token, _ = _declared(world, team, b"hello")
    answer = http.put(f"{upload}/content", content=b"hello", headers={**token, "Content-Digest": header})
    problem_of(answer, 400)


@pytest.mark.parametrize(("sent", "status"), [(b"hell", 400), (b"hello!", 413), (b"", 400)])
def test_a_length_that_is_not_the_declared_one_is_refused(
    http: httpx.Client, world: World, team: Team, sent: bytes, status: int
) -> None:
    upload, token, _ = _declared(world, team, b"hello")
    problem_of(http.put(f"{upload}/content", content=sent, headers=token), status)
    problem_of(http.put(f"{upload}/content", content=iter([sent]), headers=token), status)
    assert http.put(f"{upload}/content", content=b"hello", headers=token).status_code == 200


@pytest.mark.parametrize("size", [1000, 20 * 2**20])
def test_a_client_that_vanishes_leaves_an_open_upload(
    http: httpx.Client, url: str, world: World, team: Team, size: int
) -> None:
    content = os.urandom(size)
    upload, token, evidence_id = _declared(world, team, content)
    _half(url, upload, token, content)
    deadline = time.monotonic() + 60
    while http.get(upload, headers=token).json()["state"] != "open":
        assert time.monotonic() < deadline
    assert http.put(f"{upload}/content", content=content, headers=token).status_code == 200
    assert world.dems.evidence.seal(evidence_id).state is EvidenceState.SEALED


def _half(url: str, upload: str, token: dict[str, str], content: bytes) -> None:
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as raw:
        head = f"PUT {upload}/content HTTP/1.1\r\nHost: x\r\nAuthorization: {token['Authorization']}\r\n"
        raw.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content[: len(content) // 2])
        time.sleep(0.3)


def test_a_client_that_stalls_is_told_and_cut_off(
    dems: Dems, settings: Settings, http: httpx.Client, world: World, team: Team
) -> None:
    upload, token, _ = _declared(world, team, b"hello")
    impatient = settings.model_copy(update={"api": settings.api.model_copy(update={"stall_seconds": 1})})
    for url in serve(dems, impatient):
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=60) as raw:
            head = f"PUT {upload}/content HTTP/1.1\r\nHost: x\r\nAuthorization: {token['Authorization']}\r\n"
            raw.sendall(f"{head}Content-Length: 5\r\n\r\nhe".encode())
            answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 400")
    assert "Nothing came for 1 second" in answer
    assert http.get(upload, headers=token).json()["state"] == "open"


def test_a_token_for_another_upload_opens_nothing(http: httpx.Client, world: World, team: Team) -> None:
    upload, _, _ = _declared(world, team, b"hello")
    _, other, evidence_id = _declared(world, team, b"hello")
    problem_of(http.put(f"{upload}/content", content=b"hello", headers=other), 404)
    problem_of(http.get(upload, headers=other), 404)
    problem_of(http.get(f"/v1/evidence/{evidence_id}", headers=other), 404)
    problem_of(http.get(f"/v1/cases/{team.case.id}", headers=other), 404)


def test_what_was_abandoned_takes_no_bytes(http: httpx.Client, world: World, team: Team) -> None:
    upload, token, evidence_id = _declared(world, team, b"hello")
    assert http.delete(upload, headers=token).status_code == 204
    problem = problem_of(http.put(f"{upload}/content", content=b"hello", headers=token), 409)
    assert problem["state"] == UploadState.ABANDONED.value
    fresh = http.post(f"/v1/evidence/{evidence_id}/uploads", json={}, headers=team.investigator.headers)
    assert fresh.status_code == 201, fresh.text
    token = {"Authorization": f"Bearer {fresh.json()['upload_token']}"}
    assert http.put(f"/v1/uploads/{fresh.json()['id']}/content", content=b"hello", headers=token).status_code == 200
