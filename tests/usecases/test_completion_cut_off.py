"""Completions that were begun and not recorded, each put together by hand: what the store says decides."""

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import Busy, IntegrityBroken, WrongState
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind
from dems.steps.completion import adopt, record_completed
from dems.usecases.intake.finish_completion import FinishCompletion
from dems.usecases.upkeep.reconcile import Reconcile
from storage.errors import ObjectExists, PartsRefused, StoreUnavailable, UploadMissing
from storage.interface import Part, StoredVersion
from tests.conftest import Owner, Sent, Team
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.faults.verifier import Below
from tests.usecases.begun import MIB, Begun
from tests.world import World

OTHER = b"something else"


def test_bytes_that_are_there_become_a_record(dems: Dems, team: Team, begin: Callable[[bytes], Begun]) -> None:
    begun = begin(b"abc")
    begun.intend()
    stored = begun.put(b"abc")
    upload, _ = dems.intake.look_up(team.investigator.actor, begun.upload.id)
    assert upload.state is UploadState.COMPLETING
    with pytest.raises(Busy):
        dems.intake.abandon(team.investigator.actor, begun.upload.id)
    assert dems.intake.complete(team.investigator.actor, begun.upload.id)[0].state is UploadState.COMPLETING
    assert begun.finish() is UploadState.COMPLETED
    sealed = dems.evidence.seal(begun.upload.evidence_id)
    assert (sealed.state, sealed.version_id) == (EvidenceState.SEALED, stored.version_id)
    receipt = dems.evidence.receipt(team.investigator.actor, sealed.id)
    assert receipt.sent_by is None, "the intent does not say who, and it was not DEMS"


def test_where_nothing_is_there_the_upload_is_open_again(
    world: World, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    begun.intend()
    assert begun.finish() is UploadState.OPEN
    world.receive(team.investigator, begun.upload, b"abc")


def test_overdue_intents_are_found_by_the_clock(dems: Dems, sent: Sent, begin: Callable[[bytes], Begun]) -> None:
    begun = begin(b"abc")
    begun.intend()
    assert dems.intake.find_overdue() >= 1
    assert Job(JobKind.FINISH_COMPLETION, begun.upload.id) in sent.jobs
    begun.finish()


def test_parts_that_are_there_are_put_together(dems: Dems, begin: Callable[[bytes], Begun]) -> None:
    begun = begin(os.urandom(8 * MIB + 1))
    multipart, parts = begun.begin()
    begun.intend(multipart.upload_id, parts)
    assert begun.finish() is UploadState.COMPLETED
    assert dems.evidence.seal(begun.upload.evidence_id).state is EvidenceState.SEALED


def test_parts_put_together_without_an_answer_are_found(begin: Callable[[bytes], Begun]) -> None:
    begun = begin(os.urandom(8 * MIB + 1))
    multipart, parts = begun.begin()
    begun.intend(multipart.upload_id, parts)
    multipart.complete(parts)
    assert begun.finish() is UploadState.COMPLETED


@pytest.mark.parametrize("how", ["aborted", "refused"])
def test_parts_that_cannot_be_put_together_leave_the_upload_open(begin: Callable[[bytes], Begun], how: str) -> None:
    begun = begin(os.urandom(8 * MIB + 1))
    multipart, parts = begun.begin()
    if how == "aborted":
        multipart.abort()
    else:
        parts[0] = Part(1, parts[0].size, parts[0].sha256, '"00000000000000000000000000000000"')
    begun.intend(multipart.upload_id, parts)
    assert begun.finish() is UploadState.OPEN


@pytest.mark.parametrize("size", [3, 8 * MIB + 1])
def test_other_bytes_at_the_key_are_loud_left_alone_and_do_not_hold_the_item_up(
    dems: Dems,
    world: World,
    team: Team,
    begin: Callable[[bytes], Begun],
    as_owner: Owner,
    caplog: pytest.LogCaptureFixture,
    size: int,
) -> None:
    begun = begin(os.urandom(size))
    begun.intend("no-such-upload" if size > 3 else None)
    foreign = begun.put(OTHER)
    assert begun.finish() is UploadState.OPEN
    assert any(r.levelname == "CRITICAL" and r.message == "other_bytes_at_key" for r in caplog.records)
    with pytest.raises(IntegrityBroken):
        world.receive(team.investigator, begun.upload, begun.content)

    who = team.investigator.actor
    assert dems.intake.abandon(who, begun.upload.id).state is UploadState.ABANDONED
    _, fresh, _ = dems.intake.open_upload(who, begun.upload.evidence_id)
    world.receive(team.investigator, fresh, begun.content)
    assert dems.evidence.seal(begun.upload.evidence_id).state is EvidenceState.SEALED
    below: Any = Below(dems.store, begun.key)
    Reconcile(dems.transaction, below, dems.clock, timedelta(0))()
    assert as_owner(f"SELECT kind FROM orphans WHERE version_id = '{foreign.version_id}'") == [("unrecorded",)]  # noqa: S608


def test_while_the_store_is_silent_the_work_stays_due(
    dems: Dems, begin: Callable[[bytes], Begun], as_owner: Owner
) -> None:
    begun = begin(b"abc")
    begun.intend()
    store = FaultyStore(dems.store, Faults({"versions": Fault.REFUSED}))
    finish = FinishCompletion(dems.transaction, store, dems.clock, timedelta(seconds=30))
    with pytest.raises(StoreUnavailable):
        finish(begun.upload.id)
    [job] = as_owner(f"SELECT * FROM jobs WHERE subject = '{begun.upload.id}'")  # noqa: S608
    assert (job.leased_by, job.problem) == (None, "StoreUnavailable: injected: the store does not answer")
    as_owner(f"UPDATE jobs SET due_at = now() WHERE subject = '{begun.upload.id}'")  # noqa: S608
    assert begun.finish() is UploadState.OPEN


def test_a_completion_that_was_recorded_meanwhile_is_left_alone(
    dems: Dems, world: World, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    world.receive(team.investigator, begun.upload, b"abc")
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.FINISH_COMPLETION, begun.upload.id))
    assert begun.finish() is UploadState.COMPLETED


