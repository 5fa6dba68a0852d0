"""Where the files go: a case, for somebody with a token of their own, or what an invitation asks for."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getpass
from typing import Any
from urllib.parse import urlsplit

from dems.cli.client import Client, Misused, connect
from dems.cli.screen import Failed, shown
from dems.cli.upload.numbering import initials

_TO_BE_ASKED_FOR = "-"
_TOKEN = re.compile(r"dems_in_[A-Za-z0-9_-]{16,200}")


@dataclass(frozen=True, slots=True)
class Target:
    """`where` is the intake of an invitation, else None; `opening` is what a manifest says of all its items."""

    client: Client
    case_id: str
    where: str | None
    opening: dict[str, Any]
    described: dict[str, Any]
    """What is said with each item, where there is no manifest to say it for all."""

    @property
    def whose(self) -> str:
        """What the plan is kept by."""
        return self.where or self.case_id


@contextmanager
def a_case(which: str, prefix: str | None, described: dict[str, Any]) -> Iterator[Target]:
    """Raises `Failed` where it cannot take files."""
    with connect() as client:
        case = client.case(which)
        if case["state"] != "open":
            raise Failed("This case is closed: reopen it before adding evidence to it.")
        opening = {**described, "exhibit_prefix": prefix or initials(client.get("/v1/me")["name"])}
        yield Target(client, case["id"], None, opening, {})


@contextmanager
def an_invitation(url: str, described: dict[str, Any]) -> Iterator[Target]:
    """`url` may be ``-``: then it is asked for, and not shown. Raises `Misused` for what is not the link of an invitation.

    Raises `Failed` for one that is over; neither repeats its secret.
    """
    base, token = invitation(_asked_for() if url == _TO_BE_ASKED_FOR else url)
    with Client(base, token, given_by="the link") as client:
        asked = client.get("/v1/invitation")
        yield Target(client, "", asked["intake_id"], {}, described)


def _asked_for() -> str:
    """From the person at the terminal, unseen; from standard input where that is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    try:
        return getpass("The link that you were given (it is not shown): ")
    except EOFError:
        return ""


def invitation(url: str) -> tuple[str, str]:
    """The address of DEMS and the token in a link like ``https://host/i#dems_in_…``."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.path.rstrip("/").endswith("/i")
    if not right or not _TOKEN.fullmatch(parts.fragment):
        where = f" to {shown(parts.hostname)}" if parts.hostname else ""
        raise Misused(f"This{where} is not the whole link of an invitation: it looks like https://host/i#dems_in_…")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/i')}", parts.fragment
