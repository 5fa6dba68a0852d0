"""Pages of 50 out of a case of 100,000 items, against the same pages of a case of 100."""

import statistics
from collections.abc import Callable, Mapping

import anyio
import httpx

from benchmarks.counting import Counted
from benchmarks.filled import LIMIT, PageAsked, costs, filled_case
from benchmarks.installation import Installation
from benchmarks.pairs import in_turns, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target

TIME_TARGET = Target("at most", 1.5)
SAME = Target("at most", 0)
ROWS_TARGET = Target("at most", 10 * LIMIT)
"""Of all tables together; what a page reads must not grow with the case or with how far into it the page is."""

Pairs = Mapping[str, tuple[PageAsked, PageAsked]]
"""By name, the page of the small case and the page of the large one."""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    _, actor, headers = installed.person()
    owner_url = installed.connections.database_owner_url
    small, large = (
        filled_case(installed.dems, owner_url, actor, installed.case(actor), count)
        for count in (sizes.small_case, sizes.large_case)
    )
    pairs = {name: (small[name], large[name]) for name in small}
    counts = _counts(installed, pairs, headers, sizes)
    with installed.api() as api, httpx.Client(base_url=api.url, headers=headers) as http:
        return [*(_times(http, name, *pair, sizes) for name, pair in pairs.items()), *counts]


def _times(http: httpx.Client, name: str, small: PageAsked, large: PageAsked, sizes: Sizes) -> Result:
    def leg(asked: PageAsked) -> Callable[[], float]:
        return lambda: timed(lambda: asked.check(http.get(asked.path, params=asked.parameters)))

    legs = {"large": leg(large), "small": leg(small)}
    seconds, machine = in_turns(legs, rounds=sizes.rounds, requests=sizes.page_rounds)
    ours, alternative = (statistics.median(seconds[n]) * 1000 for n in ("large", "small"))
    return Result(
        f"{name} of {LIMIT}",
        f"{ours:.1f} ms of {sizes.large_case:,}",
        f"{alternative:.1f} ms of {sizes.small_case:,}",
        ratios(seconds["large"], seconds["small"]),
        "x",
        TIME_TARGET,
        sizes.full,
        machine=machine,
        details={"seconds": seconds, "requests_per_leg": sizes.page_rounds},
    )


def _counts(installed: Installation, pairs: Pairs, headers: Mapping[str, str], sizes: Sizes) -> list[Result]:
    counted = Counted(installed.settings)
    try:
        small, large = (
            anyio.run(costs, counted, [pair[which] for pair in pairs.values()], headers) for which in (0, 1)
        )
    finally:
        counted.close()
    return [
        Result(
            "SQL statements of these pages",
            " / ".join(str(c.statements) for c in large),
            " / ".join(str(c.statements) for c in small),
            [max(abs(a.statements - b.statements) for a, b in zip(large, small, strict=True))],
            " more",
            SAME,
            sizes.full,
            needs=1,
        ),
        Result(
            "rows read for them",
            " / ".join(str(c.rows_read) for c in large),
            " / ".join(str(c.rows_read) for c in small),
            [max(c.rows_read for c in large)],
            "",
            ROWS_TARGET,
            sizes.full,
            needs=1,
        ),
    ]
