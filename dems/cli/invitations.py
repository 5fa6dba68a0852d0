"""`dems invitation` and `dems announcements`: asking others for files, and hearing that they came. Over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from dems.cli.client import connect, wanted_uuid
from dems.cli.durations import duration
from dems.cli.people import Json
from dems.cli.screen import say, say_json, say_table, shown, size_text, warn
from dems.cli.sizes import size
from dems.model.times import rfc3339

invitation = typer.Typer(
    no_args_is_help=True, help="Links by which people without an account send what you ask them for."
)

_Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id or reference")]


@invitation.command("make")
def make_invitation(
    case: _Case,
    asked_for: Annotated[str, typer.Option(help="What they are to send, in words that they understand")],
    recipient: Annotated[str, typer.Option(help="Force, firm or person, as the record is to name the sender")],
    contact: Annotated[str, typer.Option(help="Whom they may ask, and how")],
    exhibit_prefix: Annotated[str, typer.Option(help="What they send becomes PREFIX/1, PREFIX/2, …")],
    source: Annotated[str | None, typer.Option(help="Where it comes from; the recipient if left out")] = None,
    max_files: Annotated[int, typer.Option(help="At most so many files", min=1)] = 100,
    max_size: Annotated[str, typer.Option(help="Of all files together: 500MB, 20GB")] = "20GB",
    expires: Annotated[str, typer.Option(help="How long they can send: 12h, 14d; at most 90d")] = "14d",
    as_json: Json = False,
) -> None:
    """Make an invitation; prints its link, this once. Whoever has the link can send: give it to the recipient alone.

    Example: dems invitation make 2021/155555 --asked-for "Footage of the custody desk, 3 March" --recipient
    "Northshire Police" --contact "DI Jane Moss, 020 7946 0000" --exhibit-prefix NP --max-size 200GB --expires 14d
    """
    body = {
        "asked_for": asked_for,
        "recipient": recipient,
        "contact": contact,
        "exhibit_prefix": exhibit_prefix,
        "source": source,
        "max_files": max_files,
        "max_bytes": _size(max_size),
        "expires_at": rfc3339(_until(expires)),
    }
    with connect() as client:
        made = client.post(f"/v1/cases/{client.case(case)['id']}/invitations", body, key=str(uuid4()))
    if as_json:
        say_json(made)
        return
    warn(f"Invitation {made['id']} for {shown(recipient)}, until {made['expires_at'][:16].replace('T', ' ')} UTC.")
    say(made["url"])


@invitation.command("list")
def list_invitations(case: _Case, as_json: Json = False) -> None:
    """The invitations of a case, and what has come of each. Links are not shown again.

    Example: dems invitation list 2021/155555
    """
    with connect() as client:
        found = list(client.pages(f"/v1/cases/{client.case(case)['id']}/invitations"))
    if as_json:
        say_json(found)
        return
    headings = ("recipient", "asked for", "files", "bytes", "sealed", "stands", "id")
    rows = [
        (
            i["recipient"],
            _short(i["asked_for"]),
            f"{i['sent_files']} of {i['max_files']}",
            f"{size_text(i['sent_bytes'])} of {size_text(i['max_bytes'])}",
            i["counts"]["sealed"],
            _stands(i),
            i["id"],
        )
        for i in found
    ]
    say_table(headings, rows)


@invitation.command("revoke")
def revoke_invitation(
    case: _Case,
    which: Annotated[str, typer.Argument(metavar="ID", help="The invitation's id: see `dems invitation list`")],
) -> None:
    """Withdraw an invitation: its link stops working with the next request. What was sent stays.

    Example: dems invitation revoke 2021/155555 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11
    """
    invitation_id = wanted_uuid(which)
    with connect() as client:
        client.request("DELETE", f"/v1/cases/{client.case(case)['id']}/invitations/{invitation_id}")


def announcements(as_json: Json = False) -> None:
    """What has arrived under your invitations and those of cases that you lead, oldest first. What is shown counts as seen.

    Example: dems announcements
    """
    with connect() as client:
        found = list(client.pages("/v1/me/announcements"))
    if as_json:
        say_json(found)
        return
    say_table(("at", "case", "what"), [(a["at"][:16].replace("T", " "), a["case_id"], a["text"]) for a in found])


def _size(text: str) -> int:
    try:
        return size(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--max-size") from error


def _until(text: str) -> datetime:
    try:
        return datetime.now(UTC) + duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expires") from error


_LONGEST = 40


def _short(text: str) -> str:
    """The beginning, for a table; `--json` has all."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _stands(found: dict[str, Any]) -> str:
    if found["revoked_at"] is not None:
        return f"withdrawn {found['revoked_at'][:10]}"
    over = datetime.fromisoformat(found["expires_at"]) <= datetime.now(UTC)
    return f"{'ended' if over else 'open until'} {found['expires_at'][:10]}"
