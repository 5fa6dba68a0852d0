"""The same bytes twice: shown within the case, never merged, and nothing tells one case of another."""

import httpx

from dems.bootstrap import Dems
from tests.conftest import Team
from tests.world import World


def test_items_with_the_same_bytes_are_shown_within_the_case_and_nowhere_else(
    dems: Dems, http: httpx.Client, world: World, team: Team
) -> None:
    content = b"the same recording, handed over twice"
    first, second = (world.sealed(team.investigator, team.case, content) for _ in range(2))
    other = world.sealed(team.investigator, team.case, b"another one")
    elsewhere = world.case(team.manager)
    world.join(elsewhere, team.investigator, "investigator", by=team.manager)
    foreign = world.sealed(team.investigator, elsewhere, content)

    def look(item: object) -> list[str]:
        answer = http.get(f"/v1/evidence/{item}", headers=team.investigator.headers).json()
        return [d["id"] for d in answer["duplicates"]]

    assert look(first.id) == [str(second.id)]
    assert look(second.id) == [str(first.id)]
    assert look(other.id) == look(foreign.id) == []
    wanted = {"sha256": first.digests["sha256"].hex}
    listed = http.get(f"/v1/cases/{team.case.id}/evidence", params=wanted, headers=team.investigator.headers).json()
    assert [i["id"] for i in listed["items"]] == [str(first.id), str(second.id)]
    assert {dems.evidence.look_up.one(team.investigator.actor, i)[0].id for i in (first.id, second.id)} == {
        first.id,
        second.id,
    }


def test_what_has_not_been_read_back_has_no_duplicates(http: httpx.Client, world: World, team: Team) -> None:
    items = [world.verifying(team.investigator, team.case, b"abc") for _ in range(2)]
    for item in items:
        found = http.get(f"/v1/evidence/{item.id}", headers=team.investigator.headers).json()
        assert found["duplicates"] == []
