"""What small things cost in questions to the database and to the store: the figures of ``docs/performance.md``.

They do not depend on the machine, so they are exact. A figure that changes here changes there: more is a decision to be
given a reason, fewer is a gain to be kept.
"""

from collections.abc import Iterator

import anyio
import pytest

from benchmarks import logged_intake, small_intake
from benchmarks.counting import Counted
from benchmarks.filled import LIMIT, costs, filled_case
from benchmarks.small_item import Step, way_in
from dems.bootstrap import Dems
from dems.engines import Connections
from dems.settings import Settings
from tests.world import World

FILES = 500


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
            Step("declare", 19, 2, {}),
            Step("content", 46, 4, {"PutObject": 1}),
            Step("complete", 10, 2, {}),
            Step("seal", 20, 2, {"GetObject": 1}),
        ]
    )


def test_a_small_file_among_many_costs_two_calls_of_the_store_and_hardly_a_transaction(
    counted: Counted, world: World
) -> None:
    who = world.somebody("case_manager", "investigator")
    case = world.case(who)
    # The second, because a process asks a few things only once.
    _, asked = (anyio.run(small_intake.way_in, counted, str(case.id), who.headers, files) for files in (5, FILES))
    assert asked.puts == FILES
    assert asked.store == ["GetObject"] * FILES
    assert asked.transactions == 19
    assert asked.transactions / FILES <= 0.1


def test_the_log_adds_a_row_for_each_entry_and_no_transaction(
    counted: Counted, engines: Connections, world: World
) -> None:
    who = world.somebody("case_manager", "investigator")
    case = world.case(who)
    on, off = logged_intake.compare(counted, engines.database_owner_url, str(case.id), who.headers, 20)
    assert on.transactions == off.transactions
    assert on.entries == off.entries >= 20
    assert on.rows - off.rows == on.entries


def test_a_page_costs_the_same_in_a_case_of_any_size(
    counted: Counted, dems: Dems, engines: Connections, world: World
) -> None:
    who = world.somebody("case_manager", "investigator")
    # Others' cases come first in every table: only then does it show whether a case's page is found or searched for.
    _, small, large = (
        filled_case(dems, engines.database_owner_url, who.actor, world.case(who), count)
        for count in (5_000, 100, 5_000)
    )
    assert list(small) == [
        "evidence, first page",
        "evidence, middle page",
        "custody, first page",
        "custody, middle page",
    ]
    costs_small, costs_large = (
        anyio.run(costs, counted, list(pages.values()), who.headers) for pages in (small, large)
    )
    assert [(c.statements, c.transactions) for c in costs_large] == [(9, 2), (9, 2), (7, 2), (7, 2)]
    assert [c.statements for c in costs_small] == [c.statements for c in costs_large]
    assert max(c.rows_read for c in (*costs_small, *costs_large)) <= 10 * LIMIT
