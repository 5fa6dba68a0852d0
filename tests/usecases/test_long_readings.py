"""Readings that take longer than a lease, and disks that take longer than a reading."""

import threading
from collections.abc import Iterator

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.model.evidence import Evidence, EvidenceState
from dems.steps import reading
from dems.usecases.evidence import seal as sealing
from dems.usecases.evidence.seal import Seal
from storage import reader
from storage.errors import StorageError
from tests.conftest import Owner, Team
from tests.faults.counted_store import CountedStore
from tests.usecases.large import (
    ABOVE,
    DATA,
    LEASE,
    MIB,
    SHA256,
    lease_runs_out,
    others_ask_when_the_lease_has_run_out,
    saved_offsets,
    seal_by,
)
from tests.waits import until
from tests.world import World


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "KEEP_ALIVE_SECONDS", 0.02)


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.verifying(team.investigator, team.case, DATA, sha256=SHA256)


@pytest.mark.parametrize("above", [ABOVE, len(DATA)], ids=["resumable", "hashlib"])
def test_hashing_may_take_longer_than_the_lease_and_nobody_else_gets_it(
    dems: Dems, item: Evidence, as_owner: Owner, above: int
) -> None:
    go_on = threading.Event()

    def waits(_: int) -> None:
        go_on.wait(60)

    slow = CountedStore(dems.store, taken=waits)
    mine = Seal(dems.transaction, slow, dems.locks, dems.clock, LEASE, ("sha256",), above)
    sealed: list[Evidence] = []
    worker = threading.Thread(target=lambda: sealed.append(mine(item.id)))
    worker.start()
    try:
        until(lambda: slow.read)
        others_ask_when_the_lease_has_run_out(dems, as_owner, item)
        assert 0 < slow.read < len(DATA)
    finally:
        go_on.set()
        worker.join(60)
    assert [e.state for e in sealed] == [EvidenceState.SEALED]
    assert slow.read == len(DATA)


def test_whoever_lost_the_lease_stops_and_overwrites_nothing(dems: Dems, item: Evidence, as_owner: Owner) -> None:
    def another_takes_it(_: int) -> None:
        if as_owner(f"SELECT 1 FROM hash_states WHERE subject = '{item.id}' AND read_bytes > {8 * MIB}"):  # noqa: S608
            as_owner(f"UPDATE jobs SET leased_by = 'another' WHERE subject = '{item.id}'")  # noqa: S608

    store = CountedStore(dems.store, pause=0.02, taken=another_takes_it)
    with pytest.raises(NoLongerDue):
        seal_by(dems, store)(item.id)
    held = saved_offsets(as_owner, item)
    assert held[0] > 8 * MIB
    assert store.read < len(DATA)
    lease_runs_out(as_owner, item)
    rest = CountedStore(dems.store)
    assert seal_by(dems, rest)(item.id).state is EvidenceState.SEALED
    assert rest.starts == held


# --- the flush ---


@pytest.fixture
def flushed_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "FLUSHED_EARLY_BYTES", MIB)
    monkeypatch.setattr(reading, "RENEWED_EVERY_SECONDS", 0.05)


@pytest.fixture
def slow_flush(dems: Dems) -> Iterator[CountedStore]:
    store = CountedStore(dems.store)
    store.slow_settle = threading.Event()
    yield store
    store.slow_settle.set()


def test_a_slow_disk_keeps_the_lease_and_the_flush_after_the_lock_is_not_left_out(
    dems: Dems, item: Evidence, as_owner: Owner, slow_flush: CountedStore, flushed_early: None
) -> None:
    mine = Seal(dems.transaction, slow_flush, dems.locks, dems.clock, LEASE, ("sha256",))
    sealed: list[Evidence] = []
    worker = threading.Thread(target=lambda: sealed.append(mine(item.id)))
    worker.start()
    assert slow_flush.slow_settle is not None
    try:
        until(lambda: slow_flush.read == len(DATA))
        others_ask_when_the_lease_has_run_out(dems, as_owner, item)
        assert sealed == []
    finally:
        slow_flush.slow_settle.set()
        worker.join(60)
    assert [e.state for e in sealed] == [EvidenceState.SEALED]
    assert slow_flush.settled == 2
    del flushed_early


class DiskFails(CountedStore):
    def settle(self) -> None:
        self.settled += 1
        raise StorageError("injected: the disk reported a failed write")


def test_a_disk_that_fails_while_the_bytes_are_read_seals_nothing(
    dems: Dems, item: Evidence, flushed_early: None
) -> None:
    store = DiskFails(dems.store)
    with pytest.raises(StorageError, match="the disk"):
        seal_by(dems, store)(item.id)
    assert store.settled == 1
    with dems.transaction() as tx:
        assert tx.evidence.get(item.id).state is EvidenceState.VERIFYING
    del flushed_early
