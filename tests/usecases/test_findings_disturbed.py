"""Readings disturbed: the store or the readers fail, somebody cancels or asks again, many are read at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from dems.errors import DatabaseUnavailable
from dems.layout import rendition_key
from dems.model.ids import EvidenceId
from dems.model.readings import FindingsState
from dems.ports import Job, JobKind
from dems.steps import extracting
from dems.usecases.findings import extract_many
from storage.errors import BytesDamaged, ObjectMissing, StorageError, StoreUnavailable
from storage.interface import Lock, ObjectStore, StoredVersion
from tests.conftest import Owner, Sent, Team, Time
from tests.reader import PICTURES
from tests.usecases.extracting import Library, cancelled, library


@dataclass
class Failing:
    """A store in which one kind of call fails while `error` is set."""

    real: ObjectStore
    call: str
    error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if name == self.call and self.error is not None:
            raise self.error
        return getattr(self.real, name)


@pytest.fixture
def exports(dems: Any) -> Failing:
    return Failing(dems.exports, "put")


@pytest.fixture
def shelf(dems: Any, team: Team, as_owner: Owner, sent: Sent, time: Time, exports: Any) -> Library:
    return library(dems, team, as_owner, sent, time, exports)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are renewed each time that a reader says that it lives, and not only after seconds."""
    monkeypatch.setattr(extracting, "RENEWED_EVERY_SECONDS", 0.0)


# --- the store ---


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(StoreUnavailable("the store does not answer"), 60), (BytesDamaged("it broke off"), 600)],
    ids=lambda e: type(e).__name__,
)
def test_a_store_that_fails_is_no_fault_of_the_file(shelf: Library, error: StorageError, seconds: int) -> None:
    item = shelf.sealed(b"cannot be had")

    def fails(_: StoredVersion) -> None:
        raise error

    shelf.reader.before = fails
    for _ in range(5):
        assert shelf.one(item) is None
        job = shelf.job(item)
        assert (job.kind, job.attempts, job.leased_by) == ("extract", 0, None)
        assert job.problem == f"{type(error).__name__}: {error}"
        [(pause,)] = shelf.owner(f"SELECT extract(epoch FROM due_at - now()) FROM jobs WHERE subject = '{item.id}'")  # noqa: S608
        assert seconds - 10 < pause <= seconds
        shelf.due_again()
    shelf.reader.before = lambda _: None
    assert shelf.one(item) is not None
    assert shelf.state(item) is FindingsState.COMPLETE


def test_what_was_taken_away_while_the_store_failed_is_its_new_holders(shelf: Library) -> None:
    item = shelf.sealed(b"cannot be had")

    def taken(_: StoredVersion) -> None:
        shelf.owner(f"UPDATE jobs SET leased_by = 'another' WHERE subject = '{item.id}'")  # noqa: S608
        raise StoreUnavailable("the store does not answer")

    shelf.reader.before = taken
    assert shelf.one(item) is None
    job = shelf.job(item)
    assert (job.leased_by, job.attempts, job.problem) == ("another", 1, None)


def test_bytes_that_are_not_there_are_looked_for(shelf: Library) -> None:
    item = shelf.sealed(b"gone")

    def gone(_: StoredVersion) -> None:
        raise ObjectMissing("no such version")

    shelf.reader.before = gone
    assert shelf.one(item) is None
    assert shelf.job(item).attempts == 0
    assert Job(JobKind.RECHECK, item.id) in shelf.sent.jobs


def test_without_its_pictures_a_reading_is_not_recorded(shelf: Library, exports: Failing) -> None:
    item = shelf.sealed(b"pictures of it")
    exports.error = StoreUnavailable("the store does not answer")
    assert shelf.one(item) is None
    assert shelf.readings(item) == []
    assert (shelf.job(item).attempts, shelf.state(item)) == (0, FindingsState.WAITING)
    exports.error = None
    shelf.due_again()
    assert shelf.one(item) is not None
    assert len(shelf.found(shelf.readings(item)[0])[1]) == len(PICTURES)


def test_a_picture_that_is_another_than_its_name_says_is_never_recorded(shelf: Library, exports: Failing) -> None:
    item = shelf.sealed(b"pictures of it")
    key = rendition_key(EvidenceId(item.id), sha256(PICTURES[0]).digest())
    lock = Lock(shelf.time() + timedelta(minutes=1))
    exports.real.put(key, b"forged", size=6, sha256=sha256(b"forged").digest(), lock=lock)
    assert shelf.one(item) is None
    assert "other bytes than its name says" in shelf.job(item).problem
    assert shelf.readings(item) == []


def test_pictures_without_a_record_are_taken_up_by_the_next_try(shelf: Library, exports: Failing) -> None:
    """The record failed after the pictures were stored: nothing is stored twice, and one reading is recorded."""
    item = shelf.sealed(b"pictures of it")
    calls: list[int] = []

    @contextmanager
    def loses_the_second() -> Iterator[Any]:
        calls.append(1)
        with shelf.dems.transaction() as tx:
            yield tx
            if len(calls) == 2:
                raise DatabaseUnavailable

    with pytest.raises(DatabaseUnavailable):
        replace(shelf.dems.extraction.one, transaction=loses_the_second)(EvidenceId(item.id))
    assert shelf.readings(item) == []
    stored = list(exports.real.versions(f"renditions/{item.id}/"))
    shelf.due_again()
    assert shelf.one(item) is not None
    assert list(exports.real.versions(f"renditions/{item.id}/")) == stored
    assert len(shelf.readings(item)) == len(shelf.entries(item, "findings.record")) == 1


