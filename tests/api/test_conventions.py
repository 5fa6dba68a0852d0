"""The HTTP conventions that other programs rely on."""

import hashlib
import os
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.uploads import Upload
from dems.settings import ApiSettings, Settings
from dems.steps.body import Piece
from tests.api.conftest import serve
from tests.conftest import Sent, Team, Time
from tests.world import World, pieces


def test_the_same_key_and_body_give_the_first_answer_again(http: httpx.Client, team: Team) -> None:
    headers = {**team.investigator.headers, "Idempotency-Key": str(uuid4())}
    body = {"exhibit_ref": "IK/1", "file": {"name": "a", "size": 3}}
    url = f"/v1/cases/{team.case.id}/evidence"
    first = http.post(url, json=body, headers=headers)
    again = http.post(url, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    one, two = first.json(), again.json()
    old, new = one.pop("upload_token"), two.pop("upload_token")
    assert one == two
    assert old != new
    content = f"/v1/uploads/{one['upload']['id']}/content"
    assert http.put(content, content=b"abc", headers={"Authorization": f"Bearer {old}"}).status_code == 401
    assert http.put(content, content=b"abc", headers={"Authorization": f"Bearer {new}"}).status_code == 200
    later = http.post(url, json=body, headers=headers)
    assert later.json()["state"] == "declared", "the first answer, not how things stand now"
    other = http.post(url, json={**body, "exhibit_ref": "IK/2"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:dems:problem:idempotency-key-reused"


def test_a_key_belongs_to_its_person_and_route(http: httpx.Client, world: World, team: Team) -> None:
    colleague = world.somebody("investigator")
    world.join(team.case, colleague, "investigator", by=team.manager)
    key = {"Idempotency-Key": "one"}
    url = f"/v1/cases/{team.case.id}/evidence"
    for number, who in enumerate((team.investigator, colleague)):
        body = {"exhibit_ref": f"KP/{number}", "kind": "physical"}
        assert http.post(url, json=body, headers={**who.headers, **key}).status_code == 201


def test_a_replay_is_refused_to_somebody_who_has_lost_the_case(http: httpx.Client, world: World, team: Team) -> None:
    headers = {**team.investigator.headers, "Idempotency-Key": "lost"}
    body = {"exhibit_ref": "LO/1", "kind": "physical"}
    url = f"/v1/cases/{team.case.id}/evidence"
    assert http.post(url, json=body, headers=headers).status_code == 201
    world.dems.cases.end_member(team.manager.actor, team.case.id, team.investigator.person.id)
    assert http.post(url, json=body, headers=headers).status_code == 404


def test_a_change_needs_the_version_that_was_read(http: httpx.Client, team: Team) -> None:
    url, headers = f"/v1/cases/{team.case.id}", team.manager.headers
    tag = http.get(url, headers=headers).headers["etag"]
    assert http.patch(url, json={"title": "new"}, headers=headers).status_code == 428
    changed = http.patch(url, json={"title": "new"}, headers={**headers, "If-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "new")
    assert changed.headers["etag"] != tag
    assert http.patch(url, json={"title": "newer"}, headers={**headers, "If-Match": tag}).status_code == 412
    assert http.patch(url, json={"title": "newer"}, headers={**headers, "If-Match": 'W/"2"'}).status_code == 412


def test_an_exhibit_reference_is_not_changed_by_patch(http: httpx.Client, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"x")
    url, headers = f"/v1/evidence/{item.id}", team.investigator.headers
    tag = http.get(url, headers=headers).headers["etag"]
    assert http.patch(url, json={"exhibit_ref": "X/9"}, headers={**headers, "If-Match": tag}).status_code == 422
    described = http.patch(url, json={"description": "Footage"}, headers={**headers, "If-Match": tag})
    assert described.json()["description"] == "Footage"
    corrected = http.post(
        f"{url}/exhibit-ref-corrections", json={"exhibit_ref": "X/9", "reason": "typing"}, headers=headers
    )
    assert (corrected.status_code, corrected.json()["exhibit_ref"]) == (201, "X/9")


def test_lists_are_paged_by_cursor_without_loss_or_repetition(http: httpx.Client, world: World, team: Team) -> None:
    for number in range(7):
        body = {"exhibit_ref": f"PG/{number}", "kind": "physical"}
        http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=team.investigator.headers)
    seen, url = [], f"/v1/cases/{team.case.id}/evidence?limit=3"
    while True:
        answer = http.get(url, headers=team.investigator.headers)
        page = answer.json()
        assert len(page["items"]) <= 3
        seen += [i["exhibit_ref"] for i in page["items"]]
        if page["next"] is None:
            assert "link" not in answer.headers
            break
        assert answer.headers["link"].endswith('; rel="next"')
        url = answer.headers["link"].split("<")[1].split(">")[0]
    assert seen == [f"PG/{n}" for n in range(7)]
    del world


def test_a_reference_may_hold_a_slash_and_a_duplicate_says_nothing_of_the_other(
    http: httpx.Client, world: World, team: Team
) -> None:
    reference = f"2021/{uuid4().hex[:6]}"
    opened = http.put(
        f"/v1/cases/by-reference/{reference.replace('/', '%2F')}", json={"title": "first"}, headers=team.manager.headers
    )
    assert (opened.status_code, opened.json()["reference"]) == (201, reference)
    again = http.put(f"/v1/cases/by-reference/{reference}", json={"title": "second"}, headers=team.manager.headers)
    assert (again.status_code, again.json()["title"], again.json()["id"]) == (200, "second", opened.json()["id"])
    stranger = world.somebody("case_manager")
    body = {"reference": reference, "title": "mine"}
    refused = http.post("/v1/cases", json=body, headers=stranger.headers)
    assert refused.status_code == 409
    assert opened.json()["id"] not in refused.text
    assert "second" not in refused.text


def test_a_range_of_bytes_comes_out(http: httpx.Client, world: World, team: Team) -> None:
    content = os.urandom(3 * 2**20)
    item = world.sealed(team.investigator, team.case, content)
    grant = world.dems.evidence.grant_access(team.investigator.actor, item.id, purpose="test", reason="x")
    url = f"/v1/evidence/{item.id}/content?grant={grant.id}"
    for header, part in (
        ("bytes=0-0", content[:1]),
        ("bytes=100-1999999", content[100:2_000_000]),
        ("bytes=-5", content[-5:]),
        ("bytes=3145720-99999999", content[3145720:]),
    ):
        answer = http.get(url, headers={**team.investigator.headers, "Range": header})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-length"] == str(len(part))
    assert http.get(url, headers={**team.investigator.headers, "Range": "items=1"}).content == content


def test_a_grant_is_nothing_in_another_hand(http: httpx.Client, world: World, team: Team) -> None:
    item = world.sealed(team.investigator, team.case, b"x")
    colleague = world.somebody("investigator")
    world.join(team.case, colleague, "investigator", by=team.manager)
    grant = world.dems.evidence.grant_access(team.investigator.actor, item.id, purpose="test", reason="x")
    url = f"/v1/evidence/{item.id}/content?grant={grant.id}"
    assert http.get(url, headers=colleague.headers).status_code == 404
    assert http.get(url).status_code == 401


def test_a_service_acts_for_somebody_with_the_permission_of_both(http: httpx.Client, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True)
    url = f"/v1/cases/{team.case.id}"
    assert http.get(url, headers=service.headers).status_code == 400
    for_member = {**service.headers, "On-Behalf-Of": team.investigator.person.email.upper()}
    assert http.get(url, headers=for_member).status_code == 200
    for_outsider = {**service.headers, "On-Behalf-Of": team.outsider.person.email}
    assert http.get(url, headers=for_outsider).status_code == 404
    nobody = {**service.headers, "On-Behalf-Of": "nobody@example.org"}
    assert http.get(url, headers=nobody).status_code == 403
    itself = {**team.investigator.headers, "On-Behalf-Of": team.manager.person.email}
    assert http.get(url, headers=itself).status_code == 403
    body = {"exhibit_ref": "SV/1", "kind": "physical"}
    item = http.post(f"{url}/evidence", json=body, headers=for_member).json()
    entry = http.get(f"/v1/evidence/{item['id']}/custody", headers=for_member).json()["items"][0]
    assert entry["actor"]["person"]["id"] == str(service.person.id)
    assert entry["on_behalf_of"]["id"] == str(team.investigator.person.id)
    me = http.get("/v1/me", headers=service.headers).json()
    assert (me["kind"], me["on_behalf_of"]) == ("service", None)


@pytest.fixture
def strict(settings: Settings, checked_store: None) -> Iterator[str]:
    del checked_store
    limited = settings.model_copy(update={"api": ApiSettings(failed_tokens_per_minute=5)})
    yield from serve(Dems(limited, nudge=Sent(), clock=Time()), limited)


def test_failed_tokens_are_limited_and_working_ones_are_not(strict: str, team: Team) -> None:
    with httpx.Client(base_url=strict, timeout=60) as http:
        statuses = [http.get("/v1/me", headers={"Authorization": f"Bearer x{n}"}).status_code for n in range(8)]
        assert statuses == [401] * 5 + [429] * 3
        assert int(http.get("/v1/me", headers={"Authorization": "Bearer x"}).headers["retry-after"]) <= 61
        assert http.get("/v1/me", headers=team.manager.headers).status_code == 200


def test_a_request_id_goes_into_the_answer_and_the_entry(http: httpx.Client, team: Team) -> None:
    request_id = str(uuid4())
    body = {"exhibit_ref": "RQ/1", "kind": "physical"}
    headers = {**team.investigator.headers, "X-Request-Id": request_id}
    answer = http.post(f"/v1/cases/{team.case.id}/evidence", json=body, headers=headers)
    assert answer.headers["x-request-id"] == request_id
    entry = http.get(f"/v1/evidence/{answer.json()['id']}/custody", headers=team.investigator.headers).json()["items"][
        0
    ]
    import base64  # noqa: PLC0415 only here
    import json  # noqa: PLC0415 only here

    assert json.loads(base64.b64decode(entry["detail"]))["request"] == request_id
    leaf = base64.b64decode(entry["leaf"])
    assert hashlib.sha256(b"\0" + leaf).hexdigest() == entry["leaf_hash"]
    assert answer.json()["id"].encode() not in leaf


def test_health_readiness_and_figures(http: httpx.Client, team: Team) -> None:
    assert http.get("/healthz").json() == {"status": "alive"}
    ready = http.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert {p: s["ok"] for p, s in ready.json()["parts"].items()} == dict.fromkeys(
        ["database", "store", "store_self_check", "space", "broker", "readers", "custody_log", "anchors"], True
    )
    http.get(f"/v1/cases/{team.case.id}", headers=team.manager.headers)
    figures = http.get("/metrics").text
    assert 'route="/v1/cases/{case_id}"' in figures
    assert str(team.case.id) not in figures
    assert "dems_store_trusted 1.0" in figures


def test_a_wall_raised_over_http_stops_the_person_it_names(http: httpx.Client, world: World, team: Team) -> None:
    case, manager = f"/v1/cases/{team.case.id}", team.manager.headers
    assert http.get(case, headers=team.investigator.headers).status_code == 200
    wall = http.put(f"{case}/walls/{str(team.investigator.person.id).upper()}", headers=manager)
    assert (wall.json()["person_id"], wall.json()["force"]) == (str(team.investigator.person.id), None)
    assert http.get(case, headers=team.investigator.headers).status_code == 404
    assert http.delete(f"{case}/walls/{team.investigator.person.id}", headers=manager).status_code == 204
    assert http.get(case, headers=team.investigator.headers).status_code == 200
    member = world.somebody("investigator", force="Northshire")
    world.join(team.case, member, "investigator", by=team.manager)
    assert http.put(f"{case}/walls/NORTH%C2%ADSHIRE", headers=manager).status_code == 422, "invisible characters"
    assert http.put(f"{case}/walls/NORTHSHIRE", headers=manager).status_code == 200
    assert http.get(case, headers=member.headers).status_code == 404
    assert http.put(f"{case}/walls/{member.person.email}", headers=manager).status_code == 422


def test_a_service_that_names_nobody_learns_nothing(http: httpx.Client, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True)
    for path in (f"/v1/cases/{team.case.id}", f"/v1/cases/{uuid4()}", f"/v1/evidence/{uuid4()}"):
        assert http.get(path, headers=service.headers).status_code == 400


def test_a_repeated_declaration_gives_no_token_for_an_upload_that_is_over(http: httpx.Client, team: Team) -> None:
    headers = {**team.investigator.headers, "Idempotency-Key": "over"}
    body = {"exhibit_ref": "OV/1", "file": {"name": "a", "size": 3}}
    url = f"/v1/cases/{team.case.id}/evidence"
    first = http.post(url, json=body, headers=headers).json()
    token = {"Authorization": f"Bearer {first['upload_token']}"}
    http.delete(f"/v1/uploads/{first['upload']['id']}", headers=token)
    fresh = http.post(f"/v1/evidence/{first['id']}/uploads", json={}, headers=team.investigator.headers).json()
    assert http.post(url, json=body, headers=headers).json()["upload_token"] is None
    new = {"Authorization": f"Bearer {fresh['upload_token']}"}
    assert http.put(f"/v1/uploads/{fresh['id']}/content", content=b"abc", headers=new).status_code == 200


def test_who_lost_the_case_while_the_bytes_came_leaves_nothing_behind(world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    upload = declared.upload

    def pieces_meanwhile(_: Upload) -> Iterator[Piece]:
        yield from pieces(b"abc", 100)
        world.dems.cases.end_member(team.manager.actor, team.case.id, team.investigator.person.id)

    with pytest.raises(NotFound):
        world.dems.intake.receive(team.investigator.actor, upload.id, pieces_meanwhile)
    assert list(world.dems.store.versions(f"evidence/{declared.evidence.id}/")) == []
