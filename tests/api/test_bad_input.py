"""What bad input gets: a problem document that says what to do; nothing lost, nothing half-made, no 500."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dems.model.ids import EvidenceId
from tests.api.problems import problem_of
from tests.conftest import Team
from tests.world import World


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"reference": "\\ud800", "title": "x"}',
        b'{"reference": "a\\u0000b", "title": "x"}',
        b'{"reference": "x", "title": "y", "unknown": 1}',
        b'{"reference": "x", "title": 5}',
        b'{"reference": "x", "title": "y", "received_at": "0001-01-01T00:00:00+14:00"}',
        b'{"reference": "x", "title": "y", "received_at": "2021-01-01T00:00:00"}',
        b'{"reference": "x", "title": "y", "themes": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"reference": 1e999999, "title": "y"}',
        b'{"reference": "' + b"x" * 5000 + b'", "title": "y"}',
    ],
)
def test_a_body_that_is_no_case_is_refused_in_words(http: httpx.Client, team: Team, body: bytes) -> None:
    headers = {**team.manager.headers, "Content-Type": "application/json"}
    answer = http.post("/v1/cases", content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    problem_of(answer, answer.status_code)


def test_ten_megabytes_of_nesting_are_too_large(http: httpx.Client, team: Team) -> None:
    headers = {**team.manager.headers, "Content-Type": "application/json"}
    problem_of(http.post("/v1/cases", content=b"[" * 10_000_000, headers=headers), 413)


def test_a_body_in_chunks_is_limited_too(http: httpx.Client, team: Team) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 65536

    headers = {**team.manager.headers, "Content-Type": "application/json"}
    problem_of(http.post("/v1/cases", content=endless(), headers=headers), 413)


NAMES = [
    "../../etc/passwd",
    "line\nbreak.mp4",
    "\u202egpj.exe",
    "C:\\Users\\x.doc",
    "a" * 1024,
    " ",
    ".",
    "\u00e9t\u00e9.jpg",
    "\U0001f4f7.heic",
    'quote".txt',
]


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_is_kept_exactly_and_never_a_path(http: httpx.Client, world: World, team: Team, name: str) -> None:
    body = {"exhibit_ref": f"N/{uuid4().hex[:8]}", "file": {"name": name, "size": 1}}
    item = http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers).json()
    assert item["name"] == name
    upload = http.put(f"/v1/uploads/{item['upload']['id']}/content", content=b"x", headers=team.investigator.headers)
    assert upload.status_code == 200, upload.text
    world.dems.evidence.seal(EvidenceId(_uuid(item["id"])))
    grant = world.dems.evidence.grant_access(
        team.investigator.actor, EvidenceId(_uuid(item["id"])), purpose="test", reason="names"
    )
    out = http.get(f"/v1/evidence/{item['id']}/content?grant={grant.id}", headers=team.investigator.headers)
    assert out.content == b"x"
    disposition = out.headers["content-disposition"]
    assert "\n" not in disposition
    plain = disposition.split('filename="')[1].split('"')[0]
    assert "/" not in plain
    assert "\\" not in plain


def _uuid(text: str) -> Any:
    from uuid import UUID  # noqa: PLC0415 only here

    return UUID(text)


def test_a_name_that_is_not_utf8_comes_as_base64_and_stays_as_it_is(http: httpx.Client, team: Team) -> None:
    raw = b"caf\xe9\xff.avi"
    body = {"exhibit_ref": "NB/1", "file": {"name_base64": b64encode(raw).decode(), "size": 1}}
    item = http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers).json()
    assert item["name"] == "caf\ufffd\ufffd.avi"
    assert item["name_base64"] == b64encode(raw).decode()
    assert "name-not-utf-8" in item["warnings"]


@pytest.mark.parametrize(
    "file",
    [
        {"name": "a\0b", "size": 1},
        {"name": "", "size": 1},
        {"name": "a" * 1025, "size": 1},
        {"name": "\u00e9" * 1000, "size": 1},
        {"name": "a", "size": -1},
        {"name": "a", "size": 5 * 1024**4 + 1},
        {"name": "a", "size": 10**30},
        {"name": "a", "size": 1.5},
        {"name": "a", "size": "1"},
        {"name": "a"},
        {"size": 1},
        {"name": "a", "name_base64": "YQ==", "size": 1},
        {"name_base64": "YQ", "size": 1},
        {"name": "a", "size": 1, "sha256": "AB" * 32},
        {"name": "a", "size": 1, "sha256": "ab" * 31},
        {"name": "a", "size": 1, "sha256": "zz" * 32},
    ],
)
def test_a_file_that_cannot_be_is_refused(http: httpx.Client, team: Team, file: dict[str, Any]) -> None:
    body = {"exhibit_ref": "BAD/1", "file": file}
    answer = http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers)
    if file == {"name": "a", "size": "1"}:
        assert answer.status_code in {201, 422}
        return
    problem = problem_of(answer, 422)
    assert problem["errors"] or problem["field"]


@pytest.mark.parametrize("header", ["Bearer", "Basic eHg6eA==", "Bearer \xe9", "Bearer " + "x" * 5000, "x"])
def test_a_token_that_is_none_is_401(http: httpx.Client, header: str) -> None:
    problem_of(http.get("/v1/me", headers=[(b"Authorization", header.encode("latin-1"))]), 401)


def test_revoked_and_unknown_tokens_are_answered_alike(http: httpx.Client, world: World) -> None:
    admin, other = world.somebody("administrator"), world.somebody("investigator")
    assert http.get("/v1/me", headers=other.headers).status_code == 200
    tokens = http.get(f"/v1/people/{other.person.id}/tokens", headers=admin.headers).json()["items"]
    http.delete(f"/v1/tokens/{tokens[0]['id']}", headers=admin.headers)
    revoked = problem_of(http.get("/v1/me", headers=other.headers), 401)
    unknown = problem_of(http.get("/v1/me", headers={"Authorization": "Bearer dems_api_unknown"}), 401)
    assert {**revoked, "instance": ""} == {**unknown, "instance": ""}


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v1/cases/not-a-uuid", "/v1/evidence/%00", "/v1/cases/by-reference/%00"]
)
def test_an_address_that_is_none_is_a_problem_document(http: httpx.Client, team: Team, path: str) -> None:
    answer = http.get(path, headers=team.manager.headers)
    assert answer.status_code in {404, 422}
    problem_of(answer, answer.status_code)


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "after=x", "after=%00", "q=%00", "state=x"])
def test_a_query_that_cannot_be_is_422(http: httpx.Client, team: Team, query: str) -> None:
    problem_of(http.get(f"/v1/cases?{query}", headers=team.manager.headers), 422)


@pytest.mark.parametrize("ranged", ["bytes=10-", "bytes=9-3", "bytes=-0", "bytes=100-200"])
def test_a_range_outside_is_416_and_says_the_size(http: httpx.Client, world: World, team: Team, ranged: str) -> None:
    item = world.sealed(team.investigator, team.case, b"0123456789")
    grant = world.dems.evidence.grant_access(team.investigator.actor, item.id, purpose="test", reason="x")
    headers = {**team.investigator.headers, "Range": ranged}
    answer = http.get(f"/v1/evidence/{item.id}/content?grant={grant.id}", headers=headers)
    problem_of(answer, 416)
    assert answer.headers["content-range"] == "bytes */10"


def test_nothing_half_made_is_left_by_a_refused_declaration(http: httpx.Client, team: Team) -> None:
    body = {"exhibit_ref": "HALF/1", "kind": "physical", "part_of": str(uuid4())}
    before = http.get(f"/v1/cases/{team.case.id}/custody", headers=team.manager.headers).json()["items"]
    problem_of(http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers), 422)
    after = http.get(f"/v1/cases/{team.case.id}/custody", headers=team.manager.headers).json()["items"]
    assert before == after
    del body["part_of"]
    assert (
        http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers).status_code == 201
    )


def test_errors_repeat_nothing_that_was_sent(http: httpx.Client, team: Team) -> None:
    secret = "a-secret-that-was-typed-into-the-wrong-field"
    body = {"reference": "x", "title": "y", "received_at": secret}
    answer = http.post("/v1/cases", content=json.dumps(body), headers=team.manager.headers)
    assert secret not in answer.text
