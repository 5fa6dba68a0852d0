"""What tests of exports start from: a case with items, who may give them out, and a log that is kept beside the tests."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.engines import Connections
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.exports import Export
from dems.model.spans import Span
from dems.package.verification import Report, Trusted, verify
from dems.ports import Page
from dems.usecases.exports.make_package import MakePackage
from tests.conftest import Owner, Team
from tests.usecases.keeping_the_log import POLICY, KeptLog
from tests.world import Somebody, World

FOOTAGE = b"footage of a custody suite " * 1000


@pytest.fixture(scope="module")
def keeper(engines: Connections, settings: object) -> Iterator[KeptLog]:
    del settings  # which has the database migrated
    kept = KeptLog(engines)
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log beside these tests is quick."""
    monkeypatch.setattr("dems.usecases.exports.make_package.ASKED_EVERY_SECONDS", 0.01)


@dataclass
class Scene:
    dems: Dems
    world: World
    team: Team
    lead: Somebody
    items: list[Evidence]

    def ask(self, **more: Any) -> Export:
        asked = {"items": None, "with_bytes": True, "recipient": "Coroner for Gwent", "reason": "inquest", **more}
        return self.dems.exporting.ask(self.lead.actor, self.team.case.id, **asked)

    def again(self, export: Export) -> Export:
        return self.dems.exporting.look_up.one(self.lead.actor, export.id)

    def package(self, export: Export) -> bytes:
        found, stored, span = self.dems.exporting.read(self.lead.actor, export.id, lambda size: Span(0, size))
        data = bytearray(stored.size)
        with self.dems.exports.open(stored.key, stored.version_id) as stream:
            at = 0
            while count := stream.readinto(memoryview(data)[at:]):
                at += count
        assert (span, at) == (Span(0, stored.size), found.size)
        assert found.sha256 is not None
        assert hashlib.sha256(data).digest() == found.sha256.value
        return bytes(data)

    def acts(self, item: Evidence) -> list[Act]:
        with self.dems.transaction() as tx:
            rows = tx.custody.chain(of_item(item.id), Page(500))
            return [act for row in rows for act in Act if f'"act":"{act.value}"'.encode() in (row.detail or b"")]

    def made_with(self, **parts: Any) -> MakePackage:
        return replace(self.dems.exporting.make, **parts)


@pytest.fixture
def scene(dems: Dems, world: World, team: Team, keeper: KeptLog) -> Scene:
    keeper.catch_up()
    lead = world.somebody("lead_investigator")
    world.join(team.case, lead, "lead_investigator", by=team.manager)
    first = world.sealed(team.investigator, team.case, FOOTAGE)
    second = world.sealed(team.investigator, team.case, b"a note")
    shoe = dems.intake.declare(
        team.investigator.actor,
        team.case.id,
        exhibit_ref=ExhibitRef("SHOE/1"),
        description="A shoe",
        kind=Kind.PHYSICAL,
    ).evidence
    return Scene(dems, world, team, lead, [first, second, shoe])


def judged(data: bytes, tmp_path: Path) -> Report:
    path = tmp_path / "package.zip"
    path.write_bytes(data)
    return verify(path, Trusted(POLICY))


def names_in(package: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        return [name.split("/", 1)[1] for name in read.namelist()]


def free_again(scene: Scene, as_owner: Owner, export: Export) -> None:
    """The lease of a worker that is dead runs out; what was put back is due."""
    as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 s', due_at = now() WHERE subject = '{export.id}'")  # noqa: S608
    del scene
