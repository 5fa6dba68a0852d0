"""Searches in a case of 200,000 items, against the same searches in a case of 2,000: each finds the same number of items."""

import statistics
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from benchmarks.fill import fill
from benchmarks.installation import Installation
from benchmarks.items import sealed_item
from benchmarks.pairs import in_turns, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.model.ids import CaseId

FOUND = 40
TIME_TARGET = Target("at most", 2.0)
"""What a search costs follows what it finds, not what it looks through; an index of a hundred times as much is deeper."""

_NUMBERED = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT e.id AS item, e.case_id, e.version_id, e.digests->>'sha256' AS sha256, e.size, uuidv7() AS reading,
       row_number() OVER (ORDER BY e.id) - 1 AS n
FROM evidence e WHERE e.case_id = :case_id
"""
_READ = (
    """
    INSERT INTO readings (id, evidence_id, case_id, version_id, sha256, size, state, media_type, disagrees, sandbox, tools,
        toolset, warnings, bytes_read, requests, seconds, begun_at, ended_at, findings, result_sha256)
    SELECT reading, item, case_id, version_id, decode(sha256, 'hex'), size, 'complete', 'image/jpeg', false, 'full', '{}',
        sha256('\\x'), '{}', 0, 0, 0, now(), now(), 5, sha256('\\x')
    FROM numbered
    """,
    """
    INSERT INTO findings (reading_id, position, case_id, name, type, text_value, number_value, local_at, zone, utc_offset,
        at, latitude, longitude, source, tool, tool_version, confidence, flags)
    SELECT reading, v.position, case_id, v.name, v.type, v.words, v.number, v.shown, v.zone, v.utc_offset, v.at,
        v.latitude, v.longitude, 'EXIF', 'benchmarks', '1', 'stated', '{}'
    FROM numbered, LATERAL (VALUES
        (0, 'recorded_at', 'time', NULL, NULL::float8, timestamp '2000-01-01' + n * interval '1 day', 'known',
            interval '0', timestamptz '2000-01-01 00:00Z' + n * interval '1 day', NULL::float8, NULL::float8),
        (1, 'position', 'place', NULL, NULL, NULL, NULL, NULL, NULL, -80 + (n % 40000) * 0.004, -179 + (n / 40000) * 60.0),
        (2, 'duration', 'number', NULL, n, NULL, NULL, NULL, NULL, NULL, NULL),
        (3, 'device.model', 'text', 'camera d' || n / 40, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (4, 'title', 'text', 'a common title t' || n / 40, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    ) AS v (position, name, type, words, number, shown, zone, utc_offset, at, latitude, longitude)
    """,
    """
    UPDATE item_index SET reading_id = reading, state = 'complete', media_type = 'image/jpeg', disagrees = false,
        found_text = 'camera d' || n / 40 || E'\\na common title t' || n / 40, device_text = 'camera d' || n / 40
    FROM numbered WHERE evidence_id = item
    """,
)

SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "words": {"q": "t3 title"},
    "a device": {"device": "camera d3"},
    "a time": {"recorded_from": "2000-04-30T00:00:00Z", "recorded_to": "2000-06-08T00:00:00Z"},
    "a place": {"near": "-78.842,-179,8.8"},
    "a duration": {"duration_from": 100, "duration_to": 139},
    "a kind, the first of all": {"media_type": "image/*", "limit": FOUND},
}


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    sides = {}
    for name, count in (("small", sizes.small_search), ("large", sizes.large_case)):
        # Somebody else's case each: what one of them finds is looked for among what both have.
        _, actor, headers = installed.person()
        case = installed.case(actor)
        template = sealed_item(installed.dems, actor, case)
        fill(installed.connections.database_owner_url, template, count - 1)
        _read_all(installed.connections.database_owner_url, case.id)
        sides[name] = headers
    with installed.api() as api, httpx.Client(base_url=api.url) as http:
        return [_result(http, name, asked, sides, sizes) for name, asked in SEARCHES.items()]


def _read_all(owner_url: str, case_id: CaseId) -> None:
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(_NUMBERED), {"case_id": case_id})
            for statement in _READ:
                connection.execute(text(statement))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE) readings, findings, item_index"))
    finally:
        engine.dispose()


def _result(
    http: httpx.Client, name: str, asked: Mapping[str, Any], sides: Mapping[str, Mapping[str, str]], sizes: Sizes
) -> Result:
    def leg(headers: Mapping[str, str]) -> Callable[[], float]:
        return lambda: timed(lambda: _checked(http.get("/v1/search", params={"limit": 100, **asked}, headers=headers)))

    legs = {side: leg(headers) for side, headers in sides.items()}
    seconds, machine = in_turns(legs, rounds=sizes.rounds, requests=sizes.page_rounds)
    ours, alternative = (statistics.median(seconds[n]) * 1000 for n in ("large", "small"))
    return Result(
        f"search by {name}",
        f"{ours:.1f} ms in {sizes.large_case:,}",
        f"{alternative:.1f} ms in {sizes.small_search:,}",
        ratios(seconds["large"], seconds["small"]),
        "x",
        TIME_TARGET,
        sizes.full,
        machine=machine,
        details={"seconds": seconds, "requests_per_leg": sizes.page_rounds},
    )


def _checked(answer: httpx.Response) -> None:
    found = len(answer.json()["items"]) if answer.is_success else 0
    if found != FOUND:
        raise RuntimeError(f"{answer.url}: {answer.status_code}, {found} items and not {FOUND}: {answer.text[:300]}")
