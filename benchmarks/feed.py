"""The feed read by one subscriber from its beginning to its end, against selecting and JSON-encoding the same rows directly."""

import json
import statistics
from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx
import psycopg
from sqlalchemy import create_engine

from benchmarks.fill import fill
from benchmarks.installation import OPERATOR, Installation
from benchmarks.items import sealed_item
from benchmarks.log_entries import driver_url, take_in
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.model.people import OrganisationRole

AT_ONCE = 500
TARGET = Target("at least", 0.3)

_ROWS = """
SELECT l.idx, e.id::text, e.at::text, d.act, d.case_id::text, c.reference, d.evidence_id::text,
    convert_from(d.detail, 'UTF8') AS detail
FROM custody_leaves l JOIN custody_entries e ON e.id = l.entry_id JOIN custody_details d ON d.entry_id = e.id
LEFT JOIN cases c ON c.id = d.case_id
WHERE l.idx >= %s ORDER BY l.idx LIMIT %s
"""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    with (
        # First: with so much unsigned it would not call itself ready.
        installed.api() as api,
        httpx.Client(base_url=api.url) as http,
        psycopg.connect(driver_url(installed.connections.database_url)) as connection,
    ):
        _, actor, member = installed.person()
        item = sealed_item(installed.dems, actor, installed.case(actor))
        fill(installed.connections.database_owner_url, item, sizes.feed_events)
        _take_in(installed)
        sides = {"a member of the case": member, "an auditor": _auditor(installed)}
        return [_result(http, connection, who, headers, sizes) for who, headers in sides.items()]


def _take_in(installed: Installation) -> None:
    """Into the log and the feed, all of it."""
    engine = create_engine(installed.connections.database_sequencer_url)
    try:
        take_in(engine)
    finally:
        engine.dispose()
    while installed.dems.events.place(at_most=20_000):
        pass
    with psycopg.connect(driver_url(installed.connections.database_owner_url), autocommit=True) as connection:
        # What autovacuum would do by itself, but in the middle of a measurement.
        connection.execute("VACUUM (ANALYZE) events, custody_leaves")


def _auditor(installed: Installation) -> dict[str, str]:
    people = installed.dems.people
    person = people.add(OPERATOR, name="Bench", email="feed@example.org", roles=[OrganisationRole.AUDITOR])
    return {"Authorization": f"Bearer {people.issue_token(OPERATOR, person.id, lasts=timedelta(days=1))[1]}"}


def _result(
    http: httpx.Client,
    connection: "psycopg.Connection[tuple[object, ...]]",
    who: str,
    headers: Mapping[str, str],
    sizes: Sizes,
) -> Result:
    legs: Mapping[str, Callable[[], float]] = {
        "feed": lambda: timed(lambda: _enough(_followed(http, headers), sizes)),
        "direct": lambda: timed(lambda: _enough(_selected(connection), sizes)),
    }
    for once in legs.values():
        once()
    machine = Machine()
    seconds = interleaved(legs, rounds=sizes.rounds).seconds
    rates = {name: sizes.feed_events / statistics.median(taken) for name, taken in seconds.items()}
    return Result(
        f"the feed, read by {who}",
        f"{rates['feed']:,.0f} events/s",
        f"{rates['direct']:,.0f} rows/s, selected and encoded",
        ratios(seconds["direct"], seconds["feed"]),
        "x",
        TARGET,
        sizes.full,
        machine=machine.ended(),
        details={"seconds": seconds, "at_once": AT_ONCE},
    )


def _followed(http: httpx.Client, headers: Mapping[str, str]) -> int:
    """Received to the last byte. What a subscriber then makes of it is its own work, and is on neither side."""
    asked, read = {"limit": str(AT_ONCE)}, 0
    while True:
        page = http.get("/v1/events", params=asked, headers=headers).raise_for_status()
        here = page.content.count(b'"specversion":"1.0"')
        read += here
        if here < AT_ONCE:
            return read
        asked["after"] = httpx.QueryParams(httpx.URL(page.links["next"]["url"]).query)["after"]


def _selected(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    place, read = 0, 0
    while True:
        with connection.transaction():
            found = connection.execute(_ROWS, (place, AT_ONCE))
            names = [column.name for column in found.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in found]
        if not json.dumps(rows).encode():
            raise RuntimeError("nothing was encoded")
        read += len(rows)
        if len(rows) < AT_ONCE:
            return read
        place = int(str(rows[-1]["idx"])) + 1


def _enough(read: int, sizes: Sizes) -> None:
    if read < sizes.feed_events:
        raise RuntimeError(f"{read} events were read, and not {sizes.feed_events}")
