"""Completions in a store that contradicts itself, in company, and while somebody else finishes them."""

import hashlib
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import Busy, Incomplete, WrongState
from dems.model.actors import system
from dems.model.evidence import EvidenceState
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind
from dems.steps.body import Piece
from dems.steps.tokens import issue_upload_token
from storage.errors import ObjectExists, StorageError, StoreUnavailable
from storage.interface import ObjectStore, StoredVersion
from tests.conftest import Owner, Team
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.usecases.begun import MIB, Begun
from tests.waits import until_somebody_waits_for_a_lock
from tests.world import World


class Stubborn:
    """A store that says it has an object at every key, and shows none."""

    def __init__(self, real: ObjectStore, *, versions: bool = False) -> None:
        self._real, self._listing_fails = real, versions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def put(self, *_: Any, **__: Any) -> StoredVersion:
        if self._listing_fails:
            raise StoreUnavailable("PUT")
        raise ObjectExists("PUT")

    def versions(self, _: str) -> Any:
        if self._listing_fails:
            raise StoreUnavailable("LIST")
        return iter(())


def _through(dems: Dems, store: Any) -> Dems:
    return Dems(dems.settings, nudge=lambda _: None, engine=dems.engine, store=store)


def test_a_store_that_changes_its_answer_is_answered_with_another_try(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    with pytest.raises(Incomplete, match="Send it again"):
        World(_through(dems, Stubborn(dems.store))).receive(team.investigator, begun.upload, b"abc")
    World(dems).receive(team.investigator, begun.upload, b"abc")


def test_when_not_even_the_listing_answers_the_intent_stays(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    with pytest.raises(StoreUnavailable):
        World(_through(dems, Stubborn(dems.store, versions=True))).receive(team.investigator, begun.upload, b"abc")
    upload, _ = dems.intake.look_up(team.investigator.actor, begun.upload.id)
    assert upload.state is UploadState.COMPLETING


def test_a_refused_abort_does_not_hide_what_went_wrong(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun], caplog: pytest.LogCaptureFixture
) -> None:
    begun = begin(os.urandom(8 * MIB + 1))
    store = FaultyStore(dems.store, Faults({"part 2": Fault.REFUSED, "abort": Fault.REFUSED}))
    with pytest.raises(StoreUnavailable):
        World(_through(dems, store)).receive(team.investigator, begun.upload, begun.content)
    assert any(r.message == "multipart_not_aborted" for r in caplog.records)


def test_two_who_send_the_same_upload_at_once_make_one_object(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(os.urandom(200_000))
    outcomes: list[str] = []

    def send() -> None:
        try:
            World(dems).receive(team.investigator, begun.upload, begun.content)
            outcomes.append("in")
        except (WrongState, Busy, StorageError) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("in") == 1, outcomes
    assert len(list(dems.store.versions(begun.key))) == 1
    assert dems.evidence.seal(begun.upload.evidence_id).state is EvidenceState.SEALED


def test_whoever_finishes_and_whoever_completes_do_not_deadlock(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun], as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    begun = begin(b"abc")
    begun.intend()
    begun.put(b"abc")
    states: list[UploadState] = []
    thread = threading.Thread(target=lambda: states.append(begun.finish()))
    with dems.transaction() as tx:
        tx.uploads.get(begun.upload.id, for_update=True)
        thread.start()
        until_somebody_waits_for_a_lock(as_owner)
        tx.jobs.due(Job(JobKind.FINISH_COMPLETION, begun.upload.id))
    thread.join(120)
    assert states == [UploadState.COMPLETED]
    del team, caplog


def test_what_an_earlier_try_left_in_the_store_is_taken_if_it_is_the_same(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun]
) -> None:
    begun = begin(b"abc")
    stored = begun.put(b"abc")
    whole = Piece(memoryview(b"abc"), 3, hashlib.sha256(b"abc").digest(), lambda: None)
    upload, _ = dems.intake.receive(team.investigator.actor, begun.upload.id, lambda _: [whole])
    assert upload.version_id == stored.version_id


def test_two_who_open_a_fresh_upload_at_once_do_not_both(
    dems: Dems, team: Team, begin: Callable[[bytes], Begun], as_owner: Callable[[str], Any]
) -> None:
    begun, who = begin(b"abc"), team.investigator.actor
    dems.intake.abandon(who, begun.upload.id)
    told: list[Exception] = []

    def second() -> None:
        try:
            dems.intake.open_upload(who, begun.upload.evidence_id)
        except Busy as error:
            told.append(error)

    thread = threading.Thread(target=second)
    with dems.transaction() as tx:
        tx.uploads.get(begun.upload.id, for_update=True)
        thread.start()
        until_somebody_waits_for_a_lock(as_owner)
        as_owner(f"UPDATE evidence SET upload_id = '{uuid4()}' WHERE id = '{begun.upload.evidence_id}'")  # noqa: S608
    thread.join(120)
    assert len(told) == 1


def test_an_upload_token_stands_for_somebody(dems: Dems, begin: Callable[[bytes], Begun]) -> None:
    begun = begin(b"abc")
    with dems.transaction() as tx, pytest.raises(RuntimeError, match="somebody"):
        issue_upload_token(tx, system(), begun.upload, receipt_for=timedelta(0), at=dems.clock())
