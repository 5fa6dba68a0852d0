"""What is bounded for whoever is not known: what a link can have written. And bodies that say something twice."""

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr

from api.denials import MOST_AN_HOUR
from api.main import create_app
from api.tally import Tally
from dems.bootstrap import Dems
from dems.settings import DatabaseSettings, Settings
from tests.api.problems import problem_of
from tests.conftest import Owner, Team
from tests.invited import Holder
from tests.usecases.sending import Sender
from tests.world import World


def noted(as_owner: Owner, who: object) -> list[str]:
    rows = as_owner(f"SELECT fact ->> 'outcome' AS o FROM consultations WHERE person_id = '{who}' ORDER BY id")  # noqa: S608
    return [r.o for r in rows if r.o is not None]


def test_a_link_that_is_tried_on_everything_is_stopped_and_that_is_noted_once(
    http: httpx.Client, dems: Dems, team: Team, as_owner: Owner
) -> None:
    holder, other = Holder.invited(dems, team), Holder.invited(dems, team)
    path = f"/v1/cases/{team.case.id}"
    for _ in range(MOST_AN_HOUR):
        problem_of(http.get(path, headers=holder.headers), 404)
    for _ in range(3):
        refused = http.get(path, headers=holder.headers)
        assert problem_of(refused, 429)["type"] == "urn:dems:problem:too-many-denials"
        assert 0 < int(refused.headers["retry-after"]) <= 3601
    assert noted(as_owner, team.investigator.person.id) == ["404"] * MOST_AN_HOUR + ["429"]
    assert http.get("/v1/invitation", headers=holder.headers).status_code == 200, "what it was given for it does"
    problem_of(http.get(path, headers=other.headers), 404)


def test_people_are_denied_as_often_as_they_ask(http: httpx.Client, team: Team, as_owner: Owner) -> None:
    for _ in range(MOST_AN_HOUR + 5):
        problem_of(http.get(f"/v1/cases/{team.case.id}", headers=team.outsider.headers), 404)
    assert noted(as_owner, team.outsider.person.id) == ["404"] * (MOST_AN_HOUR + 5)


def test_a_tally_begins_anew_after_its_time() -> None:
    at_once, long = Tally(0.0), Tally(60.0)
    assert [at_once.count("a")[0] for _ in range(3)] == [1, 1, 1]
    assert [long.count(k)[0] for k in "aaba"] == [1, 2, 1, 3]
    assert 0 < long.count("a")[1] <= 61


def test_the_holder_of_a_link_is_told_that_they_are_nobody_here(http: httpx.Client, dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team)
    problem_of(http.get("/v1/me", headers=holder.headers), 404)
    intake = Sender.declares(dems, team.investigator.actor, team.case, b"a")
    me = http.get("/v1/me", headers={"Authorization": f"Bearer {intake.token}"}).json()
    assert (me["kind"], me["id"]) == ("intake", str(team.investigator.person.id))


# --- bodies ---


def bodies() -> list[tuple[str, str]]:
    """Every route that takes JSON, by what it reads or says that it reads: every process of the tests asks for them."""
    nowhere = Settings(database=DatabaseSettings(url=SecretStr("postgresql+psycopg://nobody@127.0.0.1/none")))
    routes = [route for route in create_app(nowhere).routes if isinstance(route, APIRoute)]
    return [
        (method.lower(), route.path_format) for route in routes if _takes_json(route) for method in route.methods or ()
    ]


def _takes_json(route: APIRoute) -> bool:
    said = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    if "application/json" in said or route.body_field is None:
        return "application/json" in said
    return bool(getattr(route.body_field.field_info, "media_type", "application/json") == "application/json")


def test_the_published_document_names_the_same_bodies(http: httpx.Client) -> None:
    document: Any = http.get("/openapi.json").json()
    assert sorted(bodies()) == sorted(
        (method, path)
        for path, item in document["paths"].items()
        for method, said in item.items()
        if "application/json" in said.get("requestBody", {}).get("content", {})
    )


@pytest.mark.parametrize(("method", "path"), bodies())
def test_a_body_that_says_something_twice_is_refused_with_the_word(
    http: httpx.Client, team: Team, method: str, path: str
) -> None:
    names = [p.split("}")[0] for p in path.split("{")[1:]]
    filled = path.format(**dict.fromkeys(names, "019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11"))
    body = b'{"title": "a", "inside": [{"size": 1, "na\\u006de": "x", "name": "y"}]}'
    headers = {**team.manager.headers, "Content-Type": "application/json", "If-Match": '"1"'}
    problem = problem_of(http.request(method, filled, content=body, headers=headers), 422)
    assert (problem["type"], problem["field"]) == ("urn:dems:problem:key-twice", "name")


def test_revoking_a_token_tells_of_the_links_that_work_on(
    http: httpx.Client, dems: Dems, world: World, team: Team
) -> None:
    admin, holder = world.somebody("administrator"), Holder.invited(dems, team)
    person = f"/v1/people/{team.investigator.person.id}"
    [token] = http.get(f"{person}/tokens", headers=admin.headers).json()["items"]
    links = {"invitations": 1, "intakes": 0, "uploads": 0}
    revoked = http.delete(f"/v1/tokens/{token['id']}", headers=admin.headers)
    assert revoked.json() == {"person_id": str(team.investigator.person.id), "links": links}
    assert http.get(f"{person}/links", headers=admin.headers).json() == links
    assert http.get("/v1/invitation", headers=holder.headers).status_code == 200
    assert http.delete(f"{person}/links", headers=admin.headers).json() == links
    assert "withdrawn" in problem_of(http.get("/v1/invitation", headers=holder.headers), 401)["detail"]


def test_an_auditor_reads_the_chains_of_people_and_of_the_installation(
    http: httpx.Client, world: World, team: Team
) -> None:
    auditor = world.somebody("auditor")
    entries = http.get(f"/v1/people/{team.manager.person.id}/custody", headers=auditor.headers).json()["items"]
    assert [e["act"] for e in entries][:2] == ["person.add", "token.issue"]
    assert http.get("/v1/custody", params={"limit": 1}, headers=auditor.headers).status_code == 200
