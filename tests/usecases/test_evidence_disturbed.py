"""Sealing and verifying while the store fails, and while somebody else has the work in hand."""

import os
import threading
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    NoLongerDue,
)
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.ports import Job, JobKind
from dems.usecases.evidence.recheck import Recheck
from dems.usecases.evidence.seal import Seal
from storage.errors import BytesDamaged, StoreUnavailable
from tests.conftest import Owner, Team
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.waits import until_somebody_waits_for_a_lock
from tests.world import World


@pytest.mark.parametrize(
    ("effect", "error", "level"), [("open", StoreUnavailable, "WARNING"), ("read", BytesDamaged, "ERROR")]
)
def test_while_the_store_fails_the_item_waits_and_pauses_grow(
    dems: Dems,
    world: World,
    team: Team,
    as_owner: Owner,
    caplog: pytest.LogCaptureFixture,
    effect: str,
    error: type[Exception],
    level: str,
) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    pauses = []
    for number in range(2):
        store = FaultyStore(dems.store, Faults({effect: Fault.REFUSED}))
        seal = Seal(dems.transaction, store, dems.locks, dems.clock, timedelta(seconds=30), ("sha256",))
        with pytest.raises(error):
            seal(item.id)
        query = f"SELECT extract(epoch FROM due_at - now()) AS pause FROM jobs WHERE subject = '{item.id}'"  # noqa: S608
        pauses.append(float(as_owner(query)[0].pause))
        assert caplog.records[-1].levelname == level
        as_owner(f"UPDATE jobs SET due_at = now(), attempts = {number + 3} WHERE subject = '{item.id}'")  # noqa: S608
    assert 5 < pauses[0] < 11
    assert pauses[1] > 30
    assert dems.evidence.seal(item.id).state is EvidenceState.SEALED


def test_while_the_store_is_silent_nothing_is_said_of_sealed_bytes(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    dems.evidence.ask_verification(team.investigator.actor, item.id)
    as_owner(f"UPDATE jobs SET attempts = 9 WHERE subject = '{item.id}'")  # noqa: S608
    faults = Faults({"open": Fault.REFUSED, "head": Fault.REFUSED})
    silent = Recheck(dems.transaction, FaultyStore(dems.store, faults), dems.clock, timedelta(seconds=30))
    with pytest.raises(StoreUnavailable):
        silent(item.id)
    assert dems.evidence.look_up.one(team.investigator.actor, item.id)[0].integrity is Integrity.INTACT
    as_owner(f"UPDATE jobs SET due_at = now() WHERE subject = '{item.id}'")  # noqa: S608
    assert dems.evidence.recheck(item.id) is Integrity.INTACT


def test_bytes_that_break_off_at_the_third_try_are_unreadable(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    dems.evidence.ask_verification(team.investigator.actor, item.id)
    as_owner(f"UPDATE jobs SET attempts = 2 WHERE subject = '{item.id}'")  # noqa: S608
    store = FaultyStore(dems.store, Faults({"read": Fault.REFUSED}))
    assert Recheck(dems.transaction, store, dems.clock, timedelta(seconds=30))(item.id) is Integrity.UNREADABLE


def test_a_long_reading_keeps_its_lease_and_stops_when_it_is_lost(
    dems: Dems, world: World, team: Team, as_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's heartbeat is made fast; the store is held up until somebody else has taken the job."""
    monkeypatch.setattr("storage.reader.KEEP_ALIVE_SECONDS", 0.05)
    for kind in ("verify", "recheck"):
        item = world.verifying(team.investigator, team.case, os.urandom(1000))
        if kind == "recheck":
            dems.evidence.seal(item.id)
            dems.evidence.ask_verification(team.investigator.actor, item.id)
        # Not every job of the item: one that is sealed waits to be looked into as well, and nobody renews that.
        this = f"kind = '{kind}' AND subject = '{item.id}'"
        held = HeldUp(dems.store)
        core = Dems(dems.settings, nudge=lambda _: None, engine=dems.engine, store=held)
        outcome: list[str] = []

        def work(core: Dems = core, kind: str = kind, item: Evidence = item, outcome: list[str] = outcome) -> None:
            try:
                core.evidence.seal(item.id) if kind == "verify" else core.evidence.recheck(item.id)
            except NoLongerDue as error:
                outcome.append(str(error))

        thread = threading.Thread(target=work)
        thread.start()
        assert held.waiting.wait(60)
        as_owner(f"UPDATE jobs SET leased_until = now() + interval '1 s' WHERE {this}")  # noqa: S608
        query = f"SELECT leased_until > now() + interval '20 s' AS renewed FROM jobs WHERE {this}"  # noqa: S608
        for _ in range(600):
            [job] = as_owner(query)
            if job.renewed:
                break
            held.go_on.wait(0.05)
        assert job.renewed
        as_owner(f"UPDATE jobs SET leased_by = 'another' WHERE {this}")  # noqa: S608
        thread.join(120)
        held.go_on.set()
        assert len(outcome) == 1
        assert "lost" in outcome[0]
        as_owner(f"UPDATE jobs SET leased_by = NULL, leased_until = NULL WHERE {this}")  # noqa: S608
        dems.evidence.seal(item.id) if kind == "verify" else dems.evidence.recheck(item.id)


class HeldUp:
    """The real store, whose reading waits until a test lets it go on."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.waiting, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def open(self, *args: Any, **more: Any) -> Any:
        self.waiting.set()
        self.go_on.wait(60)
        return self._real.open(*args, **more)


def test_whoever_asks_and_whoever_rechecks_do_not_deadlock(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    item = world.sealed(team.investigator, team.case, b"abc")
    dems.evidence.ask_verification(team.investigator.actor, item.id)
    found: list[Integrity] = []
    thread = threading.Thread(target=lambda: found.append(dems.evidence.recheck(item.id)))
    with dems.transaction() as tx:
        tx.evidence.get(item.id, for_update=True)
        thread.start()
        until_somebody_waits_for_a_lock(as_owner)
        tx.jobs.due(Job(JobKind.RECHECK, item.id))
    thread.join(120)
    assert found == [Integrity.INTACT]
