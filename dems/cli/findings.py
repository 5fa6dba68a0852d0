"""What was found in an item's bytes, for people at a terminal: grouped, bounded, and with nothing that could steer it."""

from collections.abc import Iterator
from typing import Any

from dems.cli.client import Client, Problem
from dems.cli.screen import say, shown

MOST_SHOWN = 60
"""Findings on the screen; `--json` has them all."""
MOST_CHARACTERS = 160
_FORBIDDEN = 403
_READ = ("complete", "partial", "failed", "cancelled")


def fetch_findings(client: Client, evidence_id: object) -> dict[str, Any] | None:
    """The last reading with all that it found; None where one may know of the item and not of what is in it."""
    path = f"/v1/evidence/{evidence_id}/findings"
    try:
        first = client.get(path, limit=500)
    except Problem as problem:
        if problem.status == _FORBIDDEN:
            return None
        raise
    items, after = first["items"], first["next"]
    while after is not None:
        page = client.get(path, limit=500, after=after, reading=first["reading"]["id"])
        items += page["items"]
        after = page["next"]
    return {"state": first["state"], "reading": first["reading"], "items": items}


def say_findings(found: dict[str, Any] | None) -> None:
    """Below an item's own fields."""
    for line in lines(found):
        say(line)


def lines(found: dict[str, Any] | None) -> Iterator[str]:
    """A line for each finding, by groups of names."""
    yield ""
    if found is None:
        yield "Findings are for those who may see the bytes."
        return
    reading = found["reading"]
    if reading is None:
        yield f"Findings: {found['state']}; nothing was read in the bytes yet."
        return
    state = reading["state"] + ("; it is being read again" if found["state"] == "waiting" else "")
    yield f"Findings: {state}. What the file says of itself; it may lie, and none of it is evidence."
    if reading["reason"] is not None:
        yield f"  {_short(reading['reason'])}"
    yield from (f"  warning: {_short(w)}" for w in reading["warnings"])
    kept = found["items"][:MOST_SHOWN]
    width = max((len(f["name"]) for f in kept), default=0)
    for group in dict.fromkeys(_group(f) for f in kept):
        for finding in (f for f in kept if _group(f) == group):
            yield f"  {shown(finding['name']).ljust(width)}  {_told(finding)}"
    if len(found["items"]) > MOST_SHOWN:
        yield f"  … and {len(found['items']) - MOST_SHOWN} more: --json shows them all"


def _group(finding: dict[str, Any]) -> str:
    return str(finding["name"]).split(".", 1)[0]


def _told(finding: dict[str, Any]) -> str:
    unit = f" {shown(finding['unit'])}" if finding["unit"] else ""
    flags = f" [{shown(', '.join(finding['flags']))}]" if finding["flags"] else ""
    return f"{value_text(finding)}{unit}{flags}  ({_short(finding['source'], 60)})"


def value_text(finding: dict[str, Any]) -> str:
    """A value on one line; of a time also what is known of its zone."""
    value = finding["value"]
    match finding["type"]:
        case "time":
            if value["at"] is not None:
                assumed = " (the zone is assumed)" if value["zone"] == "assumed" else ""
                return f"{shown(value['local'])}, {shown(value['at'])}{assumed}"
            if value["zone"] != "unknown":
                return f"{shown(value['local'])}, {value['offset_seconds'] / 3600:+g} h from UTC"
            return f"{shown(value['local'])} (zone unknown)"
        case "place":
            return f"{value['latitude']}, {value['longitude']}"
        case "entry":
            return _short(value["name"]) + ("" if value["size"] is None else f", {value['size']} bytes")
        case _:
            return _short(value)


def _short(text: object, most: int = MOST_CHARACTERS) -> str:
    """Escaped after it is cut: an escape is never cut in two."""
    whole = str(text)
    return shown(whole[:most]) + ("…" if len(whole) > most else "")


def progress_text(progress: dict[str, Any]) -> str:
    """How far a case's items were read, in a line."""
    counts = progress["counts"]
    read = sum(counts[state] for state in _READ)
    parts = [f"{read} of {read + counts['waiting']} read"]
    parts += [f"{progress['being_read']} being read"] if progress["being_read"] else []
    parts += [f"{counts[state]} {state}" for state in ("partial", "failed", "cancelled") if counts[state]]
    parts += [f"{counts['none']} without sealed bytes"] if counts["none"] else []
    return ", ".join(parts)
