"""`dems case`: over HTTP."""

from typing import Annotated
from uuid import uuid4

import typer

from dems.cli.client import connect
from dems.cli.people import Json
from dems.cli.screen import say, say_json, say_table

case = typer.Typer(no_args_is_help=True, help="Cases: what evidence belongs to.")


@case.command("open")
def open_case(
    reference: Annotated[str, typer.Argument(help="The case's own reference; it may hold /")],
    title: Annotated[str, typer.Option(help="What the case is about, in a line")],
    matter_type: Annotated[str | None, typer.Option(help="For example complaint, conduct, DSI")] = None,
    force: Annotated[str | None, typer.Option(help="The force it concerns")] = None,
    theme: Annotated[list[str] | None, typer.Option(help="May be given several times")] = None,
    received_at: Annotated[str | None, typer.Option(help="When the referral came in: 2026-03-01T09:30:00Z")] = None,
    major: Annotated[bool, typer.Option("--major", help="A major investigation")] = False,
    as_json: Json = False,
) -> None:
    """Open a case; prints its id.

    Example: dems case open 2021/155555 --title "Use of force in custody, 3 March" --matter-type complaint
    """
    body = {
        "reference": reference,
        "title": title,
        "matter_type": matter_type,
        "force": force,
        "themes": theme or [],
        "is_major": major,
        "received_at": received_at,
    }
    with connect() as client:
        opened = client.post("/v1/cases", body, key=str(uuid4()))
    if as_json:
        say_json(opened)
    else:
        say(opened["id"])


@case.command("list")
def list_cases(
    state: Annotated[str | None, typer.Option(help="open or closed")] = None,
    q: Annotated[str | None, typer.Option("--search", help="Words of the title or the reference")] = None,
    as_json: Json = False,
) -> None:
    """The cases that you may know of, oldest first.

    Example: dems case list --state open
    """
    wanted = {name: value for name, value in (("state", state), ("q", q)) if value is not None}
    with connect() as client:
        found = list(client.pages("/v1/cases", **wanted))
    if as_json:
        say_json(found)
        return
    headings = ("reference", "state", "title", "opened", "id")
    say_table(headings, [(c["reference"], c["state"], c["title"], c["opened_at"][:10], c["id"]) for c in found])
