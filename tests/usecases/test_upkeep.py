"""What the clock brings: locks, the reconciler, sweeps, forgetting."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.engines import Connections
from dems.errors import NoLongerDue, NotFound
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId, UploadId, new_id
from dems.ports import Job, JobKind, Once, StoreCheck
from dems.usecases.upkeep.check_store import CheckStore
from dems.usecases.upkeep.extend_locks import ExtendLocks
from dems.usecases.upkeep.reconcile import Reconcile
from storage.interface import Lock
from tests.conftest import Owner, Team, Time
from tests.engines import s3 as boto
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.faults.verifier import Below
from tests.usecases.behind_the_store import remove
from tests.world import World

MIB = 2**20


def _until(dems: Dems, item: Any) -> datetime:
    found = dems.store.head(f"evidence/{item.id}/{item.upload_id}", item.version_id).lock.retain_until
    assert found is not None
    return found


@pytest.mark.no_cover
def test_locks_are_really_extended_while_an_item_is_kept(dems: Dems, world: World, team: Team, time: Time) -> None:
    sealed = world.sealed(team.investigator, team.case, b"abc")
    large = world.verifying(team.investigator, team.case, os.urandom(8 * MIB + 1))
    before, quarantine = _until(dems, sealed), _until(dems, large)
    time.ahead = timedelta(days=25)
    while dems.upkeep.extend_locks() == 500:
        pass
    assert _until(dems, sealed) == before, "not yet"
    assert _until(dems, large) > quarantine + timedelta(days=24)
    time.ahead = timedelta(days=31)
    while dems.upkeep.extend_locks() == 500:
        pass
    assert _until(dems, sealed) > before + timedelta(days=30)
    assert dems.upkeep.extend_locks() == 0


def test_a_lock_that_cannot_be_extended_is_loud_and_tried_again(
    dems: Dems,
    world: World,
    team: Team,
    time: Time,
    engines: Connections,
    tmp_path: Any,
    caplog: pytest.LogCaptureFixture,
    as_owner: Owner,
) -> None:
    gone = world.sealed(team.investigator, team.case, b"abc")
    kept = world.sealed(team.investigator, team.case, b"def")
    remove(engines, gone, tmp_path)
    before = _until(dems, kept)
    time.ahead = timedelta(days=40)
    ExtendLocks(dems.transaction, dems.store, dems.locks, time)(at_most=10_000)
    failed = [r.__dict__["upload"] for r in caplog.records if r.message == "lock_not_extended"]
    assert str(gone.upload_id) in failed
    assert str(kept.upload_id) not in failed
    assert _until(dems, kept) > before + timedelta(days=39)
    as_owner(f"DELETE FROM object_locks WHERE evidence_id = '{gone.id}'")  # noqa: S608


@pytest.fixture
def below(dems: Dems, world: World, team: Team) -> Iterator[tuple[Any, EvidenceId]]:
    """A reconciler's view of one item of the store, so that others' objects are not in it."""
    item = EvidenceId(new_id())
    yield Below(dems.store, f"evidence/{item}/"), item
    del world, team


def _put(dems: Dems, key: str, content: bytes = b"bytes of nobody") -> str:
    import hashlib  # noqa: PLC0415

    lock = Lock(datetime.now(UTC) + timedelta(minutes=1))
    digest = hashlib.sha256(content).digest()
    return dems.store.put(key, content, size=len(content), sha256=digest, lock=lock).version_id


def test_bytes_without_a_record_are_reported_once_and_stay(
    dems: Dems, below: tuple[Any, EvidenceId], time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    store, item = below
    key, foreign = f"evidence/{item}/{new_id()}", f"evidence/{item}/not-one-of-ours"
    _put(dems, key)
    _put(dems, foreign)
    reconcile = Reconcile(dems.transaction, store, time)
    assert (reconcile().orphans, dems.upkeep.observe().orphans >= 0) == (0, True), "it may be recorded any moment"
    time.ahead = timedelta(hours=1, minutes=1)
    first, second = reconcile(), reconcile()
    assert (first.versions, first.orphans, first.new) == (2, 2, 2)
    assert (second.versions, second.orphans, second.new) == (2, 2, 0)
    assert {r.__dict__["key"] for r in caplog.records if r.message == "orphan_in_store"} == {key, foreign}
    assert dems.upkeep.observe().orphans >= 2


def test_a_delete_marker_is_reported_at_once_and_not_removed(
    dems: Dems, world: World, team: Team, engines: Connections
) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    setup = boto.client(engines, engines.s3_setup)
    setup.delete_object(Bucket="evidence", Key=f"evidence/{item.id}/{item.upload_id}")
    store: Any = Below(dems.store, f"evidence/{item.id}/")
    assert Reconcile(dems.transaction, store, dems.clock)().new == 1
    rows = setup.list_object_versions(Bucket="evidence", Prefix=f"evidence/{item.id}/")
    setup.close()
    assert (len(rows["DeleteMarkers"]), len(rows["Versions"])) == (1, 1)


def test_a_second_version_at_a_recorded_key_is_reported_though_young(
    dems: Dems, world: World, team: Team, engines: Connections
) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    setup = boto.client(engines, engines.s3_setup)
    setup.put_object(Bucket="evidence", Key=f"evidence/{item.id}/{item.upload_id}", Body=b"planted")
    setup.close()
    store: Any = Below(dems.store, f"evidence/{item.id}/")
    assert Reconcile(dems.transaction, store, dems.clock)().new == 1


def test_parts_that_nobody_will_finish_are_aborted_and_those_still_coming_are_not(
    dems: Dems, world: World, team: Team, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    open_one = world.declare(team.investigator, team.case, b"abc").upload
    ended = world.declare(team.investigator, team.case, b"abc").upload
    assert open_one is not None
    assert ended is not None
    dems.intake.abandon(team.investigator.actor, ended.id)
    for upload in (open_one, ended):
        dems.store.begin(f"evidence/{upload.evidence_id}/{upload.id}", lock=Lock(datetime.now(UTC) + timedelta(days=1)))
    coming: Any = Below(dems.store, f"evidence/{open_one.evidence_id}/")
    forgotten: Any = Below(dems.store, f"evidence/{ended.evidence_id}/")
    assert Reconcile(dems.transaction, forgotten, time)().aborted == 0, "too young"
    time.ahead = timedelta(days=2)
    assert Reconcile(dems.transaction, coming, time)().aborted == 0
    refusing: Any = Below(FaultyStore(dems.store, Faults({"abort": Fault.REFUSED})), f"evidence/{ended.evidence_id}/")
    assert Reconcile(dems.transaction, refusing, time)().aborted == 0
    assert any(r.message == "multipart_not_aborted" for r in caplog.records)
    assert Reconcile(dems.transaction, forgotten, time)().aborted == 1
    assert not list(forgotten.multiparts(""))
    time.ahead = timedelta(days=8)
    while dems.intake.expire() == 500:
        pass
    assert Reconcile(dems.transaction, coming, time)().aborted == 1


def test_the_sweep_names_what_was_lost_once_a_minute(dems: Dems, world: World, team: Team, as_owner: Owner) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    job = Job(JobKind.VERIFY, item.id)
    assert job not in dems.upkeep.sweep(at_most=10_000), "it was nudged just now"
    as_owner(f"UPDATE jobs SET nudged_at = now() - interval '61 s' WHERE subject = '{item.id}'")  # noqa: S608
    assert job in dems.upkeep.sweep(at_most=10_000)
    assert job not in dems.upkeep.sweep(at_most=10_000)
    waiting, age = dems.upkeep.observe().backlog[JobKind.VERIFY]
    assert waiting >= 1
    assert age >= 0
    dems.evidence.seal(item.id)


def test_an_item_that_waits_with_nothing_due_for_it_is_found(
    dems: Dems, world: World, team: Team, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    item, other = (world.verifying(team.investigator, team.case, c) for c in (b"forgotten", b"waits its turn"))
    sealed = world.sealed(team.investigator, team.case, b"sealed")
    as_owner(f"DELETE FROM jobs WHERE subject = '{item.id}'")  # noqa: S608
    with pytest.raises(NoLongerDue):
        dems.evidence.seal(item.id)
    while dems.upkeep.find_forgotten() == 500:
        pass
    told = {str(r.__dict__.get("evidence")) for r in caplog.records if r.message == "verification_was_forgotten"}
    assert str(item.id) in told
    assert not told & {str(other.id), str(sealed.id)}
    assert dems.evidence.seal(item.id).state is EvidenceState.SEALED
    assert dems.evidence.seal(other.id).state is EvidenceState.SEALED


def test_an_answer_is_kept_and_given_again_and_forgotten_after_a_month(
    dems: Dems, world: World, time: Time, as_owner: Owner
) -> None:
    manager = world.somebody("case_manager")
    once = Once(uuid4().bytes * 2, b"f" * 32)
    dems.cases.open(manager.actor, reference=f"F/{uuid4()}", title="t", once=once)
    keep = dems.upkeep.keep_answer
    assert keep(once, 201, {"id": "1"}) == (201, {"id": "1"}, False)
    assert keep(once, 201, {"id": "2"}) == (201, {"id": "1"}, True)
    assert keep(Once(b"unknown", b""), 200, {}) == (200, {}, False)
    checks = as_owner("SELECT count(*) FROM store_checks")
    time.ahead = timedelta(days=31)
    dems.upkeep.forget_old()
    assert as_owner(f"SELECT 1 FROM idempotency_keys WHERE scope = '\\x{once.scope.hex()}'") == []  # noqa: S608
    assert dems.upkeep.observe().store_check is not None, f"the newest of {checks} stays"


def test_a_store_that_lets_one_through_is_loud(dems: Dems, as_owner: Owner, caplog: pytest.LogCaptureFixture) -> None:
    rows = [{"name": "shorten", "held": False}, {"name": "delete", "held": True}]
    check = StoreCheck(new_id(), datetime(2020, 1, 1, tzinfo=UTC), "http://x", False, rows)
    assert CheckStore(dems.transaction, lambda: check)() == check
    [loud] = [r for r in caplog.records if r.message == "store_not_trusted"]
    assert (loud.levelname, loud.__dict__["failed"]) == ("CRITICAL", ["shorten"])
    as_owner(f"DELETE FROM store_checks WHERE id = '{check.id}'")  # noqa: S608


def test_an_unknown_upload_is_no_upload(dems: Dems, team: Team) -> None:
    with pytest.raises(NotFound):
        dems.intake.complete(team.investigator.actor, UploadId(new_id()))