def test_the_same_completion_is_recorded_once_and_another_is_refused(
    dems: Dems, begin: Callable[[bytes], Begun], world: World, team: Team
) -> None:
    begun = begin(b"abc")
    done, _ = world.receive(team.investigator, begun.upload, b"abc")
    assert done.version_id is not None
    for version, works in ((done.version_id, True), ("another", False)):
        with dems.transaction() as tx:
            authority = tx.authorise(system(), Act.UPLOAD_COMPLETE)
            stored = StoredVersion(begun.key, version, 3)
            if works:
                assert record_completed(tx, authority, begun.upload.id, stored, [], dems.clock())[0] == done
            else:
                with pytest.raises(IntegrityBroken):
                    record_completed(tx, authority, begun.upload.id, stored, [], dems.clock())


def test_bytes_of_an_upload_that_was_abandoned_meanwhile_are_not_recorded(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    stored = begun.put(b"abc")
    dems.intake.abandon(team.investigator.actor, begun.upload.id)
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.UPLOAD_COMPLETE)
        with pytest.raises(WrongState, match="abandoned while its bytes were coming"):
            record_completed(tx, authority, begun.upload.id, stored, [], dems.clock())


def test_a_single_part_stored_as_a_multipart_is_recognised(dems: Dems, begin: Callable[[bytes], Begun]) -> None:
    begun = begin(b"abc")
    multipart, parts = begun.begin()
    stored = multipart.complete(parts)
    assert adopt(dems.store, begun.upload, begun.parts) == stored
    assert Digest.sha256(parts[0].sha256).hex == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises((UploadMissing, ObjectExists, PartsRefused)):
        multipart.complete(parts)
