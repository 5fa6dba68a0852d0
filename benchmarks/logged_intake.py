"""What the log adds to an intake: rows and transactions, counted with it and without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
from sqlalchemy import Engine, create_engine, func, select, text

from benchmarks.counting import Counted
from benchmarks.installation import Installation
from benchmarks.log_entries import LOG_OFF, LOG_ON
from benchmarks.sizes import Sizes
from benchmarks.small_intake import way_in
from benchmarks.table import Result, Target
from dems.db import tables

NO_MORE, ONE_MORE = Target("at most", 0), Target("at most", 1)
_ON_AGAIN = (
    LOG_ON,
    # What was kept from the log waits for it then.
    """
    INSERT INTO custody_queue SELECT id FROM custody_entries e
    WHERE NOT EXISTS (SELECT FROM custody_leaves l WHERE l.entry_id = e.id)
    ON CONFLICT DO NOTHING
    """,
)


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one intake from its declaration to the last seal: what it put into all tables together, and how often it committed."""

    rows: int
    entries: int
    transactions: int


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    _, actor, headers = installed.person()
    case = installed.case(actor)
    counted = Counted(installed.settings)
    try:
        on, off = compare(counted, installed.connections.database_owner_url, str(case.id), headers, sizes.small_intake)
    finally:
        counted.close()
    return [
        Result(
            f"log: more transactions for an intake of {sizes.small_intake}",
            f"{on.transactions} with it",
            f"{off.transactions} without it",
            [on.transactions - off.transactions],
            " tx",
            NO_MORE,
            sizes.full,
            needs=1,
        ),
        Result(
            "log: more rows for each entry",
            f"{on.rows} with it, {on.entries} entries",
            f"{off.rows} without it",
            [(on.rows - off.rows) / on.entries],
            " rows",
            ONE_MORE,
            sizes.full,
            needs=1,
        ),
    ]


def compare(counted: Counted, owner_url: str, case_id: str, headers: dict[str, str], files: int) -> tuple[Costs, Costs]:
    """The same intake with the log and without it. Entries of the second wait for the log afterwards."""
    engine = create_engine(owner_url)
    try:
        # Once before, because a process asks a few things only once.
        anyio.run(way_in, counted, case_id, headers, 2)
        on = _costs(engine, counted, case_id, headers, files)
        with _without_log(engine):
            off = _costs(engine, counted, case_id, headers, files)
    finally:
        engine.dispose()
    return on, off


def _costs(engine: Engine, counted: Counted, case_id: str, headers: dict[str, str], files: int) -> Costs:
    before = _rows(engine)
    asked = anyio.run(way_in, counted, case_id, headers, files)
    after = _rows(engine)
    entries = after["custody_entries"] - before["custody_entries"]
    return Costs(sum(after.values()) - sum(before.values()), entries, asked.transactions)


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }


@contextmanager
def _without_log(engine: Engine) -> Iterator[None]:
    with engine.begin() as connection:
        connection.execute(text(LOG_OFF))
    try:
        yield
    finally:
        with engine.begin() as connection:
            for statement in _ON_AGAIN:
                connection.execute(text(statement))
