"""Exports: asked for by who may, made whole by any number of tries, and believed by whoever has nothing of ours."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.engines import Connections
from dems.errors import (
    Invalid,
    LogBehind,
    NoLongerDue,
    NotFound,
    NotPermitted,
    NotReadable,
    NotReady,
    Refused,
    WrongState,
)
from dems.layout import package_key
from dems.ledger.verifier import Verdict
from dems.model.acts import Act
from dems.model.custody import of_case, of_item
from dems.model.evidence import Evidence, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.exports import Export, ExportState
from dems.model.spans import Span
from dems.package.verification import Report, Trusted, verify
from dems.ports import Job, JobKind, Once, Page
from dems.usecases.exports.make_package import MakePackage
from storage.errors import StoreUnavailable
from tests.conftest import Owner, Sent, Team, Time
from tests.usecases.keeping_the_log import POLICY, KeptLog
from tests.world import Somebody, World

FOOTAGE = b"footage of a custody suite " * 1000


@pytest.fixture(scope="module")
def keeper(engines: Connections, settings: object) -> Iterator[KeptLog]:
    del settings  # which has the database migrated
    kept = KeptLog(engines)
    yield kept
    kept.close()


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


def test_a_whole_case_is_given_out_and_proved_without_us(
    scene: Scene, keeper: KeptLog, tmp_path: Path, sent: Sent
) -> None:
    export = scene.ask(withhold=[Act.UPLOAD_COMPLETE])
    assert (export.state, export.items, export.whole_case) == (ExportState.MAKING, 3, True)
    assert Job(JobKind.EXPORT, export.id) in sent.jobs
    with pytest.raises(NotReady):
        scene.package(export)
    # What happens between asking and making is in the package, behind what was asked for.
    scene.dems.evidence.grant_access(scene.team.investigator.actor, scene.items[0].id, purpose="review", reason="x")
    with keeper:
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    package = scene.package(export)
    report = judged(package, tmp_path)
    assert report.verdict is Verdict.PROVED, report.findings
    assert report.withheld == 2
    assert report.about is not None
    assert (report.about.recipient, report.about.asked_by) == ("Coroner for Gwent", scene.lead.person.name)
    names = names_in(package)
    assert [n for n in names if n.startswith("data/evidence/")] == [
        f"data/evidence/{i.exhibit_ref.text.replace('/', '=2F')}/recording.mp4" for i in scene.items[:2]
    ]
    assert [scene.acts(item)[-1] for item in scene.items] == [Act.EVIDENCE_EXPORT] * 3
    assert scene.acts(scene.items[0])[-2] is Act.EVIDENCE_ACCESS
    with pytest.raises(NoLongerDue):
        scene.dems.exporting.make(export.id)


def test_named_items_without_their_bytes(scene: Scene, keeper: KeptLog, tmp_path: Path) -> None:
    export = scene.ask(items=[scene.items[0].id, scene.items[0].id], with_bytes=False)
    with keeper:
        scene.dems.exporting.make(export.id)
    package = scene.package(export)
    assert judged(package, tmp_path).verdict is Verdict.PROVED
    assert not any(name.startswith("data/evidence/") for name in names_in(package))
    assert Act.EVIDENCE_EXPORT not in scene.acts(scene.items[1])


def test_a_package_larger_than_a_part_with_pages_of_one(
    scene: Scene, keeper: KeptLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dems.steps.packaging.AT_ONCE", "dems.usecases.exports.ask.AT_ONCE"):
        monkeypatch.setattr(name, 1)
    monkeypatch.setattr("dems.usecases.exports.make_package.ENTRIES_AT_ONCE", 1)
    monkeypatch.setattr("dems.steps.package_upload.LEAST_PART", 5 * 1024 * 1024)
    monkeypatch.setattr("dems.steps.package_upload.RENEWED_EVERY_SECONDS", 0.0)
    large = scene.world.sealed(scene.team.investigator, scene.team.case, bytes(range(256)) * 24_000)
    for _ in range(2):
        export = scene.ask()
        with keeper:
            scene.dems.exporting.make(export.id)
        assert judged(scene.package(export), tmp_path).verdict is Verdict.PROVED
    assert export.items == 4
    assert scene.acts(large).count(Act.EVIDENCE_EXPORT) == 2


# --- tries that are broken off ---


class Broken:
    """A bucket whose uploads break off at one call, the deed done or not."""

    def __init__(self, real: Any, call: str, *, after: bool, error: Callable[[], BaseException]) -> None:
        self._real, self._call, self._after, self._error = real, call, after, error

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name == self._call:
            return self._breaking(found)
        if name == "begin":
            return lambda *a, **k: Broken(found(*a, **k), self._call, after=self._after, error=self._error)
        return found

    def _breaking(self, found: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._after:
                found(*arguments, **named)
            raise self._error()

        return call


class Killed(BaseException):
    """No handler of ours may take it for an error."""


def free_again(scene: Scene, as_owner: Owner, export: Export) -> None:
    """The lease of a worker that is dead runs out; what was put back is due."""
    as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 s', due_at = now() WHERE subject = '{export.id}'")  # noqa: S608
    del scene


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["put_part", "complete"])
@pytest.mark.parametrize("error", [lambda: StoreUnavailable("cut off"), Killed], ids=["refused", "killed"])
def test_a_try_that_was_broken_off_is_made_good_and_nothing_is_said_twice(
    scene: Scene,
    keeper: KeptLog,
    tmp_path: Path,
    as_owner: Owner,
    call: str,
    after: bool,
    error: Callable[[], BaseException],
) -> None:
    export = scene.ask()
    broken = scene.made_with(exports=Broken(scene.dems.exports, call, after=after, error=error))
    with keeper:
        with pytest.raises((StoreUnavailable, Killed)):
            broken(export.id)
        free_again(scene, as_owner, export)
        assert scene.again(export).state is ExportState.MAKING
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    assert judged(scene.package(export), tmp_path).verdict is Verdict.PROVED
    for item in scene.items:
        assert scene.acts(item).count(Act.EVIDENCE_EXPORT) == 1
    key = package_key(export.id)
    assert len(list(scene.dems.exports.versions(key))) == 1
    assert not list(scene.dems.exports.multiparts(key))


def test_a_store_that_cannot_even_forget_what_was_begun_is_asked_again(
    scene: Scene, keeper: KeptLog, as_owner: Owner
) -> None:
    export = scene.ask()
    down = Broken(scene.dems.exports, "put_part", after=False, error=lambda: StoreUnavailable("down"))
    deaf: Any = Broken(down, "abort", after=False, error=lambda: StoreUnavailable("down"))
    begin = deaf.begin
    deaf.__dict__["begin"] = lambda *a, **k: Broken(
        begin(*a, **k)._real, "abort", after=False, error=lambda: StoreUnavailable("down")
    )
    with keeper:
        with pytest.raises(StoreUnavailable):
            scene.made_with(exports=deaf)(export.id)
        assert list(scene.dems.exports.multiparts(package_key(export.id)))
        free_again(scene, as_owner, export)
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    assert not list(scene.dems.exports.multiparts(package_key(export.id)))


def test_a_package_that_would_come_out_otherwise_than_its_entries_say_fails(
    scene: Scene, keeper: KeptLog, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    export = scene.ask()
    broken = scene.made_with(
        exports=Broken(scene.dems.exports, "complete", after=False, error=lambda: StoreUnavailable("cut off"))
    )
    with keeper:
        with pytest.raises(StoreUnavailable):
            broken(export.id)
        free_again(scene, as_owner, export)
        assert scene.made_with(policy=lambda _: b"quorum none\n")(export.id) is ExportState.FAILED
    assert "package_came_out_otherwise" in caplog.text
    failed = scene.again(export)
    assert "came out otherwise" in str(failed.problem)
    with pytest.raises(WrongState):
        scene.package(export)
    assert [scene.acts(item).count(Act.EVIDENCE_EXPORT) for item in scene.items] == [1, 1, 1]


class OtherBytes:
    """A store that gives other bytes than were sealed: as many, or fewer."""

    def __init__(self, real: Any, given: bytes) -> None:
        self._real, self._given = real, given

    def open(self, *_: object, **__: object) -> Any:
        given = self._given

        class Stream(io.BytesIO):
            pass

        return Stream(given)


@pytest.mark.parametrize("given", [FOOTAGE[:-1] + b"X", FOOTAGE[:100]], ids=["changed", "fewer"])
def test_bytes_that_are_not_those_that_were_sealed_are_given_to_nobody(
    scene: Scene, keeper: KeptLog, sent: Sent, given: bytes
) -> None:
    keeper.catch_up()
    export = scene.ask(items=[scene.items[0].id])
    ended = scene.made_with(store=OtherBytes(scene.dems.store, given))(export.id)
    assert ended is ExportState.FAILED
    assert "are not those that were sealed" in str(scene.again(export).problem)
    assert Job(JobKind.RECHECK, scene.items[0].id) in sent.jobs
    assert Act.EVIDENCE_EXPORT not in scene.acts(scene.items[0])
    with scene.dems.transaction() as tx:
        said = tx.custody.chain(of_case(scene.team.case.id), Page(500))[-1].detail or b""
    assert b'"act":"export.end"' in said
    assert b'"state":"failed"' in said


def test_a_log_that_stands_holds_a_package_up_and_nothing_else(
    scene: Scene, keeper: KeptLog, as_owner: Owner, tmp_path: Path
) -> None:
    keeper.catch_up()
    export = scene.ask()
    with pytest.raises(LogBehind):
        scene.made_with(patience=timedelta(seconds=0.3))(export.id)
    [[problem]] = as_owner(f"SELECT problem FROM jobs WHERE subject = '{export.id}'")  # noqa: S608
    assert problem.startswith("LogBehind: The custody log has not taken this in yet.")
    free_again(scene, as_owner, export)
    with keeper:
        scene.dems.exporting.make(export.id)
    assert judged(scene.package(export), tmp_path).verdict is Verdict.PROVED


def test_before_the_log_has_signed_anything_no_package_is_begun(scene: Scene) -> None:
    class Unsigned:
        ledger = type("Ledger", (), {"latest_checkpoint": staticmethod(lambda: None)})()

    with pytest.raises(LogBehind):
        scene.dems.exporting.make.policy(Unsigned())  # type: ignore[arg-type]


def test_who_lost_the_lease_writes_nothing(scene: Scene, keeper: KeptLog, as_owner: Owner) -> None:
    keeper.catch_up()
    export = scene.ask()

    class Stolen(Broken):
        def _breaking(self, found: Callable[..., Any]) -> Callable[..., Any]:
            def open_(*arguments: Any, **named: Any) -> Any:
                as_owner(f"UPDATE jobs SET leased_by = 'another' WHERE subject = '{export.id}'")  # noqa: S608
                return found(*arguments, **named)

            return open_

    stolen: Any = Stolen(scene.dems.store, "open", after=False, error=Killed)
    with pytest.raises(NoLongerDue):
        scene.made_with(store=stolen)(export.id)
    assert Act.EVIDENCE_EXPORT not in scene.acts(scene.items[0])


# --- asking and fetching ---


def test_the_same_request_again_is_the_same_export(scene: Scene) -> None:
    once = Once(hashlib.sha256(str(scene.team.case.id).encode()).digest(), b"body")
    assert scene.ask(once=once).id == scene.ask(once=once).id
    assert len(scene.dems.exporting.look_up.page(scene.lead.actor, scene.team.case.id, Page(10))) == 1


def test_what_cannot_be_given_out_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = scene.world.declare(scene.team.investigator, scene.team.case, b"to come").evidence
    with pytest.raises(NotReadable):
        scene.ask(items=[waiting.id])
    assert scene.ask(items=[waiting.id], with_bytes=False).items == 1
    other = scene.world.case(scene.team.manager)
    with pytest.raises(NotFound):
        scene.dems.exporting.ask(scene.lead.actor, other.id, items=None, with_bytes=True, recipient="r", reason="r")
    with pytest.raises(NotPermitted):
        scene.dems.exporting.ask(
            scene.team.investigator.actor, scene.team.case.id, items=None, with_bytes=True, recipient="r", reason="r"
        )
    foreign = scene.world.case(scene.team.manager)
    scene.world.join(foreign, scene.lead, "lead_investigator", by=scene.team.manager)
    with pytest.raises(Refused, match="has no items"):
        scene.dems.exporting.ask(scene.lead.actor, foreign.id, items=None, with_bytes=True, recipient="r", reason="r")
    with pytest.raises(NotFound):
        scene.dems.exporting.ask(
            scene.lead.actor, foreign.id, items=[scene.items[0].id], with_bytes=True, recipient="r", reason="r"
        )
    with pytest.raises(Invalid, match=r"evidence\.seal cannot be withheld"):
        scene.ask(withhold=[Act.EVIDENCE_SEAL])
    monkeypatch.setattr("dems.usecases.exports.ask.MAX_ITEMS", 2)
    with pytest.raises(Refused, match="more than 2 items"):
        scene.ask()
    with pytest.raises(Invalid, match="from 1 to 2 items"):
        scene.ask(items=[item.id for item in scene.items])


def test_an_export_is_asked_for_by_somebody(scene: Scene) -> None:
    from dems.model.actors import system  # noqa: PLC0415 only here

    with pytest.raises(RuntimeError, match="by somebody"):
        scene.dems.exporting.ask(system(), scene.team.case.id, items=None, with_bytes=True, recipient="r", reason="r")


def test_each_fetching_is_an_entry_before_its_first_byte(scene: Scene, keeper: KeptLog, time: Time) -> None:
    del time
    export = scene.ask()
    with keeper:
        scene.dems.exporting.make(export.id)
    with pytest.raises(NotPermitted):
        scene.dems.exporting.read(scene.team.investigator.actor, export.id, lambda size: Span(0, size))
    scene.dems.exporting.read(scene.lead.actor, export.id, lambda _: Span(5, 10))
    with scene.dems.transaction() as tx:
        said = tx.custody.chain(of_case(scene.team.case.id), Page(500))[-1].detail or b""
    assert b'"act":"export.content"' in said
    assert b'"from":5' in said
    assert b'"s62":"disclosure"' in said
    scene.dems.exporting.read.doubted(export.id)
    with pytest.raises(NotFound):
        scene.dems.exporting.look_up.one(scene.team.outsider.actor, export.id)
