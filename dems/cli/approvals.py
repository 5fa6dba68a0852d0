"""`dems approvals`: acts that need two people, asked for and agreed to over HTTP."""

from typing import Annotated
from uuid import uuid4

import typer

from dems.cli.client import connect, wanted_uuid
from dems.cli.people import Json
from dems.cli.screen import say, say_json, say_table, shown

approvals = typer.Typer(no_args_is_help=True, help="Acts that need two people: one asks, another agrees.")


@approvals.command("list")
def list_approvals(
    case: Annotated[str, typer.Argument(help="The case, by reference or id")], as_json: Json = False
) -> None:
    """What was asked for in a case, oldest first, and what has become of it.

    Example: dems approvals list 2021/155555
    """
    with connect() as client:
        found = list(client.pages(f"/v1/cases/{client.case(case)['id']}/approvals"))
    if as_json:
        say_json(found)
        return
    rows = [
        (
            a["asked_at"][:10],
            a["state"],
            a["act"],
            a["asked_by_name"],
            a["confirmed_by_name"] or "",
            a["reason"],
            a["id"],
        )
        for a in found
    ]
    say_table(("asked", "state", "act", "by", "agreed", "reason", "id"), rows)


@approvals.command("ask")
def ask_approval(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The id of the custody entry whose detail is to go")],
    reason: Annotated[str, typer.Option(help="The order that says so")],
    as_json: Json = False,
) -> None:
    """Ask that the detail of a custody entry be destroyed. Nothing is done until somebody else agrees, within 7 days.

    Example: dems approvals ask 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11 --reason "Order of the High Court, KB-2026-000123"
    """
    with connect() as client:
        body = {"act": "custody.destroy_detail", "subject": str(wanted_uuid(entry)), "reason": reason}
        found = client.post("/v1/approvals", body, key=str(uuid4()))
    if as_json:
        say_json(found)
    else:
        say(found["id"])


@approvals.command("give")
def give_approval(
    which: Annotated[str, typer.Argument(metavar="ID", help="The approval's id")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure")] = False,
    as_json: Json = False,
) -> None:
    """Agree, as somebody else than asked. It is done at once and cannot be undone; who does not agree does nothing.

    Example: dems approvals give 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11
    """
    with connect() as client:
        path = f"/v1/approvals/{wanted_uuid(which)}"
        asked = client.get(path)
        if not yes:
            said = f"{shown(asked['asked_by_name'])} asks for {asked['act']} of {asked['subject']}: {shown(asked['reason'])}"
            typer.confirm(f"{said}\nThis cannot be undone. Do you agree?", abort=True, err=True)
        done = client.post(f"{path}/confirm", {})
    if as_json:
        say_json(done)
    else:
        say(f"{done['state']}: {done['act']} of {done['subject']}, asked by {shown(done['asked_by_name'])}.")
