"""What `dems.ports.ReadsFindings` promises, of the nursery's readers and of the one that tests use; and a worker killed while it reads."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psutil
import pytest
from redis import Redis

from dems.bootstrap import Dems
from dems.model.findings import ResultState
from dems.ports import Job, JobKind, NoReaders, ReaderDied, ReaderReport, ReadsFindings
from dems.settings import FindingsSettings, Settings
from storage.errors import ObjectMissing
from storage.interface import ObjectStore, StoredVersion
from storage.s3 import connect
from storage.settings import S3Settings
from tests.conftest import Owner, Team
from tests.contracts.object_store import put
from tests.faults.verifier import Verifier
from tests.reader import Reader
from tests.workers.conftest import Worker, until
from tests.workers.extractors.survey import FAMILY
from tests.world import World
from workers.client import Client
from workers.extractors.nursery import Nursery
from workers.reading import ReadsInNursery, keep_reporting

OLD_KERNEL = "tests.workers.extractors.old_kernel"


@pytest.fixture(scope="module")
def store(s3: S3Settings) -> ObjectStore:
    return connect(s3, s3.buckets.evidence)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Whose reader does what the file's words say, as that of the tests does."""
    made = Nursery(identifier=FAMILY, families=(FAMILY,), tools=())
    yield made
    made.close()


@pytest.fixture(params=["nursery", "tests"])
def reads(request: pytest.FixtureRequest, store: ObjectStore, nursery: Nursery) -> ReadsFindings:
    if request.param == "tests":
        return Reader(store)
    return ReadsInNursery(store, FindingsSettings(required_sandbox="none", seconds=20), nursery=nursery)


def stored(store: ObjectStore, words: bytes) -> StoredVersion:
    return put(store, f"reading/{uuid4()}", words)


def nothing() -> None:
    """It goes on."""


# --- what both promise ---


def test_that_version_is_read_and_its_tools_are_known_then(reads: ReadsFindings, store: ObjectStore) -> None:
    reading = reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    assert reading.state is ResultState.COMPLETE
    assert reading.bytes_read >= len(b"read_all")
    assert reading.findings[0].name == "media_type"
    assert reading.tools == {"tests": "1"}
    assert reads.tools() == {"tests": "1"}


def test_a_reader_that_dies_is_told_from_everything_else(reads: ReadsFindings, store: ObjectStore) -> None:
    with pytest.raises(ReaderDied, match="crashed"):
        reads(stored(store, b"crash"), "txt", patient=False, alive=nothing)


class Ended(Exception):
    """Nobody wants it any more."""


def test_whoever_is_asked_whether_it_lives_can_end_it(reads: ReadsFindings, store: ObjectStore) -> None:
    asked: list[int] = []

    def ends() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Ended

    with pytest.raises(Ended):
        reads(stored(store, b"sleep"), "txt", patient=False, alive=ends)


def test_what_the_store_says_passes_through(reads: ReadsFindings, store: ObjectStore) -> None:
    found = stored(store, b"read_all")
    with pytest.raises(ObjectMissing):
        reads(StoredVersion(found.key, "0" * 32, found.size), "txt", patient=False, alive=nothing)


# --- the nursery's ---


def test_a_machine_that_does_not_hold_readers_as_required_reads_nothing(store: ObjectStore) -> None:
    weak = Nursery(identifier=FAMILY, families=(FAMILY, OLD_KERNEL))
    reads = ReadsInNursery(store, FindingsSettings(required_sandbox="full"), nursery=weak)
    try:
        with pytest.raises(NoReaders, match="sandbox level full"):
            reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
        report = reads.report("extract@here")
        assert (report.worker, report.sandbox) == ("extract@here", "seccomp")
        assert report.missing
    finally:
        reads.close()


def test_parsers_that_do_not_load_are_no_fault_of_a_file(store: ObjectStore) -> None:
    broken = Nursery(identifier="no.such.parser", families=())
    reads = ReadsInNursery(store, FindingsSettings(), nursery=broken)
    with pytest.raises(NoReaders, match="No reader could be made"):
        reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    with pytest.raises(NoReaders):
        reads.report("extract@here")


