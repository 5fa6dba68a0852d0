"""The history of many cases, loaded as lines over HTTP."""

import json
from collections.abc import Iterator
from time import sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.lines import RawLine
from api.routes.imports import LONGEST_LINE, MOST_AT_ONCE, batch_of
from dems.usecases.cases.load_history import AT_ONCE
from tests.api.problems import problem_of
from tests.conftest import Owner, Team
from tests.world import Somebody, World


@pytest.fixture
def mark() -> str:
    return uuid4().hex[:8]


def line(reference: str, number: int = 1, **more: Any) -> bytes:
    said = {"reference": reference, "title": "A case", "matter_type": "complaint", "force": "kent"}
    first = [{"kind": "referral_received", "when": "2021-04-09"}]
    return json.dumps({**said, "milestones": first, "source_version": number, **more}).encode() + b"\n"


def load(http: httpx.Client, who: Somebody, body: Any, key: str | None = None) -> httpx.Response:
    headers = {**who.headers, **({} if key is None else {"Idempotency-Key": key})}
    return http.post("/v1/imports", content=body, headers=headers)


def loaded(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_good_lines_are_taken_and_bad_ones_reported_by_number_and_reason(
    http: httpx.Client, world: World, team: Team, mark: str
) -> None:
    who = world.somebody("case_manager")
    fact = {"kind": "milestone", "event": "papers_received", "when": "2021-04-12"}
    lines = [
        line(f"{mark}/1"),
        b"not json\n",
        line(f"{mark}/2", milestones=[{"kind": "referral_received", "when": "2999-01-01"}]),
        line(f"{mark}/3", matter_type="murder"),
        line(team.case.reference),
        json.dumps({"reference": f"{mark}/1", "content": fact, "source_version": 2}).encode() + b"\n",
        line(f"{mark}/1"),
        b'{"reference": "a", "reference": "b"}\n',
        b"\n",
        b'{"reference": "' + b"x" * LONGEST_LINE + b'"}\n',
        line(f"{mark}/4", colour="blue"),
        line(f"{mark}/4"),
        json.dumps({"reference": f"{mark}/1", "title": "Another"}).encode(),
    ]
    done = loaded(load(http, who, iter(lines)))
    assert {n: done[n] for n in ("lines", "opened", "changed", "unchanged", "failed")} == {
        "lines": 13,
        "opened": 2,
        "changed": 1,
        "unchanged": 1,
        "failed": 9,
    }
    bad = {b["line"]: (b["rule"], b["message"]) for b in done["bad_lines"]}
    assert list(bad) == [2, 3, 4, 5, 8, 9, 10, 11, 13]
    assert bad[2] == ("invalid", "The line is not a JSON object in UTF-8.")
    assert bad[3][0] == "impossible-life"
    assert "still to come" in bad[3][1]
    assert "matter type" in bad[4][1]
    assert bad[5] == ("already-exists", "This reference cannot be used: it is taken.")
    assert "too long" in bad[10][1]
    assert bad[11][1].startswith("colour: ")
    assert bad[13][0] == "older-message"
    case = http.get(f"/v1/cases/by-reference/{mark}/1", headers=who.headers).json()
    assert (case["facts"], case["stage"], case["source_version"]) == (3, "referral_received", "2")
    found = http.get(f"/v1/imports/{done['id']}", headers=who.headers, params={"after": 5, "limit": 2}).json()
    assert ([b["line"] for b in found["bad_lines"]], found["next"]) == ([8, 9], 9)
    assert http.get(f"/v1/imports/{done['id']}", headers=team.manager.headers).status_code == 404


def test_a_load_that_broke_off_goes_on_after_the_last_line_that_was_recorded(
    http: httpx.Client, world: World, mark: str, as_application: Owner
) -> None:
    who, key = world.somebody("integration"), uuid4().hex
    lines = [line(f"{mark}/{n}") for n in range(AT_ONCE + 10)]

    def breaks_off() -> Iterator[bytes]:
        yield b"".join(lines[:AT_ONCE])
        recorded = f"SELECT 1 FROM case_imports WHERE begun_by = '{who.person.id}' AND lines = {AT_ONCE}"  # noqa: S608
        while not as_application(recorded):
            sleep(0.05)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        load(http, who, breaks_off(), key)
    other = load(http, who, b"".join([lines[1], lines[0], *lines[2:]]), key)
    assert problem_of(other, 422)["type"].endswith("idempotency-key-reused")
    assert load(http, who, lines[0], key).status_code in {400, 422}
    done = loaded(load(http, who, b"".join(lines), key))
    assert (done["lines"], done["opened"], done["failed"]) == (AT_ONCE + 10, AT_ONCE + 10, 0)
    assert done["finished_at"] is not None
    again = loaded(load(http, who, b"".join(lines), key))
    assert again == done
    anew = loaded(load(http, who, b"".join(lines)))
    assert (anew["opened"], anew["unchanged"]) == (0, AT_ONCE + 10), "said again, it changes nothing"
    assert load(http, world.somebody("investigator"), b"").status_code == 403


def test_a_batch_of_long_lines_is_cut_short_and_no_line_is_lost() -> None:
    coming = (RawLine(n, b" " * LONGEST_LINE, b"") for n in range(1, 11))
    sizes = [len(some) for some in iter(lambda: batch_of(coming), [])]
    assert sizes == [MOST_AT_ONCE // LONGEST_LINE] * 2 + [2]
    short = (RawLine(n, None, b"") for n in range(1, AT_ONCE + 2))
    assert [len(some) for some in iter(lambda: batch_of(short), [])] == [AT_ONCE, 1]
