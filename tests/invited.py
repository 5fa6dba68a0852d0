"""Somebody who was invited, for tests: the terms, the link, and what its holder does."""

import hashlib
from datetime import timedelta
from typing import Any

from dems.bootstrap import Dems
from dems.model.actors import Actor
from dems.model.cases import CaseState
from dems.model.digests import Digest
from dems.model.ids import UploadId
from dems.model.invitations import Announcement, Invitation, Terms
from dems.model.names import OriginalName
from dems.ports import IntakeRow, Page
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from tests.conftest import Team
from tests.world import pieces


def terms(dems: Dems, **other: Any) -> Terms:
    said: dict[str, Any] = {
        "asked_for": "Footage of the custody desk, 3 March",
        "recipient": "Northshire Police",
        "contact": "DI Jane Moss, 020 7946 0000",
        "exhibit_prefix": "NP",
        "source": None,
        "max_files": 5,
        "max_bytes": 1_000_000,
        "expires_at": dems.clock() + timedelta(days=10),
    }
    return Terms(**{**said, **other})


def named(name: str | bytes, content: bytes, *, sha256: Digest | None = None, **more: Any) -> ItemDeclared:
    raw = name.encode() if isinstance(name, str) else name
    return ItemDeclared(FileDeclared(OriginalName(raw), len(content), sha256), **more)


def arrivals(dems: Dems, who: Actor, page: Page) -> list[Announcement]:
    """What somebody is told of files that arrived."""
    return [a for a in dems.invitations.announcements(who, page) if isinstance(a, Announcement)]


class Holder:
    """Has the link, and nothing else. Whoever recognises the token does so anew for each act."""

    def __init__(self, dems: Dems, invitation: Invitation, token: str) -> None:
        self.dems = dems
        self.invitation = invitation
        self.token = token

    @classmethod
    def invited(cls, dems: Dems, team: Team, **other: Any) -> "Holder":
        invitation, _, token = dems.invitations.make(team.investigator.actor, team.case.id, terms(dems, **other))
        return cls(dems, invitation, token)

    @property
    def actor(self) -> Actor:
        return self.dems.people.recognise(self.token, on_behalf_of=None, request_id=None)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def add(self, *items: ItemDeclared, **said: Any) -> list[IntakeRow]:
        return self.dems.intakes.add(self.actor, self.invitation.intake_id, items, defaults=Defaults(**said))

    def send(self, row: IntakeRow, content: bytes) -> None:
        assert row.upload is not None
        self.dems.intake.receive(self.actor, UploadId(row.upload.id), lambda u: pieces(content, u.part_size))

    def sent(self, name: str, content: bytes) -> IntakeRow:
        """One file, all the way into the store."""
        digest = Digest.sha256(hashlib.sha256(content).digest())
        (row,) = self.add(named(name, content, sha256=digest))
        self.send(row, content)
        return row


def close(dems: Dems, team: Team) -> None:
    dems.cases.change(team.manager.actor, team.case.id, {}, if_version=None, state=CaseState.CLOSED)
