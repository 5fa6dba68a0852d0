"""`dems export`: packages of evidence for somebody outside, asked for and fetched over HTTP."""

import time
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from typer.core import TyperGroup

from dems.cli.client import Client, connect, wanted_uuid
from dems.cli.export_fetching import fetch_package
from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_json, say_table, shown, size_text

_LOOK_EVERY_SECONDS = 0.5


class _CaseFirst(TyperGroup):
    """``dems export CASE`` asks for a package; what is no name of a command is a case."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args.insert(0, "case")
        return super().parse_args(ctx, args)


export = typer.Typer(
    cls=_CaseFirst, no_args_is_help=True, help="Packages for somebody outside: dems export CASE, then get."
)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The export's id")]
_Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="A file or folder for the package", show_default=False)
]


@export.command("case")
def ask_for_export(
    case: Annotated[str, typer.Argument(help="The case, by reference or id")],
    recipient: Annotated[str, typer.Option(help="Whom it is for, as the chains of custody will name them")],
    reason: Annotated[str, typer.Option(help="Why it is given out")],
    item: Annotated[
        list[str] | None, typer.Option("--item", help="Only this item; may be given several times", show_default=False)
    ] = None,
    records_only: Annotated[bool, typer.Option("--records-only", help="Without the files themselves")] = False,
    withhold: Annotated[
        list[str] | None,
        typer.Option(
            "--withhold", help="Leave out the details of this act, such as evidence.access", show_default=False
        ),
    ] = None,
    output: _Output = None,
    as_json: Json = False,
) -> None:
    """Have a package made, wait until it is ready, and fetch it if -o is given; prints the export's id.

    Example: dems export 2021/155555 --recipient "Coroner for Gwent" --reason inquest -o package.zip
    """
    with connect() as client:
        body: dict[str, Any] = {
            "bytes": not records_only,
            "recipient": recipient,
            "reason": reason,
            "withhold": withhold or [],
        }
        if item:
            body["items"] = [str(wanted_uuid(each)) for each in item]
        asked = client.post(f"/v1/cases/{client.case(case)['id']}/exports", body, key=str(uuid4()))
        found = ended(client, asked["id"])
        if found["state"] != "ready":
            raise Failed(f"The package could not be made: {shown(found['problem'])}")
        if output is not None:
            fetch_package(client, found, output, overwrite=False)
    if as_json:
        say_json(found)
    else:
        say(found["id"])


@export.command("get")
def get_package(
    which: _Id,
    output: _Output = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there")] = False,
    as_json: Json = False,
) -> None:
    """Fetch a package; the file appears only when it is whole. A broken connection is gone on from where it was.

    Example: dems export get 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11 -o package.zip
    """
    with connect() as client:
        found = client.get(f"/v1/exports/{wanted_uuid(which)}")
        if found["state"] != "ready":
            raise Failed(f"This package is {found['state']}: {shown(found['problem'] or 'try again in a while')}.")
        path = fetch_package(client, found, output or Path.cwd(), overwrite=overwrite)
    if as_json:
        say_json({"path": str(path), "size": found["size"], "sha256": found["sha256"]})
    else:
        say(f"{shown(path)}: {size_text(found['size'])}, SHA-256 {found['sha256']}. Check it with dems verify.")


@export.command("list")
def list_exports(
    case: Annotated[str, typer.Argument(help="The case, by reference or id")], as_json: Json = False
) -> None:
    """What was given out of a case, oldest first.

    Example: dems export list 2021/155555
    """
    with connect() as client:
        found = list(client.pages(f"/v1/cases/{client.case(case)['id']}/exports"))
    if as_json:
        say_json(found)
        return
    rows = [(e["asked_at"][:10], e["state"], e["recipient"], str(e["items"]), e["asker"], e["id"]) for e in found]
    say_table(("asked", "state", "recipient", "items", "by", "id"), rows)


def ended(client: Client, export_id: str) -> dict[str, Any]:
    """The export, when it is not being made any more. It may take as long as reading all its bytes."""
    while (found := client.get(f"/v1/exports/{export_id}"))["state"] == "making":
        time.sleep(_LOOK_EVERY_SECONDS)
    return found
