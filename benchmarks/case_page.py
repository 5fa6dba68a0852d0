"""The page of one long case (the case, its clocks, its timeline of 500 entries), against the database's own time for it.

*Ours* is from the first request until the last answer is read: three requests of one client over HTTP, one after another on
one connection that is open already, with authentication, permissions, and the notes of who looked at what.

*The database's own time* is that of exactly the statements which these requests ask, with the same parameters, in the same
transactions with their BEGIN and COMMIT (each request writes who looked), sent one after another by the bare driver on
one connection that is open already, until all rows are there as the driver reads them. No work of ours is in it: no statement
is put together, no row becomes a thing of the domain. What the driver takes to read the rows is in it, as it is in ours;
the time in the server alone, without the way there and back and without COMMIT, is in the details.

Both are the 95th percentile of as many pages, taken in turns.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
import psycopg
from sqlalchemy import Connection, event, make_url

from benchmarks.counting import Asked, Counted
from benchmarks.installation import Installation
from benchmarks.long_case import long_case
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.model.ids import CaseId, new_id

TARGET = Target("at most", 3.0)
_PAGE = 500
_NINETY_FIFTH = 0.95


@dataclass(slots=True)
class Transaction:
    """What was asked between one BEGIN and its COMMIT."""

    asked: list[Asked] = field(default_factory=list)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    _, actor, headers = installed.person()
    case_id = long_case(installed, actor, sizes.timeline)
    transactions = _recorded(installed, _paths(case_id), headers, sizes.timeline)
    url = make_url(installed.settings.database.url.get_secret_value()).set(drivername="postgresql")
    with (
        installed.api() as api,
        httpx.Client(base_url=api.url, headers=headers) as http,
        psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True, options="-c timezone=UTC"
        ) as database,
    ):
        database.prepare_threshold = None
        legs: Mapping[str, Callable[[], float]] = {
            "page": lambda: timed(lambda: _page(http, case_id, sizes.timeline)),
            "database": lambda: timed(lambda: _replay(database, transactions)),
        }
        interleaved(legs, rounds=2)
        machine = Machine()
        rounds = [interleaved(legs, rounds=sizes.page_views).seconds for _ in range(sizes.rounds)]
        machine.ended()
        server = _server_seconds(database, transactions)
    ours, alternative = ([_percentile(r[leg]) for r in rounds] for leg in ("page", "database"))
    medians = {leg: statistics.median(s for r in rounds for s in r[leg]) for leg in legs}
    asked = [a for t in transactions for a in t.asked]
    return [
        Result(
            f"page of a case, timeline of {sizes.timeline}, 95th percentile",
            f"{statistics.median(ours) * 1000:.1f} ms",
            f"{statistics.median(alternative) * 1000:.1f} ms, its {len(asked)} statements alone",
            ratios(ours, alternative),
            "x",
            TARGET,
            sizes.full,
            machine=machine,
            details={"p95": {"page": ours, "database": alternative}, "medians": medians, "server_seconds": server},
        ),
        Result(
            "page of a case, median",
            f"{medians['page'] * 1000:.1f} ms",
            f"{medians['database'] * 1000:.1f} ms",
            [statistics.median(r["page"]) / statistics.median(r["database"]) for r in rounds],
            "x",
            machine=machine,
        ),
    ]


def _paths(case_id: CaseId) -> Sequence[tuple[str, Mapping[str, int]]]:
    at = f"/v1/cases/{case_id}"
    return (at, {}), (f"{at}/clocks", {"limit": _PAGE}), (f"{at}/timeline", {"limit": _PAGE})


def _page(http: httpx.Client, case_id: CaseId, entries: int) -> None:
    _check([http.get(path, params=parameters) for path, parameters in _paths(case_id)], entries)


def _check(answers: Sequence[httpx.Response], entries: int) -> None:
    case, clocks, timeline = answers
    if any(a.status_code != httpx.codes.OK for a in answers):
        raise RuntimeError(f"the page was answered {[a.status_code for a in answers]}")
    # Looked at as bytes: what a reader makes of an answer is not part of its time.
    if timeline.content.count(b'"recorded_by"') + timeline.content.count(b'"leaf_hash"') != entries:
        raise RuntimeError(f"the timeline has not its {entries} entries")
    if b'"explanation"' not in clocks.content or b'"stage"' not in case.content:
        raise RuntimeError("the case or its clocks are not there")


def _recorded(
    installed: Installation, paths: Sequence[tuple[str, Mapping[str, int]]], headers: Mapping[str, str], entries: int
) -> list[Transaction]:
    """What a page asks, by a core of this process that gives the same answers: of its second page, as of any later one."""
    counted = Counted(installed.settings)
    try:
        return anyio.run(_asked, counted, paths, headers, entries)
    finally:
        counted.close()


async def _asked(
    counted: Counted, paths: Sequence[tuple[str, Mapping[str, int]]], headers: Mapping[str, str], entries: int
) -> list[Transaction]:
    async with counted.http() as http:
        for _ in range(2):
            with _listening(counted) as transactions:
                answers = [await http.get(path, params=parameters, headers=headers) for path, parameters in paths]
            _check(answers, entries)
    return transactions


@contextmanager
def _listening(counted: Counted) -> Iterator[list[Transaction]]:
    transactions: list[Transaction] = []

    def began(_connection: Connection) -> None:
        transactions.append(Transaction())

    def asked(_c: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        transactions[-1].asked.append(Asked(statement, parameters))

    event.listen(counted.dems.engine, "begin", began)
    event.listen(counted.dems.engine, "before_cursor_execute", asked)
    try:
        yield transactions
    finally:
        event.remove(counted.dems.engine, "begin", began)
        event.remove(counted.dems.engine, "before_cursor_execute", asked)


def _replay(database: psycopg.Connection, transactions: Sequence[Transaction]) -> None:
    for each in transactions:
        with database.transaction(), database.cursor() as cursor:
            for asked in each.asked:
                cursor.execute(asked.statement.encode(), _again(asked))
                if cursor.description is not None:
                    cursor.fetchall()


def _again(asked: Asked) -> Any:
    """The same parameters, but a new row: the note of who looked has an id that nothing else has."""
    return {**asked.parameters, "id": new_id()} if asked.statement.startswith("INSERT") else asked.parameters


def _server_seconds(database: psycopg.Connection, transactions: Sequence[Transaction]) -> float:
    """What the server says of its own work, rows written out included: planning and execution, the median of a few runs."""
    sums = []
    for _ in range(5):
        milliseconds = 0.0
        for asked in (a for t in transactions for a in t.asked):
            explained = f"EXPLAIN (ANALYZE, SERIALIZE, TIMING OFF, FORMAT JSON) {asked.statement}"
            row = database.execute(explained.encode(), _again(asked)).fetchone()
            assert row is not None
            milliseconds += row[0][0]["Planning Time"] + row[0][0]["Execution Time"]
        sums.append(milliseconds / 1000)
    return statistics.median(sums)


def _percentile(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(_NINETY_FIFTH * (len(seconds) - 1))]
