"""`dems search`: items found again, over HTTP, with what of each answered."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dems.cli.client import Client, connect
from dems.cli.findings import value_text
from dems.cli.people import Json
from dems.cli.screen import say, say_json, shown

_PAGE = 100


def search(
    q: Annotated[str | None, typer.Argument(metavar="[WORDS]", help='Words, "phrases", -without, or')] = None,
    case: Annotated[str | None, typer.Option(help="Only in this case: its id or reference")] = None,
    recorded_from: Annotated[str | None, typer.Option("--from", help="Recorded from: 2026-03-01T09:30:00Z")] = None,
    recorded_to: Annotated[str | None, typer.Option("--to", help="Recorded until, included")] = None,
    near: Annotated[str | None, typer.Option(help="Recorded near: latitude,longitude,kilometres")] = None,
    device: Annotated[str | None, typer.Option(help="Words of make, model, serial number or software")] = None,
    media_type: Annotated[str | None, typer.Option("--type", help="image/jpeg, or video/*")] = None,
    duration_from: Annotated[float | None, typer.Option("--longer", help="At least so many seconds")] = None,
    duration_to: Annotated[float | None, typer.Option("--shorter", help="At most so many seconds")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many items")] = 50,
    as_json: Json = False,
) -> None:
    """Find items in the cases that you may see. Every condition that is given must hold.

    Example: dems search corridor --type image/* --from 2026-03-03T00:00:00Z --to 2026-03-04T00:00:00Z
    """
    asked = {
        "q": q,
        "recorded_from": recorded_from,
        "recorded_to": recorded_to,
        "near": near,
        "device": device,
        "media_type": media_type,
        "duration_from": duration_from,
        "duration_to": duration_to,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    with connect() as client:
        if case is not None:
            given["case"] = client.case(case)["id"]
        count, found = _found(client, given, limit)
    if as_json:
        say_json({"count": count, "items": found})
        return
    for line in _lines(count, found):
        say(line)


def _found(client: Client, given: dict[str, Any], limit: int) -> tuple[int, list[dict[str, Any]]]:
    page = client.get("/v1/search", limit=min(limit, _PAGE), **given)
    count, found = page["count"], page["items"]
    while page["next"] is not None and len(found) < limit:
        page = client.get("/v1/search", limit=min(limit, _PAGE), cursor=page["next"], **given)
        found += page["items"]
    return count, found[:limit]


def _lines(count: int, found: list[dict[str, Any]]) -> Iterator[str]:
    for hit in found:
        what = hit["name"] or hit["description"]
        yield f"{shown(hit['case_reference'])}  {shown(hit['exhibit_ref'])}  {shown(what)}  {hit['evidence_id']}"
        yield from (f"    {_match(m)}" for m in hit["matched"])
        yield from (f"    warning: {shown(w)}" for w in hit["warnings"])
    shown_of = f"{len(found)} of " if len(found) < count else ""
    yield f"{shown_of}{count} {'item' if count == 1 else 'items'}" + (" or more" if count >= 1000 else "")  # noqa: PLR2004 as counted


def _match(match: dict[str, Any]) -> str:
    finding = match["finding"]
    if finding is None:
        return f"{match['field']}: {shown(match['excerpt'])}"
    text = shown(match["excerpt"]) if match["excerpt"] is not None else value_text(finding)
    unsure = "; it may also lie outside of what was asked" if match["certain"] is False else ""
    away = "" if match["kilometres"] is None else f"; {match['kilometres']:g} km away"
    return f"{shown(finding['name'])}: {text}{unsure}{away}  ({shown(finding['source'])})"
