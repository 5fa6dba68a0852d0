"""Review over HTTP: the queue page by page, searches, blocks with their annexes, and what was looked at."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from dems.bootstrap import Dems
from dems.model.times import rfc3339
from tests.api.problems import problem_of
from tests.conftest import Team
from tests.proceedings import OpenProceeding, proceeding_of
from tests.world import Somebody, World


class Desk:
    """Somebody at work on a proceeding, over HTTP."""

    def __init__(self, http: httpx.Client, of: OpenProceeding) -> None:
        self.http, self.of = http, of

    def get(self, what: str, who: Somebody | None = None, **params: Any) -> httpx.Response:
        headers = (who or self.of.officer).headers
        return self.http.get(f"/v1/proceedings/{self.of.id}/{what}", headers=headers, params=params or None)

    def found(self, what: str, **params: Any) -> Any:
        answer = self.get(what, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, what: str, body: Any, who: Somebody | None = None, key: str = "") -> httpx.Response:
        headers = {**(who or self.of.officer).headers, **({"Idempotency-Key": key} if key else {})}
        return self.http.post(f"/v1/proceedings/{self.of.id}/{what}", json=body, headers=headers)

    def made(self, what: str, body: Any, key: str = "") -> Any:
        answer = self.post(what, body, key=key)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
def desk(http: httpx.Client, world: World, team: Team) -> Desk:
    return Desk(http, proceeding_of(world, team))


def test_the_queue_goes_on_where_the_page_before_ended_and_takes_no_cursor_of_another_order(desk: Desk) -> None:
    refs = ["QRS/2", "QRS/9", "QRS/10", "QRS/11"]
    for ref in reversed(refs):
        desk.of.thing(ref)
    first = desk.get("review", sort="exhibit_ref", limit=3)
    assert first.status_code == 200, first.text
    page = first.json()
    assert [i["exhibit_ref"] for i in page["items"]] == refs[:3], "numbers by their value"
    top = page["items"][0]
    assert (top["copies"], top["quarantined"]) == ([], False)
    assert len(top["near_on_page"]) == 2, "all three are called a thing"
    rest = desk.http.get(first.links["next"]["url"], headers=desk.of.officer.headers).json()
    assert ([i["exhibit_ref"] for i in rest["items"]], rest["next"]) == (refs[3:], None)
    for asked in (f"sort=size&after={page['next']}", "after=bm90IG9uZQ", "sort=colour"):
        assert problem_of(desk.get(f"review?{asked}"), 422)
    wrong = desk.get("review?from=2026-03-02&to=2026-03-01")
    assert "change them about" in problem_of(wrong, 422)["detail"]
    refused = problem_of(desk.get("review", desk.of.uncleared, awaiting="sensitivity"), 403)
    assert "clearance" in refused["detail"]


def test_searches_blocks_samples_and_annexes_over_http(desk: Desk) -> None:
    kept = [str(desk.of.file(f"photograph {n}".encode()).id) for n in range(3)]
    said = {
        "source": "Phone ABC/90", "purpose": "Whether Moss had a knife", "examined": 3,
        "hits": [{"term": "knife", "items": 2}, {"term": "zebra", "items": 0}], "from": "2026-01-01", "to": "2026-02-01",
    }  # fmt: skip
    search = desk.made("searches", said, "search-1")
    assert (search["without_hits"], search["from"], search["by"]["role"]) == (
        ["zebra"],
        "2026-01-01",
        "disclosure_officer",
    )
    assert desk.made("searches", said, "search-1")["id"] == search["id"]
    body = {
        "title": "Photographs of meals", "source": "Phone ABC/90", "reason": "There are too many",
        "question": "All of at least one byte", "asks": {"min_size": 1, "from": "2026-01-01"}, "searches": [search["id"]],
    }  # fmt: skip
    made = desk.post("blocks", body)
    block = made.json()
    assert made.status_code == 201, made.text
    assert (block["quantity"], block["asks"]["min_size"], block["asks"]["from"]) == (3, 1, "2026-01-01")
    assert block["again"] == {"come": [], "gone": [], "altered": []}
    officer = desk.of.officer.headers
    assert desk.http.get(made.headers["Location"], headers=officer).json() == block
    first = desk.http.get(f"{made.headers['Location']}/items", headers=officer, params={"limit": 2})
    rest = desk.http.get(first.links["next"]["url"], headers=officer).json()
    assert [i["item"] for i in (*first.json()["items"], *rest["items"])] == sorted(kept)
    sample = {"items": kept[:1], "drawn": "By chance", "found": kept[:1]}
    for what in (f"searches/{search['id']}", f"blocks/{block['id']}"):
        assert desk.made(f"{what}/samples", sample)["found"] == kept[:1]
    [listed] = desk.found("blocks")["items"]
    assert [s["items"] for s in listed["samples"]] == [kept[:1]]
    assert [len(s["samples"]) for s in desk.found("searches")["items"]] == [1]
    refused = problem_of(desk.post("searches", said, desk.of.lawyer), 409)
    assert (refused["problems"][0]["rule"], refused["type"]) == ("R03", "urn:dems:problem:disclosure-rules-broken")


def test_what_was_looked_at_over_http(desk: Desk, dems: Dems) -> None:
    film, other = (str(desk.of.thing(ref).id) for ref in ("QRS/1", "QRS/2"))
    ended = dems.clock()
    viewing = {"item": film, "began": rfc3339(ended - timedelta(minutes=2)), "ended": rfc3339(ended)}
    played = {**viewing, "played_from": 0, "played_to": 90.5}
    assert desk.made("viewings", {"viewings": [viewing, played]}) == {"recorded": 2}
    coverage = desk.found("coverage", limit=1)
    assert coverage["counted"] == {
        "total": 2,
        "seen": 1,
        "unexamined": 0,
        "by_person": [{"person": str(desk.of.officer.person.id), "seconds": 120.0}],
    }
    [item] = coverage["items"]
    assert (item["item"], item["seconds"], item["played"]) == (film, 120.0, None)
    after = desk.found("coverage", after=coverage["next"])
    assert after["counted"] is None, "of the whole it is said once"
    [last] = after["items"]
    assert (last["item"], last["people"]) == (other, [])
    half = {**viewing, "played_from": 0}
    assert "from where to where" in problem_of(desk.post("viewings", {"viewings": [half]}), 422)["detail"]
