"""`dems measures`: the measures of a period and the monthly report, over HTTP."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from dems.cli.client import Client, check, connect
from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_json, say_table, shown


class _Written(StrEnum):
    PDF = "pdf"
    CSV = "csv"


def measures(
    first: Annotated[
        str | None, typer.Option("--from", help="The first day: 2021-04-01; else of the plan year")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day, included; else today")] = None,
    force: Annotated[str | None, typer.Option(help="Only of this force")] = None,
    theme: Annotated[str | None, typer.Option(help="Only of this theme")] = None,
    mode: Annotated[str | None, typer.Option(help="Only in this mode of investigation")] = None,
    team: Annotated[str | None, typer.Option(help="Only cases that this person (an id) was on")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it was known then: 2022-04-05T09:00:00Z; else now")] = None,
    behind: Annotated[str | None, typer.Option(help="The cases behind one measure, by its name")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the report into this file")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the report's figures into this file")] = None,
    as_json: Json = False,
) -> None:
    """How the body does against its targets, in the cases that you may see.

    Example: dems measures --from 2022-03-01 --to 2022-03-31 --pdf march.pdf
    """
    asked = {
        "from": first,
        "to": last,
        "force": force,
        "theme": theme,
        "mode": mode,
        "team": team,
        "as_of": as_of,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    with connect() as client:
        for kind, file in ((_Written.PDF, pdf), (_Written.CSV, csv)):
            if file is not None:
                write_report(client, kind, file, given)
        if behind is not None:
            _show_behind(client, behind, given, as_json=as_json)
            return
        if pdf is not None or csv is not None:
            return
        found = client.get("/v1/measures", **given)
    if as_json:
        say_json(found)
        return
    for line in lines(found):
        say(line)


def write_report(client: Client, kind: str, file: Path, asked: dict[str, Any]) -> None:
    """Raises `Failed` where the file cannot be written."""
    query = httpx.QueryParams({"format": str(kind), **asked})
    try:
        with client.stream(f"/v1/measures/report?{query}", {}) as answer:
            content = answer.read()
            check(answer)
    except httpx.HTTPError as error:
        raise client.unreachable(error) from error
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Failed(f"{shown(file)} cannot be written ({error.strerror}): name another file.") from error


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The measures as people read them."""
    asked = found["asked"]
    if found["synthetic"]:
        yield "SYNTHETIC DATA: counts cases that a seed made up."
    yield f"{asked['from']} to {asked['to']}, as known at {asked['as_of']}"
    for measure in found["measures"]:
        for figure in measure["figures"]:
            yield f"  {_name(measure, figure):<80} {_value(measure, figure):<34} {_against(measure, figure)}".rstrip()
        for part in measure["parts"]:
            yield f"      {shown(part['name'].replace('_', ' ')):<54} {part['count']:,}"
        for left in measure["left_out"]:
            yield f"      left out, since {shown(left['why'])}: {left['count']:,}"
    count = found["corrected_since"]["count"]
    if count:
        yield f"{count} {'fact' if count == 1 else 'facts'} behind these figures have been corrected since."


def _name(measure: dict[str, Any], figure: dict[str, Any]) -> str:
    label = "" if len(measure["figures"]) == 1 else f", {figure['label']}"
    return shown(f"{measure['title']}{label}")


def _value(measure: dict[str, Any], figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "none"
    if measure["kind"] == "count":
        return f"{figure['numerator']:,}"
    value = f"{figure['value']:.1f} {measure['unit']}"
    if measure["kind"] == "share":
        return f"{value} ({figure['numerator']:,} of {figure['denominator']:,})"
    return f"{value} (mean of {figure['denominator']:,})"


def _against(measure: dict[str, Any], figure: dict[str, Any]) -> str:
    if measure["target"] is None:
        return ""
    met = {True: "met", False: "NOT MET", None: "-"}[figure["met"]]
    return f"target {measure['target']} {measure['unit']}: {met}"


def _show_behind(client: Client, name: str, asked: dict[str, Any], *, as_json: bool) -> None:
    found = list(client.pages(f"/v1/measures/{name}/cases", **asked))
    if as_json:
        say_json(found)
        return
    rows = [
        (
            c["case_reference"],
            c["started_on"],
            c["stopped_on"] or "",
            c["due_on"] or "",
            c["counted"],
            c["holds"],
            c["left_out"],
        )
        for c in found
    ]
    say_table(("case", "started", "stopped", "due", "counted", "holds", "left out"), rows)
