"""Files so large that their hashing is put aside: what survives a killed worker, and what is concluded from a state."""

import hashlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from multiprocessing.sharedctypes import Synchronized
from typing import Any
from uuid import UUID

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import EvidenceId
from dems.ports import Job, JobKind, Page
from dems.settings import Settings
from dems.usecases.evidence.seal import Seal
from storage import reader, resumable
from storage.resumable import HashState
from tests.conftest import Owner, Team
from tests.faults.counted_store import CountedStore
from tests.faults.faults import ProcessDied
from tests.usecases.large import (
    DATA,
    LEASE,
    MIB,
    SHA256,
    dies_at,
    lease_runs_out,
    recheck_by,
    saved_offsets,
    seal_by,
)
from tests.waits import until
from tests.world import World

EVERYTHING = ("sha256", "md5", "sha1", "sha512")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "KEEP_ALIVE_SECONDS", 0.02)


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.verifying(team.investigator, team.case, DATA, sha256=SHA256)


def facts_of(dems: Dems, by: Actor, item: Evidence, act: Act) -> list[dict[str, Any]]:
    """Of each entry of this act in the item's chain."""
    details = [json.loads(row.detail or b"") for row in dems.custody.read.item(by, item.id, Page(100))]
    return [detail["facts"] for detail in details if detail["act"] == act.value]


def save(dems: Dems, item: Evidence, kind: JobKind, **changed: Any) -> HashState:
    """Leave a state as a worker would have, and hold no lease: its checksum fits, its content need not."""
    assert item.upload_id is not None
    assert item.version_id is not None
    key = evidence_key(item.id, item.upload_id)
    states = {"sha256": resumable._ALGORITHMS["sha256"].new().serialize()}
    state = replace(HashState(key, item.version_id, len(DATA), 20 * MIB, states), **changed)
    with dems.transaction() as tx:
        lease = tx.jobs.claim(Job(kind, UUID(str(item.id))), timedelta(0))
        tx.hash_states.save(lease, state.offset, state.to_bytes())
    return state


def _seal_up_to(settings: Settings, evidence_id: EvidenceId, read: "Synchronized[int]", most: int) -> None:
    """What the process that is killed does: it reads no further than to here."""
    reader.KEEP_ALIVE_SECONDS = 0.02
    dems = Dems(settings, nudge=lambda _: None)

    def taken(count: int) -> None:
        read.value += count
        if store.starts[-1] + store.read >= most:
            time.sleep(600)

    store = CountedStore(dems.store, taken=taken)
    seal_by(dems, store)(evidence_id)


def test_a_worker_that_is_killed_loses_little(settings: Settings, dems: Dems, item: Evidence, as_owner: Owner) -> None:
    spawning = multiprocessing.get_context("spawn")
    read: Synchronized[int] = spawning.Value("q", 0)
    offsets: list[int] = []
    # Three buffers of 4 MiB may be on their way, and what is before them is saved.
    for wanted, most in ((4 * MIB, 16 * MIB), (20 * MIB, 36 * MIB)):
        worker = spawning.Process(target=_seal_up_to, args=(settings, item.id, read, most))
        worker.start()
        until(lambda wanted=wanted: [at for at in saved_offsets(as_owner, item) if at >= wanted], 120)  # type: ignore[misc]
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(120)
        assert worker.exitcode == -signal.SIGKILL
        offsets += saved_offsets(as_owner, item)
        with pytest.raises(NoLongerDue):
            dems.evidence.seal(item.id)
        lease_runs_out(as_owner, item)
    store = CountedStore(dems.store)
    sealed = seal_by(dems, store)(item.id)
    assert (sealed.state, sealed.size) == (EvidenceState.SEALED, len(DATA))
    assert sealed.digests == {"sha256": Digest.sha256(SHA256)}
    assert store.starts == [offsets[-1]]
    assert store.read == len(DATA) - offsets[-1]
    assert read.value + store.read < 2 * len(DATA)
    assert saved_offsets(as_owner, item) == []


def saves_more(as_owner: Owner, item: Evidence) -> Callable[[], bool]:
    """Whether another state was saved than there is now."""
    before = saved_offsets(as_owner, item)
    return lambda: saved_offsets(as_owner, item) != before


@pytest.mark.parametrize("algorithms", [("sha256",), EVERYTHING])
def test_a_worker_that_dies_again_and_again_gets_there(
    dems: Dems, team: Team, item: Evidence, as_owner: Owner, algorithms: tuple[str, ...]
) -> None:
    total = 0
    offsets = []
    for _ in range(3):
        store = CountedStore(dems.store, taken=dies_at(14 * MIB, [], saves_more(as_owner, item)))
        with pytest.raises(ProcessDied):
            seal_by(dems, store, algorithms)(item.id)
        total += store.read
        offsets += saved_offsets(as_owner, item)
        lease_runs_out(as_owner, item)
    store = CountedStore(dems.store)
    sealed = seal_by(dems, store, algorithms)(item.id)
    assert sealed.state is EvidenceState.SEALED
    assert {a: d.value for a, d in sealed.digests.items()} == {a: hashlib.new(a, DATA).digest() for a in algorithms}
    assert offsets == sorted(set(offsets))
    assert [f["resumed_at"] for f in facts_of(dems, team.investigator.actor, item, Act.EVIDENCE_SEAL)] == [offsets]
    assert total + store.read < 2 * len(DATA)
    assert saved_offsets(as_owner, item) == []


