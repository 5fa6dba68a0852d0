"""Every route, every role and every relation to a case, over HTTP, against the permission table.

A route that names no act fails here, so nobody can add one without a rule. What is expected is not computed by the
code under test alone: `who_may` repeats, as data, who may and who may know.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr

from api.main import create_app
from dems.bootstrap import Dems
from dems.model.acts import Act
from dems.model.permission import OPERATOR_ACTS, TABLE
from dems.settings import DatabaseSettings, Settings
from tests.api.conftest import PLAIN, serve
from tests.api.scene import Scene, body_for, scene_of
from tests.api.who_may import (
    BY_ITS_BODY,
    EXPECTED,
    FOR_HOLDERS,
    KNOWS_EVERY_CASE,
    NOT_ABOUT_A_CASE,
    ON_CASE,
    PUBLIC,
)
from tests.conftest import Sent, Time
from tests.world import World


@pytest.fixture(scope="module")
def scene_and_url(settings: Settings, checked_store: None) -> Iterator[tuple[Scene, str]]:
    del checked_store
    dems = Dems(settings, nudge=Sent(), clock=Time())
    scene = scene_of(World(dems))
    for url in serve(dems, settings):
        yield scene, url


def _routes() -> list[tuple[str, str, str]]:
    """(method, path, act) of every route of the application; the act is "" where a route names none."""
    nowhere = Settings(database=DatabaseSettings(url=SecretStr("postgresql+psycopg://nobody@127.0.0.1/none")))
    app = create_app(nowhere)
    found = []
    for route in _flat(app.routes):
        name = (route.openapi_extra or {}).get("x-dems-act", "")
        found += [(method, route.path, name) for method in sorted(route.methods or ())]
    return sorted(found)


def _flat(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            assert route.path == "/openapi.json", f"{route} is a route that this walk does not know how to judge"


def test_every_route_names_an_act_that_has_a_rule() -> None:
    for method, path, name in _routes():
        if path in PUBLIC:
            assert name == ""
        else:
            assert name, f"{method} {path} names no act"
            assert Act(name) in TABLE, f"{method} {path}: {name} has no rule"


def test_every_rule_is_expected_here_and_reached_by_a_route() -> None:
    assert {a.value for a in TABLE} == set(EXPECTED) | set(NOT_ABOUT_A_CASE) | BY_ITS_BODY
    assert {name for _, _, name in _routes() if name} == {a.value for a in TABLE} - BY_ITS_BODY
    assert set(TABLE) >= OPERATOR_ACTS


SAID_AFTER_PERMISSION = {"urn:dems:problem:invalid", "urn:dems:problem:manifest-refused"}
NOTHING_KNOWN = {"to": "2001-04-01", "as_of": "2001-04-01T00:00:00Z"}
"""A report of a whole year takes a second, whoever asks for it."""
REFUSED, ALLOWED, HIDDEN = {403}, {200, 201, 202, 204, 400, 409, 412}, {404}


def _expected(name: str, role: str, relation: str) -> set[int]:
    if name in NOT_ABOUT_A_CASE:
        return ALLOWED if role in NOT_ABOUT_A_CASE[name] else REFUSED
    on_case, everywhere = EXPECTED[name]
    member = relation == "member" and role in ON_CASE
    if relation == "walled" or not (member or role in KNOWS_EVERY_CASE):
        return HIDDEN
    return ALLOWED if (member and role in on_case) or role in everywhere else REFUSED


def _walk() -> list[tuple[str, str, str]]:
    return [r for r in _routes() if r[1] not in PUBLIC]


@pytest.mark.parametrize(("method", "path", "name"), _walk())
def test_every_route_answers_every_role_and_relation_as_the_table_says(
    scene_and_url: tuple[Scene, str], method: str, path: str, name: str
) -> None:
    scene, url = scene_and_url
    wrong = []
    filled = _filled(path, scene.ids)
    with httpx.Client(base_url=url, timeout=60, verify=PLAIN) as http:
        for (role, relation), who in scene.people.items():
            _set_up(http, scene, method, path)
            expected = _expected(name, role, relation)
            if path == "/v1/cases/by-reference/{reference:path}" and method == "PUT":
                expected = _put_by_reference(role, relation)
            params = {"grant": scene.ids["grant"]} if path.endswith("/content") and method == "GET" else {}
            if path == "/v1/search":
                params = {"q": "recording"}
            if path.startswith("/v1/measures"):
                params = NOTHING_KNOWN
            if name == "evidence.content" and expected is ALLOWED:
                expected = {404}  # the grant is somebody else's: known item, unknown grant
            if path == "/v1/imports/{import_id}" and expected is ALLOWED:
                expected = HIDDEN  # somebody else's
            if path in FOR_HOLDERS:
                expected = HIDDEN
            body = body_for(method, path, scene.ids["asked"])
            headers = {**who.headers, **body.pop("headers", {}), "If-Match": '"999"'}
            answer = http.request(method, filled, headers=headers, params=params, **body)
            permitted = answer.status_code == 422 and answer.json()["type"] in SAID_AFTER_PERMISSION
            if answer.status_code not in expected and not (permitted and expected is ALLOWED):
                wrong.append(
                    f"{role} {relation}: {answer.status_code} {answer.text[:120]}, expected {sorted(expected)}"
                )
            if answer.status_code == 404:
                assert scene.ids["case_id"] not in answer.text
    assert not wrong, "\n".join(wrong)


def _put_by_reference(role: str, relation: str) -> set[int]:
    """Opening or changing, as the case is known or not: a reference that is taken is all that one may learn."""
    seen = _expected("case.read", role, relation) is ALLOWED
    if seen:
        return ALLOWED if _expected("case.change", role, relation) is ALLOWED else REFUSED
    if relation != "walled" and role in KNOWS_EVERY_CASE:
        return REFUSED
    return {409} if role in NOT_ABOUT_A_CASE["case.open"] else REFUSED


def _set_up(http: httpx.Client, scene: Scene, method: str, path: str) -> None:
    """Put back what the walk was allowed to take away, so that the next is asked about the same scene."""
    boss = scene.people["administrator", "outsider"].headers
    wall = f"/v1/cases/{scene.case}/walls/{scene.ids['subject']}"
    if method == "DELETE" and path.endswith("/team/{person_id}"):
        member = {"roles": ["investigator"]}
        http.put(f"/v1/cases/{scene.case}/team/{scene.ids['person_id']}", headers=boss, json=member).raise_for_status()
    elif method == "DELETE" and "/walls/" in path:
        http.put(wall, headers=boss, json={}).raise_for_status()
    elif method == "PUT" and "/walls/" in path:
        http.delete(wall, headers=boss)


def _filled(path: str, ids: dict[str, str]) -> str:
    return path.replace(":path}", "}").format(**ids)


def test_without_a_token_everything_but_health_is_401(scene_and_url: tuple[Scene, str]) -> None:
    scene, url = scene_and_url
    with httpx.Client(base_url=url, verify=PLAIN, timeout=60) as http:
        for method, path, _ in _walk():
            answer = http.request(method, _filled(path, scene.ids), **body_for(method, path, scene.ids["asked"]))
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
