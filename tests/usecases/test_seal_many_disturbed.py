"""Small files by the hundred: several workers, leases that are lost, confirmations by others, and a store that has something else."""

import os
import threading
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId
from dems.model.intakes import Outcome
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind, Page
from dems.usecases.evidence import seal_many
from dems.usecases.evidence.seal_many import SealMany
from dems.usecases.upkeep.reconcile import Reconcile
from storage.errors import StoreUnavailable
from storage.interface import ByteStream, ObjectStore
from storage.s3_client import client_for
from tests.conftest import Owner, Team
from tests.faults.verifier import Below, Verifier
from tests.usecases.sending import Held, Sender, at_once, digest_of, through


@pytest.fixture(autouse=True)
def alone(as_owner: Owner) -> None:
    """What other tests left undone is put off."""
    as_owner("UPDATE jobs SET due_at = now() + interval '1 d'")


def sends(dems: Dems, team: Team, count: int) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, *(os.urandom(500 + n) for n in range(count)))


def acts(dems: Dems, owner: Owner, item: UUID) -> Counter[str]:
    """The acts in the item's chain, which holds."""
    [(chain,)] = owner(
        "SELECT DISTINCT chain_id FROM custody_entries JOIN custody_details ON entry_id = id "  # noqa: S608
        f"WHERE evidence_id = '{item}'"
    )
    return Counter(str(e["act"]) for e in Verifier(dems, owner).chain(chain))


def due(owner: Owner, sender: Sender) -> list[Any]:
    subjects = ", ".join(f"'{i}'" for r in sender.rows() if r.upload for i in (r.evidence.id, r.upload.id))
    # That what is sealed waits to be read is another matter.
    return owner(f"SELECT * FROM jobs WHERE subject IN ({subjects}) AND kind NOT LIKE 'extract%'")  # noqa: S608


def all_sealed_once(dems: Dems, owner: Owner, sender: Sender) -> None:
    for row, content in zip(sender.rows(), sender.contents, strict=True):
        assert (row.evidence.state, row.evidence.digests["sha256"]) == (EvidenceState.SEALED, digest_of(content))
        assert acts(dems, owner, row.evidence.id) == {"evidence.declare": 1, "upload.complete": 1, "evidence.seal": 1}
    assert due(owner, sender) == []


class Interrupted:
    """A store that calls `then` before it opens an object, with the key."""

    def __init__(self, real: ObjectStore, then: Callable[[str], None]) -> None:
        self._real, self._then = real, then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def open(self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None) -> Iterator[ByteStream]:
        self._then(key)
        found: Any = self._real.open(key, version_id, start=start, end=end)
        return found  # type: ignore[no-any-return]


def test_workers_at_once_seal_each_item_once_and_lose_none(
    dems: Dems, team: Team, as_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_many, "BATCH", 7)
    sender = sends(dems, team, 40)
    sender.sends_all()
    done = at_once(*[dems.evidence.seal_many] * 3)
    assert sum(done) == 40, done
    all_sealed_once(dems, as_owner, sender)
    assert dems.evidence.seal_many() == 0, "nothing is left"


def test_one_run_ends_and_leaves_the_rest_to_the_next(
    dems: Dems, team: Team, as_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_many, "BATCH", 2)
    monkeypatch.setattr(seal_many, "BATCHES", 2)
    sender = sends(dems, team, 5)
    sender.sends_all()
    assert dems.evidence.seal_many() == 4
    assert dems.evidence.seal_many() == 1
    all_sealed_once(dems, as_owner, sender)


@pytest.mark.parametrize("store_fails", [False, True])
def test_a_lease_lost_in_the_middle_costs_that_item_its_turn_and_no_other(
    dems: Dems, team: Team, as_owner: Owner, store_fails: bool
) -> None:
    sender = sends(dems, team, 4)
    sender.sends_all()
    unlucky = sender.rows()[1].evidence.id

    def taken_away(key: str) -> None:
        if str(unlucky) in key:
            as_owner(f"UPDATE jobs SET leased_by = 'another' WHERE subject = '{unlucky}'")  # noqa: S608
            if store_fails:
                raise StoreUnavailable("injected")

    assert through(dems, Interrupted(dems.store, taken_away)).evidence.seal_many() == 3
    [job] = due(as_owner, sender)
    assert (job.subject, job.leased_by) == (unlucky, "another")
    with pytest.raises(NoLongerDue):
        dems.evidence.seal(EvidenceId(unlucky))
    as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 s' WHERE subject = '{unlucky}'")  # noqa: S608
    dems.evidence.seal(EvidenceId(unlucky))
    all_sealed_once(dems, as_owner, sender)


