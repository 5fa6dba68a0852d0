"""Every route, every role and every relation to a case, over HTTP, against the permission table.

A route that names no act fails here, so nobody can add one without a rule. What is expected is not computed by the
code under test alone: `who_may` repeats, as data, who may and who may know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr

from api.main import create_app
from dems.bootstrap import Dems
from dems.model.acts import Act
from dems.model.clocks.letters import Wanted
from dems.model.ids import CaseId
from dems.model.life.contents import ThemeStatus
from dems.model.life.saying import NewFact
from dems.model.life.when import When
from dems.model.names import OriginalName
from dems.model.people import CaseRole, OrganisationRole
from dems.model.permission import OPERATOR_ACTS, TABLE
from dems.ports import Page
from dems.settings import DatabaseSettings, Settings
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.cases.put_member import Holding
from tests.api.conftest import PLAIN, serve
from tests.api.intakes import digest_header
from tests.api.who_may import (
    BY_ITS_BODY,
    EXPECTED,
    FOR_HOLDERS,
    KNOWS_EVERY_CASE,
    NOT_ABOUT_A_CASE,
    ON_CASE,
    PUBLIC,
    RELATIONS,
)
from tests.casework import definition_body, investigated
from tests.conftest import Sent, Time
from tests.invited import terms
from tests.readings import picture, record
from tests.world import Somebody, World


@dataclass(frozen=True)
class Scene:
    """One case with one sealed item, and for every role and relation a person."""

    case: CaseId
    ids: dict[str, str]
    people: dict[tuple[str, str], Somebody]


@pytest.fixture(scope="module")
def scene_and_url(settings: Settings, checked_store: None) -> Iterator[tuple[Scene, str]]:
    del checked_store
    dems = Dems(settings, nudge=Sent(), clock=Time())
    scene = _scene(World(dems))
    for url in serve(dems, settings):
        yield scene, url


def _scene(world: World) -> Scene:
    manager = world.somebody("case_manager", "investigator")
    case = world.case(manager)
    sealed = world.sealed(manager, case, b"evidence")
    shown = picture(world.dems, sealed, b"\xff\xd8\xff picture")
    record(world.dems, sealed, renditions=[shown])
    waiting = world.declare(manager, case, b"more")
    assert waiting.upload is not None
    other = world.somebody("investigator")
    grant = world.dems.evidence.grant_access(manager.actor, sealed.id, purpose="test", reason="x")
    item = ItemDeclared(FileDeclared(OriginalName(b"small"), 3))
    intake, _, _ = world.dems.intakes.declare(manager.actor, case.id, [item], defaults=Defaults("IN"))
    invitation, _, _ = world.dems.invitations.make(manager.actor, case.id, terms(world.dems))
    investigated(world.dems, case, manager)
    wanted = Wanted("timeliness-report", None, {}, authority_is_chief_officer=True, chief_officer_is_subject=False)
    report = world.dems.timeliness.draft(manager.actor, case.id, wanted)
    fact = world.dems.cases.record(
        manager.actor, case.id, [NewFact(ThemeStatus("taser", True, When(date(2026, 1, 2))))]
    )
    party = world.dems.cases.parties.add(manager.actor, case.id, name="Ann Example")
    lead = world.somebody("lead_investigator")
    world.join(case, lead, "lead_investigator", by=manager)
    export = world.dems.exporting.ask(
        lead.actor, case.id, items=None, with_bytes=False, recipient="Coroner", reason="inquest"
    )
    entry, second = world.dems.custody.read.case(manager.actor, case.id, Page(2))
    auditor = world.somebody("auditor")
    approval = world.dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, second.id, reason="order")
    token = world.dems.people.look_up.tokens(world.somebody("administrator").actor, other.person.id, Page(1))[0]
    people = {}
    for role in OrganisationRole:
        for relation in RELATIONS:
            who = people[role.value, relation] = world.somebody(role.value)
            if role.value in ON_CASE and relation != "outsider":
                held = [Holding(CaseRole(role.value))]
                world.dems.cases.put_member(manager.actor, case.id, who.person.id, held)
            if relation == "former" and role.value in ON_CASE:
                world.dems.cases.end_member(manager.actor, case.id, who.person.id)
            if relation == "walled":
                world.dems.cases.raise_wall(manager.actor, case.id, person_id=who.person.id, reason="kin")
    ids = {
        "case_id": str(case.id),
        "evidence_id": str(sealed.id),
        "upload_id": str(waiting.upload.id),
        "person_id": str(other.person.id),
        "entry_id": str(entry.id),
        "token_id": str(token.id),
        "report_id": str(report.id),
        "asked": str(second.id),
        "approval_id": str(approval.id),
        "subject": str(world.somebody("investigator").person.id),
        "reference": case.reference,
        "grant": str(grant.id),
        "intake_id": str(intake.id),
        "invitation_id": str(invitation.id),
        "export_id": str(export.id),
        "number": "1",
        "fact_id": str(fact.facts[0].id),
        "party_id": str(party.id),
        "import_id": str(world.dems.cases.load.begin(manager.actor, b"s" * 32).id),
        "level": "0",
        "index": "000",
        "sha256": shown.sha256.hex(),
    }
    return Scene(case.id, ids, people)


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


def _body(method: str, path: str, asked: str) -> dict[str, Any]:
    """A body that is refused, once permission is given, without changing anything: the walk must not move the scene."""
    if path.endswith("/content") and method == "PUT":
        return {"content": b"not the size that was declared"}
    if path.endswith("/parts/{number}"):
        return {"content": b"x", "headers": {"Content-Digest": digest_header(b"x")}}
    if method not in {"POST", "PUT", "PATCH"}:
        return {}
    part = {"number": 99, "sha256": "0" * 64}
    manifest = {"items": [{"file": {"name": "a", "size": 1}, "part_of": str(uuid4())}], "exhibit_prefix": "W"}
    over = {"expires_at": "2020-01-01T00:00:00Z", "max_files": 1, "max_bytes": 1}
    to_come = {"kind": "referral_received", "when": "2199-01-01"}
    bodies: dict[str, Any] = {
        "/v1/cases/{case_id}/team/{person_id}": {"roles": []},
        "/v1/cases/{case_id}/evidence": {"exhibit_ref": "X/1", "kind": "physical", "part_of": str(uuid4())},
        "/v1/evidence/{evidence_id}/exhibit-ref-corrections": {"exhibit_ref": "X/2", "reason": "typing"},
        "/v1/evidence/{evidence_id}/uploads": {},
        "/v1/evidence/{evidence_id}/access": {"purpose": "test", "reason": "walk"},
        "/v1/people": {"name": "N", "email": f"{uuid4().hex}@example.org", "roles": ["investigator"]},
        "/v1/people/{person_id}/tokens": {"days": 1},
        "/v1/cases": {"reference": f"W/{uuid4()}", "title": "W"},
        "/v1/cases/by-reference/{reference:path}": {"title": "W"},
        # A retraction of nothing, and dates to come: of no case can they be true.
        "/v1/cases/{case_id}/facts": {"facts": [{"content": {"kind": "retracted"}}]},
        "/v1/cases/{case_id}/milestones": to_come,
        "/v1/cases/{case_id}/reviews": {"kind": "handling", "events": [{**to_come, "kind": "review_applied"}]},
        "/v1/cases/{case_id}/dsi-reviews": {"events": [{**to_come, "kind": "dsi_review_papers_received"}]},
        "/v1/cases/{case_id}/recommendations": {"kind": "para28A", "addressee": "W", "text": "W"},
        "/v1/cases/{case_id}/proceedings": {"kind": "criminal", "forum": "W"},
        "/v1/cases/{case_id}/parties": {"name": "W"},
        "/v1/imports": {"reference": "W"},
        "/v1/cases/{case_id}/intakes": manifest,
        "/v1/cases/{case_id}/invitations": {**dict.fromkeys(_TERMS, "W"), **over},
        "/v1/intakes/{intake_id}/items": manifest,
        "/v1/intakes/{intake_id}/part-urls": {"parts": [{**part, "upload": str(uuid4())}]},
        "/v1/intakes/{intake_id}/complete": {"uploads": [{"upload": str(uuid4())}]},
        "/v1/cases/{case_id}/exports": {
            "bytes": True,
            "recipient": "W",
            "reason": "W",
            "withhold": ["evidence.seal"],
        },
        "/v1/uploads/{upload_id}/part-urls": {"parts": [part]},
        "/v1/clocks/definitions": definition_body("mode-decision", replaces=999),
        "/v1/calendars": {"name": "EW", "replaces": 999, "reason": "W", "add": {"2030-01-09": "W"}},
        "/v1/cases/{case_id}/timeliness-reports": {
            "authority_is_chief_officer": True,
            "chief_officer_is_subject": False,
            "period": 999,
        },
        # Of an entry that was asked about before, so that nobody asks for anything new.
        "/v1/approvals": {"act": "custody.destroy_detail", "subject": asked, "reason": "walk"},
    }
    return {"json": bodies.get(path, {})}


_TERMS = ("asked_for", "recipient", "contact", "exhibit_prefix")
SAID_AFTER_PERMISSION = {"urn:dems:problem:invalid", "urn:dems:problem:manifest-refused"}
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
    with httpx.Client(base_url=url, timeout=30, verify=PLAIN) as http:
        for (role, relation), who in scene.people.items():
            _set_up(http, scene, method, path)
            expected = _expected(name, role, relation)
            if path == "/v1/cases/by-reference/{reference:path}" and method == "PUT":
                expected = _put_by_reference(role, relation)
            params = {"grant": scene.ids["grant"]} if path.endswith("/content") and method == "GET" else {}
            if path == "/v1/search":
                params = {"q": "recording"}
            if name == "evidence.content" and expected is ALLOWED:
                expected = {404}  # the grant is somebody else's: known item, unknown grant
            if path == "/v1/imports/{import_id}" and expected is ALLOWED:
                expected = HIDDEN  # somebody else's
            if path in FOR_HOLDERS:
                expected = HIDDEN
            body = _body(method, path, scene.ids["asked"])
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
    with httpx.Client(base_url=url, verify=PLAIN) as http:
        for method, path, _ in _walk():
            answer = http.request(method, _filled(path, scene.ids), **_body(method, path, scene.ids["asked"]))
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
