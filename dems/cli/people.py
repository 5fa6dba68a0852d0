"""People and their tokens, beside the database: how the first ones come in. Each act is entered as the operator's."""

import re
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from dems.cli.durations import duration
from dems.cli.screen import Failed, say, say_json, say_table, shown, warn
from dems.model.ids import TokenId
from dems.model.people import Links, OrganisationRole, Person, Token, TokenKind
from dems.model.times import rfc3339

if TYPE_CHECKING:
    from dems.bootstrap import Dems

person = typer.Typer(no_args_is_help=True, help="People who may use DEMS.")
token = typer.Typer(no_args_is_help=True, help="Tokens by which people and services are known to DEMS.")

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_LONGEST_ADDRESS = 254
_LONGEST_NAME = 300

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs")]


def _line(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_NAME or any(ord(c) < 0x20 or c == "\x7f" for c in text):  # noqa: PLR2004
        raise typer.BadParameter(f"one line of 1 to {_LONGEST_NAME} characters is wanted here")
    return text


def _address(text: str) -> str:
    if len(text) > _LONGEST_ADDRESS or _ADDRESS.fullmatch(text) is None:
        raise typer.BadParameter(f"{text!r} is not an e-mail address")
    return text


@person.command("add")
def add_person(
    name: Annotated[str, typer.Argument(help="As it is to stand in the record", callback=_line)],
    email: Annotated[str, typer.Option(help="Their address: one address, one person", callback=_address)],
    role: Annotated[
        list[OrganisationRole], typer.Option(help="A role in the organisation; may be given several times")
    ],
    force: Annotated[str | None, typer.Option(help="The force they belong to, if any")] = None,
    as_json: Json = False,
) -> None:
    """Add a person; prints their id.

    Example: dems person add "Amina Khan" --email a.khan@example.org --role investigator --role case_manager
    """
    from dems.cli.beside import core, operator  # noqa: PLC0415  (client commands do not wait for its imports)

    with core() as dems:
        added = dems.people.add(operator(), name=name, email=email, roles=role, force=force and _line(force))
    if as_json:
        say_json(_fields(added))
    else:
        say(str(added.id))


@person.command("list")
def list_people(as_json: Json = False) -> None:
    """Everybody who is known.

    Example: dems person list
    """
    from dems.cli.beside import core  # noqa: PLC0415  (client commands do not wait for its imports)

    with core() as dems:
        found = _everybody(dems)
    if as_json:
        say_json([_fields(p) for p in found])
        return
    headings = ("id", "name", "e-mail", "roles", "force", "active")
    rows = [(p.id, p.name, p.email, ", ".join(sorted(p.roles)), p.force, "yes" if p.active else "no") for p in found]
    say_table(headings, rows)


@token.command("issue")
def issue_token(
    email: Annotated[str, typer.Argument(help="Whose token it is to be")],
    expires: Annotated[str, typer.Option(help="How long it works: 12h, 30d; at most 366d")] = "30d",
    service: Annotated[bool, typer.Option("--service", help="For a service that acts on behalf of people")] = False,
    as_json: Json = False,
) -> None:
    """Issue a token; it is printed this once and not kept.

    Example: dems token issue a.khan@example.org --expires 30d
    """
    from dems.cli.beside import core, operator  # noqa: PLC0415  (client commands do not wait for its imports)

    lasts = _duration(expires)
    kind = TokenKind.SERVICE if service else TokenKind.PERSON
    with core() as dems:
        record, secret = dems.people.issue_token(operator(), _known(dems, email).id, lasts=lasts, kind=kind)
    if as_json:
        say_json({"id": record.id, "token": secret, "kind": kind, "expires_at": rfc3339(record.expires_at)})
        return
    if sys.stderr.isatty():
        warn(f"Token {record.id}, shown this once; it works until {record.expires_at:%Y-%m-%d %H:%M} UTC.")
    say(secret)


@token.command("revoke")
def revoke_token(
    which: Annotated[str, typer.Argument(metavar="ID", help="The token's id, or the token itself")],
    as_json: Json = False,
) -> None:
    """Revoke a token: it stops working with the next request. Says how many links of its person work on.

    Example: dems token revoke 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11
    """
    from dems.cli.beside import core, operator  # noqa: PLC0415  (client commands do not wait for its imports)

    with core() as dems:
        try:
            token_id = TokenId(UUID(which))
        except ValueError:
            known = dems.people.recognise(which, on_behalf_of=None, request_id=None).token_id
            if known is None:
                raise Failed("This is not a token of a person or a service.") from None
            token_id = known
        person_id, links = dems.people.revoke_token(operator(), token_id)
        whose = dems.people.look_up.one(operator(), person_id)
    if as_json:
        say_json({"person_id": person_id, "links": asdict(links)})
    elif links != Links(0, 0, 0):
        say(f"Links of {shown(whose.name)} work on ({_counted(links)}).")
        say(f"Was the token stolen, withdraw them with: dems person links {shown(whose.email)} --withdraw")


@token.command("list")
def list_tokens(
    email: Annotated[str, typer.Argument(help="Whose tokens")],
    as_json: Json = False,
) -> None:
    """The records of a person's tokens: since when, until when, and by whom they were issued.

    Example: dems token list a.khan@example.org
    """
    from dems.cli.beside import core, operator  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.ports import Page  # noqa: PLC0415

    found: list[Token] = []
    page = Page(500)
    with core() as dems:
        whose = _known(dems, email)
        while rows := dems.people.look_up.tokens(operator(), whose.id, page):
            found += rows
            page = Page(500, rows[-1].id)
        now = dems.clock()
    if as_json:
        say_json([_of_token(t) for t in found])
        return
    headings = ("id", "kind", "created", "expires", "stands", "issued by")
    say_table(headings, [_row(t, now) for t in found])


@person.command("links")
def links_of_person(
    email: Annotated[str, typer.Argument(help="Whose links")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End them all, at once and for good")] = False,
    as_json: Json = False,
) -> None:
    """Invitations and tokens of uploads that work in a person's name, in other hands. They outlive the person's own token.

    Example: dems person links a.khan@example.org --withdraw
    """
    from dems.cli.beside import core, operator  # noqa: PLC0415  (client commands do not wait for its imports)

    with core() as dems:
        whose = _known(dems, email)
        if withdraw:
            links = dems.people.withdraw_links(operator(), whose.id)
        else:
            links = dems.people.look_up.links(operator(), whose.id, dems.clock())
    if as_json:
        say_json({**asdict(links), "withdrawn": withdraw})
    else:
        say(f"{'Withdrawn' if withdraw else 'At work'}: {_counted(links)}.")


def _duration(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expires") from error


def _known(dems: "Dems", email: str) -> Person:
    """Raises `Failed`."""
    from dems.cli.beside import operator  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.ports import Page  # noqa: PLC0415

    whose = dems.people.look_up.page(operator(), Page(1), email=email)
    if not whose:
        raise Failed(f"Nobody with the address {email} is known: add them with `dems person add`.")
    return whose[0]


def _counted(links: Links) -> str:
    return f"invitations: {links.invitations}, tokens of intakes: {links.intakes}, tokens of uploads: {links.uploads}"


def _of_token(found: Token) -> dict[str, object]:
    return {
        "id": found.id,
        "kind": found.kind,
        "created_at": rfc3339(found.created_at),
        "expires_at": rfc3339(found.expires_at),
        "revoked_at": None if found.revoked_at is None else rfc3339(found.revoked_at),
        "issued_by": found.issued_by,
    }


def _row(found: Token, now: datetime) -> tuple[object, ...]:
    stands = "revoked" if found.revoked_at is not None else "works" if found.usable(now) else "expired"
    created, expires = f"{found.created_at:%Y-%m-%d %H:%M}", f"{found.expires_at:%Y-%m-%d %H:%M}"
    return found.id, found.kind.value, created, expires, stands, found.issued_by or "the operator"


def _everybody(dems: "Dems") -> list[Person]:
    from dems.cli.beside import operator  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.ports import Page  # noqa: PLC0415

    found: list[Person] = []
    page = Page(500)
    while rows := dems.people.look_up.page(operator(), page):
        found += rows
        page = Page(500, rows[-1].id)
    return found


def _fields(found: Person) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "email": found.email,
        "roles": sorted(found.roles),
        "force": found.force,
        "active": found.active,
    }