def test_what_the_store_failed_at_stays_due_and_the_others_are_sealed(dems: Dems, team: Team, as_owner: Owner) -> None:
    sender = sends(dems, team, 3)
    sender.sends_all()
    unlucky = sender.rows()[2].evidence.id

    def fails(key: str) -> None:
        if str(unlucky) in key:
            raise StoreUnavailable("injected")

    assert through(dems, Interrupted(dems.store, fails)).evidence.seal_many() == 2
    [job] = due(as_owner, sender)
    assert (job.subject, job.leased_by, job.problem) == (unlucky, None, "StoreUnavailable: injected")
    as_owner(f"UPDATE jobs SET due_at = now() WHERE subject = '{unlucky}'")  # noqa: S608
    assert dems.evidence.seal_many() == 1
    all_sealed_once(dems, as_owner, sender)


def test_leases_are_renewed_while_a_batch_is_read(dems: Dems, team: Team, as_owner: Owner) -> None:
    sender = sends(dems, team, 6)
    sender.sends_all()
    slow = Interrupted(dems.store, lambda _: clock.sleep(0.3))
    chosen: Any = slow
    seal = SealMany(dems.transaction, chosen, dems.locks, dems.clock, timedelta(seconds=0.5), ("sha256",))
    worker = threading.Thread(target=seal)
    worker.start()
    seen: list[Any] = []
    while worker.is_alive():
        seen += due(as_owner, sender)
        clock.sleep(0.05)
    worker.join()
    assert len({j.leased_until for j in seen}) > 1, "the end of the lease moved"
    all_sealed_once(dems, as_owner, sender)


@pytest.mark.parametrize("reader", ["by the hundred", "one by one"])
def test_what_somebody_else_confirms_while_it_is_read_back_is_sealed_all_the_same(
    dems: Dems, team: Team, as_owner: Owner, reader: str
) -> None:
    sender = sends(dems, team, 1)
    sender.sends_all()
    held: Any = Held(dems.store, "settle")
    core = through(dems, held)
    act: Callable[[], object] = core.evidence.seal_many
    if reader == "one by one":
        act = lambda: core.evidence.seal(EvidenceId(sender.item.id))  # noqa: E731
    worker = threading.Thread(target=act)
    worker.start()
    assert held.reached.wait(120)
    assert sender.completes().state is UploadState.COMPLETING
    assert dems.intake.finish_completion(sender.upload.id) is UploadState.COMPLETED
    assert sender.item.state is EvidenceState.VERIFYING
    held.go_on.set()
    worker.join(120)
    all_sealed_once(dems, as_owner, sender)


def test_another_version_confirmed_meanwhile_is_read_back_in_its_turn(dems: Dems, team: Team, as_owner: Owner) -> None:
    """The reader saw a later version, put there with the application's own key; the record is of the first, which fits."""
    sender = sends(dems, team, 1)
    sender.sends_all()
    first = next(dems.store.versions(sender.key)).version_id
    overwrite(dems, sender.key, b"something else")
    held: Any = Held(dems.store, "settle")
    worker = threading.Thread(target=through(dems, held).evidence.seal_many)
    worker.start()
    assert held.reached.wait(120)
    sender.completes()
    assert dems.intake.finish_completion(sender.upload.id) is UploadState.COMPLETED
    held.go_on.set()
    worker.join(120)
    assert (sender.item.state, sender.item.version_id) == (EvidenceState.VERIFYING, first)
    [job] = [j for j in due(as_owner, sender) if j.kind == JobKind.VERIFY.value]
    assert (job.leased_by, "recorded by another" in job.problem) == (None, True)
    as_owner(f"UPDATE jobs SET due_at = now() WHERE subject = '{sender.item.id}'")  # noqa: S608
    dems.evidence.seal(EvidenceId(sender.item.id))
    all_sealed_once(dems, as_owner, sender)


