"""Exports whose making is broken off anywhere, or that cannot be made: nothing is said twice, and nothing wrong is given out."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dems.errors import (
    LogBehind,
    NoLongerDue,
    WrongState,
)
from dems.layout import package_key
from dems.ledger.policy import Log, Policy
from dems.ledger.verifier import Verdict
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.exports import ExportState
from dems.ports import Job, JobKind, Page
from storage.errors import StoreUnavailable
from tests.conftest import Owner, Sent
from tests.ledger.signers import OTHER_LOG
from tests.usecases.exporting import FOOTAGE, Scene, free_again, impatient, judged, keeper, scene
from tests.usecases.keeping_the_log import KeptLog

__all__ = ["impatient", "keeper", "scene"]


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


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("call", "after", "error"),
    [
        ("put_part", False, lambda: StoreUnavailable("cut off")),
        ("complete", False, Killed),
        ("complete", True, Killed),
        ("complete", True, lambda: StoreUnavailable("the answer is lost")),
    ],
    ids=["refused", "killed before the end", "killed after the end", "answer lost"],
)
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


class Dying:
    """Transactions of a process that is killed when it begins its nth."""

    def __init__(self, real: Any, lives: int) -> None:
        self._real, self._left = real, lives

    def __call__(self) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return self._real()


def test_a_worker_that_is_killed_before_each_of_its_transactions_in_turn_makes_one_package(
    scene: Scene, keeper: KeptLog, tmp_path: Path, as_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Try after try, each a step further than the one before: between any two steps it has died once."""
    monkeypatch.setattr("dems.usecases.exports.make_package.ENTRIES_AT_ONCE", 1)
    export = scene.ask(items=[item.id for item in scene.items[:2]])
    deaths = 0
    with keeper:
        while scene.again(export).state is ExportState.MAKING:
            try:
                scene.made_with(transaction=Dying(scene.dems.transaction, deaths))(export.id)
            except Killed:
                deaths += 1
                free_again(scene, as_owner, export)
    assert deaths > 12
    assert judged(scene.package(export), tmp_path).verdict is Verdict.PROVED
    assert [scene.acts(item).count(Act.EVIDENCE_EXPORT) for item in scene.items] == [1, 1, 0]
    assert len(list(scene.dems.exports.versions(package_key(export.id)))) == 1


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


OTHER = Policy.of([Log(OTHER_LOG.key)])


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
        assert scene.made_with(policy=lambda _: OTHER.to_bytes())(export.id) is ExportState.FAILED
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
    keeper.signs = False
    keeper.catch_up()
    free_again(scene, as_owner, export)
    with pytest.raises(LogBehind):
        scene.made_with(patience=timedelta(0))(export.id)
    keeper.signs = True
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