def test_what_is_not_larger_than_the_setting_begins_again(dems: Dems, item: Evidence, as_owner: Owner) -> None:
    below = Seal(
        dems.transaction,
        CountedStore(dems.store, taken=dies_at(30 * MIB, [])),
        dems.locks,
        dems.clock,
        LEASE,
        ("sha256",),
        len(DATA),
    )
    with pytest.raises(ProcessDied):
        below(item.id)
    assert saved_offsets(as_owner, item) == []
    lease_runs_out(as_owner, item)
    assert dems.evidence.seal(item.id).state is EvidenceState.SEALED


def test_a_later_verification_goes_on_too_and_says_so(
    dems: Dems, world: World, team: Team, as_owner: Owner, item: Evidence
) -> None:
    by = team.investigator.actor
    dems.evidence.seal(item.id)
    dems.evidence.ask_verification(by, item.id)
    dying = CountedStore(dems.store, taken=dies_at(25 * MIB, [], saves_more(as_owner, item)))
    with pytest.raises(ProcessDied):
        recheck_by(dems, dying)(item.id)
    offsets = saved_offsets(as_owner, item)
    lease_runs_out(as_owner, item)
    store = CountedStore(dems.store)
    assert recheck_by(dems, store)(item.id) is Integrity.INTACT
    assert store.starts == offsets
    assert [f["resumed_at"] for f in facts_of(dems, by, item, Act.EVIDENCE_RECHECK)] == [offsets]
    assert saved_offsets(as_owner, item) == []
    dems.evidence.ask_verification(by, item.id)
    assert recheck_by(dems, CountedStore(dems.store))(item.id) is Integrity.INTACT
    assert "resumed_at" not in facts_of(dems, by, item, Act.EVIDENCE_RECHECK)[1]
    del world


def test_a_state_that_was_made_up_makes_no_mismatch_and_is_told(
    dems: Dems, item: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    save(dems, item, JobKind.VERIFY)
    store = CountedStore(dems.store)
    assert seal_by(dems, store)(item.id).state is EvidenceState.SEALED
    assert store.starts == [20 * MIB, 0]
    assert [r.levelname for r in caplog.records if r.message == "hash_state_was_wrong"] == ["CRITICAL"]


def test_a_state_that_was_made_up_freezes_nothing_and_is_told(
    dems: Dems, team: Team, item: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = dems.evidence.seal(item.id)
    dems.evidence.ask_verification(team.investigator.actor, item.id)
    save(dems, sealed, JobKind.RECHECK)
    store = CountedStore(dems.store)
    assert recheck_by(dems, store)(item.id) is Integrity.INTACT
    assert store.starts == [20 * MIB, 0]
    assert "hash_state_was_wrong" in caplog.messages
    facts = facts_of(dems, team.investigator.actor, item, Act.EVIDENCE_RECHECK)
    assert "resumed_at" not in facts[0]


def test_other_bytes_than_declared_are_a_mismatch_after_one_more_reading(
    dems: Dems, world: World, team: Team, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    other = world.verifying(team.investigator, team.case, DATA, sha256=bytes(32))
    with pytest.raises(ProcessDied):
        seal_by(dems, CountedStore(dems.store, taken=dies_at(20 * MIB, [], saves_more(as_owner, other))))(other.id)
    offsets = saved_offsets(as_owner, other)
    lease_runs_out(as_owner, other)
    store = CountedStore(dems.store)
    assert seal_by(dems, store)(other.id).state is EvidenceState.MISMATCH
    assert store.starts == [*offsets, 0]
    assert "hash_state_was_wrong" not in caplog.messages


@pytest.mark.parametrize(
    "changed",
    [{"version_id": "another"}, {"size": len(DATA) + 1}, {"library": "rehashes 0.1.0"}, {"states": {"md5": b"1"}}],
    ids=["version", "size", "library", "algorithms"],
)
def test_a_state_of_something_else_is_thrown_away(
    dems: Dems, item: Evidence, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    save(dems, item, JobKind.VERIFY, **changed)
    store = CountedStore(dems.store)
    assert seal_by(dems, store)(item.id).digests == {"sha256": Digest.sha256(SHA256)}
    assert store.starts[-1] == 0
    assert store.read == len(DATA)
    assert "hash_state_thrown_away" in caplog.messages


def test_a_damaged_state_is_thrown_away(
    dems: Dems, item: Evidence, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    save(dems, item, JobKind.VERIFY)
    as_owner(f"UPDATE hash_states SET state = set_byte(state, 100, 0) WHERE subject = '{item.id}'")  # noqa: S608
    store = CountedStore(dems.store)
    assert seal_by(dems, store)(item.id).state is EvidenceState.SEALED
    assert store.starts == [0]
    assert "hash_state_thrown_away" in caplog.messages


def test_a_library_that_differs_is_not_used_and_that_is_told(
    dems: Dems,
    item: Evidence,
    as_owner: Owner,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(dems, item, JobKind.VERIFY)
    monkeypatch.setitem(resumable._ALGORITHMS, "sha256", resumable._ALGORITHMS["sha1"])
    store = CountedStore(dems.store, taken=dies_at(30 * MIB, []))
    with pytest.raises(ProcessDied):
        seal_by(dems, store)(item.id)
    assert [r.levelname for r in caplog.records if r.message == "hashing_not_resumable"] == ["CRITICAL"]
    assert saved_offsets(as_owner, item) == [20 * MIB]
    lease_runs_out(as_owner, item)
    sealed = seal_by(dems, CountedStore(dems.store))(item.id)
    assert sealed.digests == {"sha256": Digest.sha256(SHA256)}
