"""Read back by the hundred: what is no work, what is not there, what is over by then, and what is never sealed."""

import json
import os
import threading
from dataclasses import replace
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.model.evidence import EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind, Page
from dems.steps.sealing import Examiner, Recorder, candidates
from dems.usecases.evidence.seal_many import SMALL
from tests.conftest import Owner, Team
from tests.faults.parts_journey import put_directly
from tests.usecases.sending import Held, Sender, through


@pytest.fixture(autouse=True)
def alone(as_owner: Owner) -> None:
    """What other tests left undone is put off."""
    as_owner("UPDATE jobs SET due_at = now() + interval '1 d'")


def sends(dems: Dems, team: Team, count: int) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, *(os.urandom(500 + n) for n in range(count)))


def to_verify(owner: Owner, *subjects: object) -> list[Any]:
    among = ", ".join(f"'{s}'" for s in subjects)
    return owner(f"SELECT * FROM jobs WHERE subject IN ({among}) AND kind = 'verify'")  # noqa: S608


def acts(sender: Sender) -> list[str]:
    return [
        json.loads(row.detail or b"")["act"]
        for row in sender.dems.custody.read.item(sender.who, sender.item.id, Page(50))
    ]


def test_what_has_no_bytes_to_come_is_nobodys_work(dems: Dems, team: Team, as_owner: Owner) -> None:
    physical = dems.intake.declare(
        team.investigator.actor,
        team.case.id,
        exhibit_ref=ExhibitRef("BAT/1"),
        description="A baton",
        kind=Kind.PHYSICAL,
    ).evidence
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.VERIFY, physical.id))
    assert dems.evidence.seal_many() == 0
    with pytest.raises(NoLongerDue, match="not waiting to be verified"):
        dems.evidence.seal(EvidenceId(physical.id))
    assert to_verify(as_owner, physical.id) == []


def test_what_was_announced_and_is_not_there_is_open_again(dems: Dems, team: Team) -> None:
    sender = sends(dems, team, 2)
    there, not_there = sender.uploads()
    assert put_directly(sender.address(1, sender.contents[0], upload=there), sender.contents[0]) == 200
    sender.address(1, sender.contents[1], upload=not_there)
    assert sender.announces().problems == []
    assert dems.evidence.seal_many() == 1
    assert [u.state for u in sender.uploads()] == [UploadState.COMPLETED, UploadState.OPEN]
    assert put_directly(sender.address(1, sender.contents[1], upload=not_there), sender.contents[1]) == 200
    sender.announces()
    assert dems.evidence.seal_many() == 1
    assert [r.evidence.state for r in sender.rows()] == [EvidenceState.SEALED] * 2


def test_what_is_over_when_its_bytes_were_read_is_not_recorded(dems: Dems, team: Team, as_owner: Owner) -> None:
    """The readers-back were so slow that the announcement was given up, and then the upload."""
    sender = sends(dems, team, 1)
    sender.sends_all()
    held: Any = Held(dems.store, "settle")
    worker = threading.Thread(target=through(dems, held).evidence.seal_many)
    worker.start()
    assert held.reached.wait(120)
    with dems.transaction() as tx:
        intent = tx.uploads.completion(sender.upload.id)
        assert intent is not None
        tx.uploads.forget_intent(sender.upload.id, intent.attempt)
    dems.intake.abandon(sender.who, sender.upload.id)
    held.go_on.set()
    worker.join(120)
    assert (sender.upload.state, sender.item.state) == (UploadState.ABANDONED, EvidenceState.DECLARED)
    assert acts(sender) == ["evidence.declare", "upload.abandon"]
    assert to_verify(as_owner, sender.item.id, sender.upload.id) == [], "there is nothing to be read back any more"


def test_nothing_is_sealed_without_a_lock(dems: Dems, team: Team) -> None:
    sender = sends(dems, team, 1)
    sender.sends_all()
    with dems.transaction() as tx:
        waiting, _ = candidates(tx, tx.jobs.claim_small(JobKind.VERIFY, SMALL, 1, dems.lease))
    examined = Examiner(dems.store, dems.locks, dems.clock, ("sha256",))(waiting[0])
    with pytest.raises(RuntimeError, match="without a lock"), dems.transaction() as tx:
        Recorder(tx, [replace(examined, lock=None)], dems.clock).record()
    assert sender.item.state is EvidenceState.DECLARED
