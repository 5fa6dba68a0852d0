"""The history of cases loaded over HTTP, against plain batched `INSERT … ON CONFLICT` of the same rows."""

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, func, inspect, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.schema import CreateSchema, DropSchema

from benchmarks.installation import Installation, Running
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.db import tables

TARGET = Target("at least", 0.2)
BATCH = 1_000
"""Rows in one statement of the plain inserts."""

_PLAIN = "plain"
_FIRST_DAY = date(2021, 1, 4)
_DATES = (
    ("referral_received", 0),
    ("papers_received", 1),
    ("investigation_started", 5),
    ("report_drafted", 190),
    ("report_final", 220),
    ("with_decision_maker", 221),
    ("aa_views_requested", 222),
    ("aa_views_received", 240),
    ("closed", 280),
)
_HISTORY = ("cases", "case_facts")
_KEPT_BESIDE = ("case_grants", "case_clocks", "custody_chains", "custody_entries", "custody_details", "custody_queue")


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    person, _, headers = installed.person()
    engine = create_engine(installed.connections.database_owner_url)
    try:
        with installed.api() as api:
            return _measured(api, engine, headers, str(person.id), sizes)
    finally:
        engine.dispose()


def _measured(api: Running, engine: Engine, headers: dict[str, str], person: str, sizes: Sizes) -> list[Result]:
    marks = iter(f"L{time.time_ns()}-{n}" for n in range(1_000))
    count = sizes.history_cases
    _load(api, headers, list(_lines(next(marks), person, count)))
    last = next(marks)
    with engine.begin() as connection:
        before = _ids(connection)
    _load(api, headers, list(_lines(last, person, count)))
    with engine.begin() as connection:
        rows = _written(connection, before)
        plain = _plain_tables(connection, rows)

    def ours() -> float:
        lines = list(_lines(next(marks), person, count))
        return timed(lambda: _load(api, headers, lines))

    legs = {
        "ours": ours,
        "history": lambda: _insert(engine, plain, {t: rows[t] for t in _HISTORY}),
        "all": lambda: _insert(engine, plain, rows),
    }
    machine = Machine()
    found = interleaved(legs, rounds=sizes.rounds).seconds
    machine.ended()
    with engine.begin() as connection:
        connection.execute(DropSchema(_PLAIN, cascade=True))
    facts = len(rows["case_facts"])
    return [
        Result(
            name,
            f"{facts / min(found['ours']):,.0f} facts/s",
            f"{sum(len(rows[t]) for t in of) / min(found[leg]):,.0f} rows/s",
            ratios(found[leg], found["ours"]),
            "x",
            target,
            sizes.full,
            machine=machine,
            details={"seconds": found, "rows": {t: len(r) for t, r in rows.items()}},
        )
        for name, leg, of, target in (
            ("load of history, all rows that it writes", "all", tuple(rows), TARGET),
            ("load of history, cases and facts only", "history", _HISTORY, None),
        )
    ]


def _lines(mark: str, person: str, count: int) -> Iterator[bytes]:
    for n in range(count):
        since = _FIRST_DAY + timedelta(days=n % 700)
        milestones = [{"kind": kind, "when": str(since + timedelta(days=days))} for kind, days in _DATES]
        decided = {"when": str(since + timedelta(days=2)), "decided_by": person, "reason": "So it was decided."}
        said = {
            "reference": f"{mark}/{n}",
            "title": "A case of the benchmarks",
            "matter_type": "complaint",
            "force": "kent",
            "source": "mandatory",
            "themes": ["taser"],
            "milestones": milestones,
            "decisions": [{"mode": "independent", **decided}],
            "source_version": 1,
        }
        yield json.dumps(said).encode() + b"\n"


def _load(api: Running, headers: dict[str, str], lines: list[bytes]) -> None:
    answer = httpx.post(f"{api.url}/v1/imports", headers=headers, content=iter(lines), timeout=600)
    if answer.status_code != 200 or answer.json()["opened"] != len(lines):
        raise RuntimeError(f"the load went wrong: {answer.status_code} {answer.text[:500]}")


def _ids(connection: Connection) -> dict[str, Any]:
    """How many rows each table had, by the order in which they were written."""
    return {
        name: connection.scalar(select(func.max(text("xmin::text::bigint"))).select_from(_table(name)))
        for name in _names()
    }


def _names() -> tuple[str, ...]:
    return (*_HISTORY, *(n for n in _KEPT_BESIDE if n in tables.metadata.tables))


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _written(connection: Connection, before: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows that came since: by the number of the transaction that wrote them."""
    rows = {}
    for name in _names():
        table = _table(name)
        statement = select(table).where(text(f"{name}.xmin::text::bigint > {before[name] or 0}"))
        rows[name] = [dict(r._mapping) for r in connection.execute(statement)]  # noqa: SLF001 SQLAlchemy's public name
    return rows


def _plain_tables(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> dict[str, Table]:
    """The same tables with the same indexes, without triggers and without what they refer to."""
    connection.execute(CreateSchema(_PLAIN, if_not_exists=True))
    for name in rows:
        connection.execute(text(f"CREATE TABLE {_PLAIN}.{name} (LIKE public.{name} INCLUDING ALL)"))
    inspect(connection)
    copies = MetaData(schema=_PLAIN)
    return {name: _table(name).to_metadata(copies, schema=_PLAIN) for name in rows}


def _insert(engine: Engine, plain: dict[str, Table], rows: dict[str, list[dict[str, Any]]]) -> float:
    with engine.begin() as connection:
        for name in rows:
            connection.execute(text(f"TRUNCATE {_PLAIN}.{name}"))

    def inserts() -> None:
        for name, some in rows.items():
            statement = insert(plain[name]).on_conflict_do_nothing()
            for start in range(0, len(some), BATCH):
                with engine.begin() as connection:
                    connection.execute(statement, some[start : start + BATCH])

    return timed(inserts)
