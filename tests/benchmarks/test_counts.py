"""What small things cost in questions to the database and to the store: the figures of ``docs/performance.md``.

They do not depend on the machine, so they are exact. A figure that changes here changes there: more is a decision to be
given a reason, fewer is a gain to be kept.
"""

from collections.abc import Iterator

import anyio
import pytest

from benchmarks.counting import Counted
from benchmarks.filled import PageCost, costs, filled_case
from benchmarks.small_item import Step, way_in
from dems.bootstrap import Dems
from dems.engines import Connections
from dems.settings import Settings
from tests.world import World


@pytest.fixture
def counted(settings: Settings, checked_store: None) -> Iterator[Counted]:
    del checked_store
    counted = Counted(settings)
    yield counted
    counted.close()


def test_a_small_item_costs_one_put_and_one_get(counted: Counted, world: World) -> None:
    who = world.somebody("case_manager", "investigator")
    case = world.case(who)
    # The second, because a process asks a few things only once.
    first, second = (anyio.run(way_in, counted, str(case.id), who.headers, ref) for ref in ("AB/1", "AB/2"))
    assert (
        first
        == second
        == [
            Step("declare", 18, 2, {}),
            Step("content", 37, 4, {"PutObject": 1}),
            Step("complete", 8, 2, {}),
            Step("seal", 15, 2, {"GetObject": 1}),
        ]
    )


def test_a_page_costs_the_same_in_a_case_of_any_size(
    counted: Counted, dems: Dems, engines: Connections, world: World
) -> None:
    who = world.somebody("case_manager", "investigator")
    small, large = (
        filled_case(dems, engines.database_owner_url, who.actor, world.case(who), count) for count in (100, 5_000)
    )
    expected = [PageCost(8, 2, []), PageCost(8, 2, []), PageCost(7, 2, []), PageCost(7, 2, [])]
    assert list(small) == [
        "evidence, first page",
        "evidence, middle page",
        "custody, first page",
        "custody, middle page",
    ]
    assert anyio.run(costs, counted, list(large.values()), who.headers) == expected
    assert [c.statements for c in anyio.run(costs, counted, list(small.values()), who.headers)] == [8, 8, 7, 7]
