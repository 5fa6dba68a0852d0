"""Searches that are paged, bounded, and kept within what their caller may see."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dems.bootstrap import Dems
from dems.errors import SearchTooBroad
from dems.model.actors import Actor, ActorKind, system
from dems.model.evidence import Evidence
from dems.model.findings import Place
from dems.model.searching import Near, Search
from dems.ports import Page
from dems.usecases.findings.search import Answer, SearchEvidence
from tests.conftest import Owner, Team
from tests.readings import finding, record, shown
from tests.usecases.searches import Find, at, declared, ids, searching, three_items, where
from tests.world import Somebody, World


@pytest.fixture
def find(dems: Dems, team: Team) -> Find:
    return searching(dems, team)


@pytest.fixture
def items(world: World, team: Team) -> list[Evidence]:
    return three_items(world, team)


# --- pages and counts ---


def test_pages_hold_every_match_once_and_the_first_says_how_many(dems: Dems, team: Team, find: Find) -> None:
    made = [declared(dems, team, f"PG/{n}", "heron") for n in range(5)]
    first = find(q="heron", page=Page(2))
    assert (ids(first), first.count) == ([made[0].id, made[1].id], 5)
    second = find(q="heron", page=Page(2, made[1].id))
    assert (ids(second), second.count) == ([made[2].id, made[3].id], None)
    assert ids(find(q="heron", page=Page(2, made[3].id))) == [made[4].id]


def test_a_search_that_takes_too_long_says_how_to_narrow_it(dems: Dems, team: Team) -> None:
    hurried = SearchEvidence(dems.transaction, timedelta(milliseconds=50))
    with dems.engine.begin() as somebody:
        somebody.execute(text("LOCK TABLE item_index IN ACCESS EXCLUSIVE MODE"))
        for asked in ({"q": "heron"}, {"case_id": team.case.id}):
            with pytest.raises(SearchTooBroad, match="Narrow it"):
                hurried(team.investigator.actor, Search(**asked), Page(1))


def test_another_failure_of_the_database_is_not_taken_for_a_broad_search(dems: Dems, team: Team) -> None:
    with pytest.raises(DBAPIError), dems.transaction() as tx:
        tx.searching.find([team.investigator.person], Search(q="\0"), Page(1))


# --- who sees what ---


def test_outsiders_former_members_and_the_walled_find_nothing_and_count_nothing(
    dems: Dems, world: World, team: Team, items: list[Evidence], find: Find
) -> None:
    record(dems, items[0], finding("title", "heron"))
    member = world.somebody("investigator")
    world.join(team.case, member, "investigator", by=team.manager)
    asked: list[dict[str, Any]] = [
        {"q": "heron"},
        {"q": "recording"},
        {"media_type": "image/*"},
        {"case": team.case.id},
    ]
    for one in asked:
        assert items[0].id in ids(find(by=member, **{"case": None, **one}))
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=member.person.id, reason="kin")
    for one in asked:
        assert find(by=member, **{"case": None, **one}) == Answer([], 0)
        assert find(by=team.outsider, **{"case": None, **one}) == Answer([], 0)
    dems.cases.lower_wall(team.manager.actor, team.case.id, person_id=member.person.id)
    assert items[0].id in ids(find(by=member, q="heron", case=None))
    dems.cases.end_member(team.manager.actor, team.case.id, member.person.id)
    assert find(by=member, q="heron", case=None) == Answer([], 0)


def test_a_wall_against_a_force_holds_in_searches_and_in_their_counts(
    dems: Dems, world: World, team: Team, items: list[Evidence], find: Find
) -> None:
    auditor = world.somebody("auditor", force="Northshire")
    assert {i.id for i in items} <= set(ids(find(by=auditor, q="recording")))
    dems.cases.raise_wall(team.manager.actor, team.case.id, force="NORTHSHIRE", reason="their own officers")
    assert find(by=auditor, q="recording") == Answer([], 0)
    unwalled = find(by=auditor, q="recording", case=None, page=Page(100))
    assert not {i.id for i in items} & set(ids(unwalled))


@pytest.mark.parametrize("role", ["case_manager", "auditor"])
def test_who_may_not_read_findings_finds_by_what_was_declared_and_by_kind(
    dems: Dems, world: World, team: Team, items: list[Evidence], find: Find, role: str
) -> None:
    record(
        dems,
        items[0],
        finding("title", "heron"),
        finding("device.make", "Canon"),
        finding("duration", 3.0),
        finding("position", Place(1, 1)),
        finding("recorded_at", shown("2026-03-03T12:00:00", hours=0)),
    )
    by = team.manager if role == "case_manager" else world.somebody(role)
    for case in (team.case.id, None):
        for asked in (
            {"q": "heron"},
            {"device": "canon"},
            {"duration_from": 1.0},
            {"near": Near(Place(1, 1), 5)},
            {"recorded_from": at("2026-03-03")},
        ):
            assert items[0].id not in ids(find(by=by, case=case, **asked))
    assert {i.id for i in items} <= set(ids(find(by=by, q="recording")))
    [hit] = [h for h in find(by=by, q="recording", media_type="image/jpeg").hits if h.evidence.id == items[0].id]
    assert where(hit) == [("description", None), ("name", None), ("media_type", None)]


def test_a_service_finds_only_what_both_may_see(dems: Dems, world: World, team: Team, items: list[Evidence]) -> None:
    record(dems, items[0], finding("title", "heron"))
    service = world.somebody("integration", service=True)

    def find(principal: Somebody, q: str) -> list[Any]:
        actor = Actor(ActorKind.SERVICE, "service", service.person, principal.person)
        return ids(dems.findings.search(actor, Search(q=q, case_id=team.case.id), Page(50)))

    assert find(team.investigator, "heron") == [], "a service never sees bytes, nor what is in them"
    assert find(team.investigator, "recording") == [i.id for i in items]
    assert find(team.outsider, "recording") == []
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=service.person.id, reason="x")
    assert find(team.investigator, "recording") == []


def test_a_search_is_in_the_chain_of_who_asked(team: Team, as_owner: Owner, find: Find) -> None:
    find(q="heron", case=None)
    rows = as_owner(f"SELECT fact FROM consultations WHERE person_id = '{team.investigator.person.id}'")  # noqa: S608
    [fact] = [r.fact for r in rows if r.fact["act"] == "search"]
    assert (fact["searched"], fact["found"], fact["count"]) == ({"q": "heron"}, 0, 0)


def test_a_hundred_of_the_longest_searches_fit_into_the_chain(dems: Dems, as_owner: Owner, find: Find) -> None:
    """A custody entry's detail stays below 64 KiB, whatever was asked."""
    while dems.custody.write_consultations():
        pass
    for n in range(101):
        find(q="\U0001f9a9" * 290 + f" a{n}", device="\U0001f9a9" * 290 + " b", case=None)
    while dems.custody.write_consultations():
        pass
    assert as_owner("SELECT max(length(detail)) FROM custody_details")[0][0] < 64 * 1024


def test_nobody_in_particular_searches_nothing(dems: Dems) -> None:
    with dems.transaction() as tx:
        assert tx.searching.find([], Search(q="recording"), Page(10)) == []
        assert tx.searching.count([], Search(q="recording"), 10) == 0
    assert dems.findings.search(system(), Search(q="recording"), Page(10)) == Answer([], 0)
