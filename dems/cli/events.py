"""`dems events`: what happened, an event a line, from a cursor on."""

from typing import Annotated

import typer

from dems.cli.client import connect
from dems.cli.people import Json
from dems.cli.screen import say_json

_PAGE = 500


def events(
    after: Annotated[
        str | None, typer.Option(help="A `next` that was printed before; the beginning without it")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for what comes, until Ctrl-C")] = False,
    as_json: Json = False,
) -> None:
    """What happened, as far as you may know of it: CloudEvents in JSON, one a line, in the order of the log.

    After each page comes a line {"next": …}: keep it, and go on from it with --after.

    Example: dems events --follow
    """
    del as_json  # it is JSON in any case
    asked = {} if after is None else {"after": after}
    headers = {"Prefer": "wait=20"} if follow else {}
    with connect() as client:
        while True:
            page = client.request("GET", "/v1/events", params={"limit": _PAGE, **asked}, headers=headers)
            for event in page["items"]:
                say_json(event, indent=None)
            asked = {"after": page["next"]}
            ended = not follow and len(page["items"]) < _PAGE
            if page["items"] or ended:
                say_json({"next": page["next"]}, indent=None)
            if ended:
                return