def overwrite(dems: Dems, key: str, data: bytes) -> str:
    """As whoever has the application's key could: a plain PUT, without a condition and without a lock."""
    client = client_for(dems.settings.s3)
    try:
        return str(client.put_object(Bucket=dems.store.bucket, Key=key, Body=data)["VersionId"])
    finally:
        client.close()


def test_a_later_version_put_over_what_was_announced_is_a_mismatch_and_never_sealed(
    dems: Dems, team: Team, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    sender = sends(dems, team, 1)
    sender.sends_all()
    first = next(dems.store.versions(sender.key)).version_id
    other = bytes([sender.contents[0][0] ^ 1]) + sender.contents[0][1:]
    later = overwrite(dems, sender.key, other)
    assert dems.evidence.seal_many() == 1
    item = sender.item
    assert (item.state, item.version_id, item.digests["sha256"]) == (EvidenceState.MISMATCH, later, digest_of(other))
    assert any(r.message == "evidence_mismatch" and r.levelname == "ERROR" for r in caplog.records)
    assert acts(dems, as_owner, item.id) == {"evidence.declare": 1, "upload.complete": 1, "evidence.mismatch": 1}
    below: Any = Below(dems.store, sender.key)
    Reconcile(dems.transaction, below, dems.clock, timedelta(0))()
    reported = [r.version_id for r in as_owner(f"SELECT version_id FROM orphans WHERE key = '{sender.key}'")]  # noqa: S608
    assert reported == [first], "the bytes that were sent are there still, and are reported"
    assert dems.intakes.look_up.one(sender.who, sender.intake)[1].different == 1


def test_a_wrong_digest_is_a_mismatch_and_the_intake_token_opens_a_fresh_upload(
    dems: Dems, team: Team, as_owner: Owner
) -> None:
    sender = sends(dems, team, 1)
    assert sender.directly(1) == 200
    assert sender.announces(digest_of(b"other")).problems == []
    assert dems.evidence.seal_many() == 1
    [row] = dems.intakes.look_up.items(sender.who, sender.intake, Page(10), wanted=Outcome.DIFFERENT, extra=False)[1]
    assert row.evidence.state is EvidenceState.MISMATCH
    holder = dems.people.recognise(sender.token, on_behalf_of=None, request_id=None)
    mine = Sender(dems, holder, sender.intake, sender.token, sender.contents)
    _, fresh, _ = dems.intake.open_upload(holder, row.evidence.id)
    assert fresh.intake_id == sender.intake
    assert mine.upload.id == fresh.id
    mine.sends_all()
    assert dems.evidence.seal_many() == 1
    assert mine.item.state is EvidenceState.SEALED
    assert acts(dems, as_owner, row.evidence.id)["evidence.seal"] == 1
    counts = dems.intakes.look_up.one(holder, sender.intake)[1]
    assert (counts.declared, counts.sealed, counts.different) == (1, 1, 0)


def test_what_waits_too_long_for_its_reader_is_looked_for_and_never_opened_again(
    dems: Dems, team: Team, as_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers that are behind by more than the lease of what was announced: its bytes are there, so they are recorded."""
    sender = sends(dems, team, 2)
    sender.sends_all()
    ids = ", ".join(f"'{u.id}'" for u in sender.uploads())
    as_owner(f"UPDATE upload_completions SET leased_until = now() - interval '1 s' WHERE upload_id IN ({ids})")  # noqa: S608
    while dems.intake.find_overdue(at_most=500) == 500:
        pass
    for upload in sender.uploads():
        assert dems.intake.finish_completion(upload.id) is UploadState.COMPLETED
    assert not [r for r in caplog.records if r.levelname == "CRITICAL"]
    assert dems.evidence.seal_many() == 2
    all_sealed_once(dems, as_owner, sender)


def test_a_nudge_for_what_is_no_longer_waiting_changes_nothing(dems: Dems, team: Team, as_owner: Owner) -> None:
    sender = sends(dems, team, 1)
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.VERIFY, sender.item.id))
    assert dems.evidence.seal_many() == 0
    assert due(as_owner, sender) == []
    assert sender.item.state is EvidenceState.DECLARED
    assert dems.evidence.seal_many() == 0
