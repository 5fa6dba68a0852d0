"""From the seal to recorded findings: what is read, what is recorded of it, and what becomes of files that kill their readers."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from dems.errors import NoLongerDue
from dems.model.findings import ResultState
from dems.model.ids import EvidenceId
from dems.model.names import OriginalName
from dems.model.readings import FindingsState
from dems.ports import Job, JobKind, Lease
from dems.steps.extracting import Wanted
from dems.steps.recording import original_of
from dems.steps.result import kept_document
from storage.interface import LockFound
from storage.reader import hash_version
from tests.conftest import Owner
from tests.faults.verifier import Verifier
from tests.reader import CRASHED, PICTURES
from tests.readings import finding
from tests.usecases.extracting import Library


def test_a_seal_makes_an_item_wait_and_a_reading_ends_the_waiting(shelf: Library, as_owner: Owner) -> None:
    item = shelf.sealed(b"what is in it\nand more")
    assert shelf.state(item) is FindingsState.WAITING
    assert Job(JobKind.EXTRACT, item.id) in shelf.sent.jobs
    reading_id = shelf.one(item)

    [kept] = shelf.readings(item)
    assert (kept.id, kept.state, kept.reason, kept.findings) == (reading_id, ResultState.COMPLETE, None, 3)
    assert (kept.original.version_id, kept.original.sha256) == (item.version_id, item.digests["sha256"])
    assert (kept.original.size, kept.media_type, kept.sandbox, kept.tools) == (22, "text/plain", "none", {"tests": "1"})
    assert kept.begun_at <= kept.ended_at
    findings, renditions = shelf.found(kept)
    assert [(f.name, f.value) for f in findings] == [
        ("media_type", "text/plain"),
        ("text.start", "what is in it"),
        ("text.start", "and more"),
    ]
    assert renditions == []
    assert kept.result_sha256 == sha256(kept_document(kept, findings, [])).digest()
    stands = shelf.stands(item)
    assert (stands.state, stands.reading_id, stands.media_type) == (FindingsState.COMPLETE, kept.id, "text/plain")
    assert stands.disagrees, "the bytes of recording.mp4 are text"
    assert shelf.job(item) is None
    assert shelf.reader.read == [(item.version_id, "mp4", False)]
    Verifier(shelf.dems, as_owner).chains(shelf.team.case.id)


def test_the_entry_says_what_was_read_with_what_and_nothing_of_the_text(shelf: Library) -> None:
    item = shelf.sealed(b"pictures of somebody")
    shelf.one(item)
    [kept] = shelf.readings(item)
    [entry] = shelf.entries(item, "findings.record")
    assert entry["facts"] == {
        "reading": str(kept.id),
        "version_id": item.version_id,
        "sha256": item.digests["sha256"].hex,
        "state": "complete",
        "media_type": "text/plain",
        "findings": 2,
        "result_sha256": kept.result_sha256.hex(),
        "sandbox": "none",
        "tools": {"tests": "1"},
        "renditions": [sha256(p).hexdigest() for p in PICTURES],
    }
    assert (entry["actor"]["kind"], entry["s62"]) == ("system", "collection")
    assert "somebody" not in str(entry)


def test_pictures_lie_among_the_exports_by_their_digest_and_locked_for_a_day(shelf: Library) -> None:
    item = shelf.sealed(b"pictures of something")
    shelf.one(item)
    [kept] = shelf.readings(item)
    _, renditions = shelf.found(kept)
    assert [(r.number, r.kind.value, r.width, r.height, r.at_seconds, r.size) for r in renditions] == [
        (n, "frame", 4, 3, float(n), len(p)) for n, p in enumerate(PICTURES)
    ]
    exports = shelf.dems.exports
    assert exports.bucket == shelf.dems.settings.s3.buckets.exports != shelf.dems.store.bucket
    for picture, each in zip(PICTURES, renditions, strict=True):
        assert each.key == f"renditions/{item.id}/{sha256(picture).hexdigest()}"
        info = exports.head(each.key, each.version_id)
        read = hash_version(exports, info.stored, ("sha256",))
        assert read.digests["sha256"] == each.sha256 == sha256(picture).digest()
        assert info.lock.retain_until is not None
        days = (info.lock.retain_until - kept.ended_at).total_seconds() / 86400
        assert info.lock == LockFound("COMPLIANCE", info.lock.retain_until, legal_hold=False)
        assert days == pytest.approx(1, abs=0.001)


def test_the_same_picture_made_again_is_the_same_object(shelf: Library) -> None:
    item = shelf.sealed(b"pictures made twice")
    shelf.one(item)
    shelf.dems.findings.ask_again(shelf.team.investigator.actor, EvidenceId(item.id))
    shelf.one(item)
    first, second = ([(r.key, r.version_id) for r in shelf.found(kept)[1]] for kept in shelf.readings(item))
    assert first == second
    assert len(first) == len(PICTURES)


# --- files that kill their readers ---


def test_a_file_that_kills_its_reader_three_times_has_failed_and_says_why(shelf: Library, as_owner: Owner) -> None:
    item = shelf.sealed(b"crash it")
    assert shelf.one(item) is None
    first = shelf.job(item)
    assert (first.kind, first.attempts, first.problem) == ("extract_large", 1, CRASHED)
    assert first.leased_by is None, "others may go on with it"
    assert shelf.state(item) is FindingsState.WAITING
    shelf.due_again()
    assert shelf.one(item) is None
    assert (shelf.job(item).kind, shelf.job(item).attempts) == ("extract_large", 2)
    shelf.due_again()
    assert shelf.one(item) is not None

    [kept] = shelf.readings(item)
    assert (kept.state, kept.findings, kept.media_type) == (ResultState.FAILED, 0, "application/octet-stream")
    assert kept.reason == f"It was tried 3 times, and in none did its reader live to the end. {CRASHED}"
    assert (kept.sandbox, kept.tools) == ("unknown", {"tests": "1"})
    assert shelf.state(item) is FindingsState.FAILED
    assert shelf.job(item) is None
    [entry] = shelf.entries(item, "findings.record")
    assert entry["facts"]["state"] == "failed"
    assert kept.result_sha256 == sha256(kept_document(kept, [], [])).digest()
    Verifier(shelf.dems, as_owner).chains(shelf.team.case.id)


def test_a_second_try_is_a_patient_one(shelf: Library) -> None:
    item = shelf.sealed(b"sleeps too long at first")
    with shelf.dems.transaction() as tx:
        lease = tx.jobs.claim(Job(JobKind.EXTRACT, item.id), shelf.dems.lease)
        tx.jobs.put_back(lease, CRASHED, timedelta(0), as_kind=JobKind.EXTRACT_LARGE)
    with pytest.raises(NoLongerDue):
        shelf.dems.extraction.one(EvidenceId(item.id))
    assert shelf.dems.extraction.one(EvidenceId(item.id), large=True) is not None
    assert shelf.reader.read == [(item.version_id, "mp4", True)]


@pytest.mark.parametrize("problem", [None, CRASHED])
def test_an_item_whose_workers_were_lost_three_times_is_not_read_a_fourth_time(
    shelf: Library, problem: str | None
) -> None:
    item = shelf.sealed(b"takes the machine with it")
    told = "NULL" if problem is None else f"'{problem}'"
    for _ in range(3):
        with shelf.dems.transaction() as tx:
            tx.jobs.claim(Job(JobKind.EXTRACT, item.id), shelf.dems.lease)
        shelf.due_again()  # its worker said nothing any more
    shelf.owner(f"UPDATE jobs SET problem = {told} WHERE subject = '{item.id}'")  # noqa: S608
    assert shelf.one(item) is not None
    assert shelf.reader.read == []
    [kept] = shelf.readings(item)
    lost = "It was begun 3 times, and each time the worker that read it was lost before it had a result."
    assert kept.reason == (lost if problem is None else f"{lost} Before: {CRASHED}")
    assert kept.state is ResultState.FAILED


def test_one_that_killed_its_readers_blocks_nobody(shelf: Library) -> None:
    items = [shelf.sealed(content) for content in (b"first", b"crash", b"last")]
    assert shelf.dems.extraction.many() == 2
    assert [shelf.state(i) for i in items] == [
        FindingsState.COMPLETE,
        FindingsState.WAITING,
        FindingsState.COMPLETE,
    ]
    assert shelf.job(items[1]).kind == "extract_large"


# --- what is not read ---


@pytest.mark.parametrize(
    "change",
    ["state = 'frozen', integrity = 'altered'", "integrity = 'missing'", "integrity = 'unreadable'"],
)
def test_what_is_not_as_it_was_sealed_is_not_read(shelf: Library, change: str) -> None:
    item = shelf.sealed(b"was sealed")
    shelf.owner(f"UPDATE evidence SET {change} WHERE id = '{item.id}'")  # noqa: S608
    with pytest.raises(NoLongerDue):
        shelf.one(item)
    assert shelf.reader.read == []
    assert (shelf.job(item), shelf.state(item)) == (None, FindingsState.NONE)


def test_what_is_frozen_while_it_is_read_is_not_recorded(shelf: Library) -> None:
    item = shelf.sealed(b"frozen meanwhile")
    freeze = f"UPDATE evidence SET state = 'frozen', integrity = 'altered' WHERE id = '{item.id}'"  # noqa: S608

    def frozen(_: object) -> None:
        shelf.owner(freeze)

    shelf.reader.before = frozen
    assert shelf.one(item) is None
    assert shelf.readings(item) == []
    assert shelf.entries(item, "findings.record") == []
    assert (shelf.job(item), shelf.state(item)) == (None, FindingsState.NONE)


def test_an_item_without_work_due_is_not_read(shelf: Library) -> None:
    item = shelf.sealed(b"read once")
    shelf.one(item)
    with pytest.raises(NoLongerDue):
        shelf.dems.extraction.one(EvidenceId(item.id))
    assert len(shelf.readings(item)) == 1


def test_a_lease_that_was_lost_records_nothing(shelf: Library) -> None:
    item = shelf.sealed(b"slow to read")

    def taken(_: object) -> None:
        shelf.due_again()
        with shelf.dems.transaction() as tx:
            tx.jobs.claim(Job(JobKind.EXTRACT, item.id), shelf.dems.lease)

    shelf.reader.before = taken
    assert shelf.one(item) is None
    assert shelf.readings(item) == []
    assert shelf.job(item).attempts == 2, "it is its new holder's"


def test_an_extension_is_the_last_part_of_the_name_in_small_letters(shelf: Library) -> None:
    item = shelf.sealed(b"x")
    original, lease = original_of(item), Lease(Job(JobKind.EXTRACT, item.id), "nobody", 1)
    assert original is not None
    for name, extension in ((OriginalName(b"a.b.MP4"), "mp4"), (OriginalName(b"noextension"), ""), (None, "")):
        assert Wanted(lease, replace(item, name=name), original).extension == extension


def test_malware_that_kills_its_readers_is_warned_of_all_the_same(shelf: Library) -> None:
    item = shelf.sealed(b"crash")
    shelf.reader.scanned = (finding("malware", "Eicar", flags=("found",)),)
    for _ in range(3):
        shelf.one(item)
        shelf.due_again()
    [kept] = shelf.readings(item)
    assert (kept.state, kept.findings) == (ResultState.FAILED, 1)
    assert shelf.stands(item).malware
    findings, _ = shelf.found(kept)
    assert kept.result_sha256 == sha256(kept_document(kept, findings, [])).digest()
