"""`dems case show`, `facts`, `record` and `load`: over HTTP."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from dems.cli.client import Client, connect
from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_fields, say_json, say_table, shown, warn

_BLOCK = 1024 * 1024
_MOST_BAD = 500

Which = Annotated[str, typer.Argument(help="The case's id or reference")]


def show_case(which: Which, as_json: Json = False) -> None:
    """Show a case with all that its life says today.

    Example: dems case show 2021/155555
    """
    with connect() as client:
        found = client.get(f"/v1/cases/{client.case(which)['id']}")
    if as_json:
        say_json(found)
        return
    decided, suspended = found["mode_decision"], found["suspension"]
    say_fields(
        {
            "reference": found["reference"],
            "title": found["title"],
            "id": found["id"],
            "state": found["state"],
            "stage": _words(found["stage"]),
            "matter type": _words(found["matter_type"]),
            "force": found["force"],
            "source": _words(found["source"]),
            "received": found["received_at"] or found["received_on"],
            "mode": None
            if decided is None
            else f"{_words(decided['mode'])} since {decided['when']}: {decided['reason']}",
            "major": "yes" if found["is_major"] else "no",
            "criminal": "yes" if found["criminal"] else "no",
            "with the CPS": _words(found["with_cps"]),
            "suspended": None if suspended is None else f"since {suspended['begins']}: {suspended['reason']}",
            "themes": ", ".join(_words(t) for t in found["themes"]),
            "proceedings": ", ".join(found["proceedings"]),
            "linked cases": ", ".join(c["reference"] for c in found["linked_cases"]),
            "facts": found["facts"],
        }
    )
    if found["parties"]:
        say()
        rows = [
            (p["name"], ", ".join(f"{_words(r['role'])} ({r['category']})" for r in p["roles"]))
            for p in found["parties"]
        ]
        say_table(("party", "is"), rows)


def list_facts(
    which: Which,
    standing: Annotated[bool, typer.Option("--standing", help="Leave out what was corrected or taken back")] = False,
    as_json: Json = False,
) -> None:
    """All that was ever recorded of a case's life, oldest first.

    Example: dems case facts 2021/155555 --standing
    """
    with connect() as client:
        asked = {"standing": "true"} if standing else {}
        found = list(client.pages(f"/v1/cases/{client.case(which)['id']}/facts", **asked))
    if as_json:
        say_json(found)
        return
    rows = [(f["number"], f["recorded_at"][:19], _told(f["content"]), _fate(f), f["id"]) for f in found]
    say_table(("no.", "recorded", "says", "", "id"), rows)


def record_milestone(
    which: Which,
    kind: Annotated[str, typer.Argument(help="What happened, for example report_final")],
    when: Annotated[str, typer.Argument(help="2026-03-01, or 2026-03-01T09:30:00Z where the time is known")],
    about: Annotated[
        str | None, typer.Option(help="The id of the review, recommendation or proceeding it is of")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Of a decision")] = None,
    decided_by: Annotated[str | None, typer.Option(help="The id of the person who decided")] = None,
    corrects: Annotated[str | None, typer.Option(help="The id of the fact whose place this takes")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the earlier fact is corrected")] = None,
    as_json: Json = False,
) -> None:
    """Record that something happened in a case, or correct when; prints the fact's id.

    Example: dems case record 2021/155555 papers_received 2026-03-02
    """
    said = {"about": about, "outcome": outcome, "decided_by": decided_by, "corrects": corrects, "reason": reason}
    body = {"kind": kind, "when": when, **{name: value for name, value in said.items() if value is not None}}
    with connect() as client:
        done = client.post(f"/v1/cases/{client.case(which)['id']}/milestones", body, key=str(uuid4()))
    if as_json:
        say_json(done)
        return
    say(done["id"])
    for warning in done["warnings"]:
        warn(shown(warning["message"]))


def load_history(
    file: Annotated[
        Path, typer.Argument(help="One JSON object a line: see docs/cases.md", exists=True, dir_okay=False)
    ],
    key: Annotated[
        str | None, typer.Option(help="Goes on with the load of this key; by default the file's own")
    ] = None,
    as_json: Json = False,
) -> None:
    """Load the history of many cases. Run again after a break, it goes on where it was; bad lines are listed.

    Example: dems case load history.ndjson
    """
    with connect() as client:
        done = client.request(
            "POST",
            "/v1/imports",
            headers={"Idempotency-Key": key or _key_of(file), "Content-Type": "application/x-ndjson"},
            content=_blocks(file),
        )
        bad = list(_bad_lines(client, done))
    if as_json:
        say_json({**done, "bad_lines": bad, "next": None})
    else:
        names = ("lines", "opened", "changed", "unchanged", "failed")
        say_fields({name: done[name] for name in names})
        if bad:
            say()
            say_table(("line", "rule", "reason"), [(b["line"], b["rule"], b["message"]) for b in bad])
    if done["failed"]:
        raise Failed("Some lines were not taken: mend them, and load them again. The others are in.")


def _bad_lines(client: Client, done: dict[str, Any]) -> Iterator[dict[str, Any]]:
    page = done
    while True:
        yield from page["bad_lines"]
        if page["next"] is None:
            return
        page = client.get(f"/v1/imports/{done['id']}", after=page["next"], limit=_MOST_BAD)


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block


def _key_of(file: Path) -> str:
    """Of what is in it: the same file goes on with the same load, and a mended one is another."""
    hashing = hashlib.sha256()
    for block in _blocks(file):
        hashing.update(block)
    return hashing.hexdigest()


def _words(name: str | None) -> str:
    return "" if name is None else name.replace("_", " ")


def _told(content: dict[str, Any]) -> str:
    """A content on one line: what it is, then all that it says."""
    said = {k: v for k, v in content.items() if k not in {"kind", "event"} and v not in (None, [], "")}
    name = _words(content.get("event") or content["kind"])
    return f"{name}: " + ", ".join(f"{_words(k)} {v}" for k, v in said.items()) if said else str(name)


def _fate(fact: dict[str, Any]) -> str:
    if fact["corrected_by"] is not None:
        return "corrected"
    return "" if fact["corrects"] is None else f"corrects: {fact['reason']}"
