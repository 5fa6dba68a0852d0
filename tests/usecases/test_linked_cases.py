"""A case behind a wall is not known from those it is linked to."""

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid
from dems.model.life.contents import CaseLink, Milestone, Retracted
from dems.model.life.events import EventKind
from dems.model.life.saying import NewFact
from dems.ports import Page
from tests.conftest import Team
from tests.model.lives import on
from tests.world import World

RECEIVED = Milestone(EventKind.REFERRAL_RECEIVED, on("2026-03-02"))


def test_a_link_to_a_case_behind_a_wall_is_nowhere_for_whom_the_wall_keeps_out(
    dems: Dems, world: World, team: Team
) -> None:
    walled, seen = world.case(team.manager), world.case(team.manager)
    for case in (walled, seen):
        world.join(case, team.investigator, "investigator", by=team.manager)
    manager, reader = team.manager.actor, team.investigator.actor
    links = [CaseLink(c.id, True, on("2026-03-05"), f"As {c.reference} says.") for c in (walled, seen)]
    told = dems.cases.record(manager, team.case.id, [NewFact(RECEIVED), *(NewFact(link) for link in links)])
    link = told.facts[1]
    back = NewFact(Retracted(), link.id, f"Not {walled.reference} after all.")
    dems.cases.record(manager, team.case.id, [back])
    look = dems.cases.life
    assert [k.number for k in look.facts(reader, team.case.id, Page(9))] == [1, 2, 3, 4]
    assert len(look.story(reader, team.case.id, link.id)) == 2
    dems.cases.raise_wall(manager, walled.id, person_id=team.investigator.person.id, force=None, reason="x")
    assert [k.number for k in look.facts(reader, team.case.id, Page(2))] == [1, 3], "and a page is full where it can be"
    assert [k.number for k in look.facts(manager, team.case.id, Page(9))] == [1, 2, 3, 4]
    shown = [*look.timeline(reader, team.case.id, Page(50)), *dems.custody.read.case(reader, team.case.id, Page(50))]
    assert walled.reference not in str(shown)
    assert str(walled.id) not in str(shown)
    assert seen.reference in str(shown)
    with pytest.raises(Invalid, match="no such fact"):
        look.story(reader, team.case.id, link.id)
    assert len(look.story(manager, team.case.id, link.id)) == 2