def test_the_patient_wait_longer(store: ObjectStore, nursery: Nursery) -> None:
    reads = ReadsInNursery(
        store, FindingsSettings(required_sandbox="none", seconds=1, seconds_large=2), nursery=nursery
    )
    for patient, seconds in ((False, 1), (True, 2)):
        with pytest.raises(ReaderDied, match=f"within {seconds} seconds"):
            reads(stored(store, b"sleep"), "txt", patient=patient, alive=nothing)


def test_a_worker_says_again_and_again_how_it_reads(store: ObjectStore, nursery: Nursery) -> None:
    reads = ReadsInNursery(store, FindingsSettings(), nursery=nursery)
    told: list[ReaderReport] = []
    ended = threading.Event()
    thread = keep_reporting(reads, "extract@here", told.append, ended)
    until(lambda: bool(told))
    ended.set()
    thread.join(120)
    assert not thread.is_alive()
    (report,) = told
    assert (report.worker, report.tools) == ("extract@here", nursery.versions())
    assert report.tools["dems-rules"]
    assert report.absent.items() >= nursery.absent_tools.items()
    assert report.absent["clamd"] == "DEMS_FINDINGS__CLAMD is not set: nothing is scanned for malware"


def test_what_a_reader_names_after_the_nursery_spoke_changes_nothing(store: ObjectStore, nursery: Nursery) -> None:
    reads = ReadsInNursery(store, FindingsSettings(required_sandbox="none", seconds=20), nursery=nursery)
    reads.report("extract@here")
    reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    assert reads.tools() == nursery.versions()


# --- a real worker ---


@pytest.fixture
def extracting(settings: Settings, tmp_path: Any, broker: Redis) -> Iterator[Callable[[], Worker]]:
    for queue in ("extract", "extract_large"):
        broker.delete(queue)
    started: list[Worker] = []

    def start() -> Worker:
        log = tmp_path / f"extract{len(started)}.log"
        started.append(Worker(settings, log, queues="extract,extract_large"))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def test_a_worker_reads_real_files_and_one_killed_while_it_reads_is_followed_by_another(
    settings: Settings, dems: Dems, team: Team, as_owner: Owner, extracting: Callable[[], Worker]
) -> None:
    as_owner("DELETE FROM reader_reports")
    world = World(dems)
    client = Client(settings.broker)
    item = world.sealed(team.investigator, team.case, b"Interview notes\nof the first day\n" * 20)
    first = extracting()
    until(lambda: bool(as_owner("SELECT 1 FROM reader_reports")))
    client.nudge(Job(JobKind.EXTRACT, item.id))
    state = f"SELECT state, media_type, disagrees FROM item_index WHERE evidence_id = '{item.id}'"  # noqa: S608
    until(lambda: as_owner(state)[0].state != "waiting")
    assert tuple(as_owner(state)[0]) == ("complete", "text/plain", True)
    [report] = as_owner("SELECT * FROM reader_reports")
    assert report.sandbox in {"seccomp", "landlock", "full"}
    [process] = [p for p in psutil.Process(first.process.pid).children() if p.nice() >= 10]
    [nest] = [n for n in process.children() if "nest.run" in " ".join(n.cmdline())]

    other = world.sealed(team.investigator, team.case, b"PK\x03\x04" + os.urandom(1000))
    job = f"SELECT leased_until > now() AS held FROM jobs WHERE subject = '{other.id}'"  # noqa: S608
    nest.suspend()  # so that its reader does not come to an end
    client.nudge(Job(JobKind.EXTRACT, other.id))
    until(lambda: bool(as_owner(job)[0].held))
    first.kill()
    until(lambda: not nest.is_running() or nest.status() == psutil.STATUS_ZOMBIE)
    assert as_owner(job)[0].held, "the dead worker's lease still runs"
    as_owner(f"UPDATE jobs SET leased_until = now(), nudged_at = NULL WHERE subject = '{other.id}'")  # noqa: S608
    second = extracting()
    until(lambda: "ready" in second.said())
    for due in dems.upkeep.sweep(at_most=10_000):
        client.nudge(due)
    until(lambda: not as_owner(job), 60)
    records = f"SELECT 1 FROM readings WHERE evidence_id = '{other.id}'"  # noqa: S608
    assert len(as_owner(records)) == 1
    Verifier(dems, as_owner).chains(team.case.id)