# --- readers ---


def test_where_nothing_can_be_read_items_wait_and_are_not_blamed(shelf: Library) -> None:
    items = [shelf.sealed(b"%d" % n) for n in range(3)]
    shelf.reader.broken = "Files are read here from sandbox level full on, and this machine reaches none."
    assert shelf.one(items[0]) is None
    assert shelf.dems.extraction.many() == 0
    for item in items:
        job = shelf.job(item)
        assert (job.kind, job.attempts, job.leased_by, job.problem) == ("extract", 0, None, shelf.reader.broken)
        assert shelf.state(item) is FindingsState.WAITING
    shelf.reader.broken = None
    shelf.due_again()
    assert shelf.dems.extraction.many() == 3


def test_what_was_read_before_the_readers_failed_is_recorded(shelf: Library) -> None:
    items = [shelf.sealed(b"%d" % n) for n in range(3)]

    def last(_: StoredVersion) -> None:
        if len(shelf.reader.read) == 1:
            shelf.reader.broken = "No reader could be made."

    shelf.reader.before = last
    assert shelf.dems.extraction.many() == 2
    assert sorted(shelf.state(i).value for i in items) == ["complete", "complete", "waiting"]


# --- many ---


def test_many_are_read_in_batches_of_few_transactions(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_many, "BATCH", 4)
    items = [shelf.sealed(b"file %d" % n) for n in range(10)]
    calls: list[int] = []

    @contextmanager
    def counted() -> Iterator[Any]:
        calls.append(1)
        with shelf.dems.transaction() as tx:
            yield tx

    assert replace(shelf.dems.extraction.many, transaction=counted)() == 10
    assert len(calls) == 6, "one to take and one to record each batch"
    for item in items:
        assert shelf.state(item) is FindingsState.COMPLETE
        assert shelf.job(item) is None
        assert len(shelf.entries(item, "findings.record")) == 1


def test_a_run_ends_after_so_many_batches_or_so_long(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_many, "BATCH", 1)
    for n in range(4):
        shelf.sealed(b"file %d" % n)
    monkeypatch.setattr(extract_many, "BATCHES", 2)
    assert shelf.dems.extraction.many() == 2
    monkeypatch.setattr(extract_many, "RUN_SECONDS", -1)
    assert shelf.dems.extraction.many() == 1


def test_thousands_of_findings_do_not_wait_for_the_end_of_a_batch(
    shelf: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract_many, "MAX_FINDINGS", 3)
    items = [shelf.sealed(b"one\ntwo") for _ in range(2)]
    seen: list[list[str]] = []
    shelf.reader.before = lambda _: seen.append(sorted(shelf.state(i).value for i in items))
    assert shelf.dems.extraction.many() == 2
    assert seen == [["waiting", "waiting"], ["complete", "waiting"]]


def test_nothing_waiting_is_no_work(shelf: Library) -> None:
    assert shelf.dems.extraction.many() == 0
    item = shelf.sealed(b"frozen")
    shelf.owner(f"UPDATE evidence SET state = 'frozen', integrity = 'altered' WHERE id = '{item.id}'")  # noqa: S608
    assert shelf.dems.extraction.many() == 0
    assert shelf.job(item) is None


def test_what_was_tried_before_is_not_read_with_the_many(shelf: Library) -> None:
    item = shelf.sealed(b"once begun")
    with shelf.dems.transaction() as tx:
        tx.jobs.claim(Job(JobKind.EXTRACT, item.id), shelf.dems.lease)
    shelf.due_again()
    assert shelf.dems.extraction.many() == 0
    assert shelf.one(item) is not None


@pytest.mark.usefixtures("at_once")
def test_leases_are_renewed_and_one_that_is_cancelled_is_left_out(shelf: Library) -> None:
    items = [shelf.sealed(b"file %d" % n) for n in range(3)]
    until: list[Any] = []

    def cancels(_: StoredVersion) -> None:
        until.append(shelf.job(items[2]).leased_until)
        if len(until) == 1:
            cancelled(shelf, items[1])

    shelf.reader.before = cancels
    assert shelf.dems.extraction.many() == 2
    assert until == sorted(until)
    assert until[0] < until[-1], "also of those whose turn is still to come"
    assert [shelf.state(i).value for i in items] == ["complete", "cancelled", "complete"]
    assert shelf.entries(items[1], "findings.record") == []


@pytest.mark.usefixtures("at_once")
def test_a_batch_that_was_taken_away_as_a_whole_records_nothing(shelf: Library) -> None:
    items = [shelf.sealed(b"file %d" % n) for n in range(2)]
    ids = ", ".join(f"'{i.id}'" for i in items)

    def taken(_: StoredVersion) -> None:
        shelf.owner(f"UPDATE jobs SET leased_by = 'another' WHERE subject IN ({ids})")  # noqa: S608

    shelf.reader.before = taken
    assert shelf.dems.extraction.many() == 0
    assert [shelf.readings(i) for i in items] == [[], []]


def test_the_sweep_has_many_read_by_one_run(shelf: Library) -> None:
    for n in range(10):
        shelf.sealed(b"file %d" % n)
    shelf.due_again()
    kinds = [j.kind for j in shelf.dems.upkeep.sweep(at_most=10_000)]
    assert kinds.count(JobKind.EXTRACT_MANY) == 1
    assert kinds[0] is JobKind.EXTRACT_MANY
    assert kinds.count(JobKind.EXTRACT) == 10
