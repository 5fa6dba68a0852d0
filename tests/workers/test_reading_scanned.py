"""Readings with the verdict of a malware scanner, where one is set: also of files that kill their readers."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dems.model.findings import ResultState
from dems.ports import ReaderDied
from dems.settings import FindingsSettings
from storage.interface import ObjectStore
from storage.s3 import connect
from storage.settings import S3Settings
from tests.workers.clamd import running, says
from tests.workers.extractors.survey import FAMILY
from tests.workers.test_reading import Ended, nothing, stored
from workers.extractors.nursery import Nursery
from workers.reading import ReadsInNursery


@pytest.fixture(scope="module")
def store(s3: S3Settings) -> ObjectStore:
    return connect(s3, s3.buckets.evidence)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery(identifier=FAMILY, families=(FAMILY,))
    yield made
    made.close()


@pytest.fixture
def scanned(store: ObjectStore, nursery: Nursery) -> Callable[[str], ReadsInNursery]:
    def made(address: str) -> ReadsInNursery:
        settings = FindingsSettings(required_sandbox="none", seconds=20, clamd=address, clamd_seconds=5)
        return ReadsInNursery(store, settings, nursery=nursery)

    return made


def test_what_a_scanner_says_is_the_last_finding(scanned: Callable[[str], ReadsInNursery], store: ObjectStore) -> None:
    words = b"read_all"
    with running() as (clamd, address):
        clean = scanned(address)(stored(store, words), "txt", patient=False, alive=nothing)
    assert clamd.received == len(words)
    with running(behave=says(b"stream: Eicar-Test-Signature FOUND\0")) as (_, address):
        found = scanned(address)(stored(store, words), "txt", patient=False, alive=nothing)
    assert found.state is clean.state is ResultState.COMPLETE
    last = found.findings[-1]
    assert (last.name, last.value, last.flags) == ("malware", "Eicar-Test-Signature", ("found",))
    assert (clean.findings[-1].value, clean.findings[-1].flags) == ("clean", ("clean",))


def test_bytes_that_a_scanner_could_not_be_asked_about_are_not_called_complete(
    scanned: Callable[[str], ReadsInNursery], store: ObjectStore
) -> None:
    reads = scanned("127.0.0.1:1")
    reading = reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    assert reading.state is ResultState.PARTIAL
    assert reading.reason is not None
    assert reading.reason.startswith("These bytes were not scanned for malware. The malware scanner cannot be asked")
    assert "malware" not in {f.name for f in reading.findings}


def test_a_file_that_kills_its_reader_is_scanned_all_the_same(
    scanned: Callable[[str], ReadsInNursery], store: ObjectStore
) -> None:
    with (
        running(behave=says(b"stream: Eicar-Test-Signature FOUND\0")) as (_, address),
        pytest.raises(ReaderDied, match="crashed") as died,
    ):
        scanned(address)(stored(store, b"crash"), "txt", patient=False, alive=nothing)
    assert [(f.name, f.value, f.flags) for f in died.value.findings] == [
        ("malware", "Eicar-Test-Signature", ("found",))
    ]
    with pytest.raises(ReaderDied, match=r"crashed.*These bytes were not scanned for malware") as died:
        scanned("127.0.0.1:1")(stored(store, b"crash"), "txt", patient=False, alive=nothing)
    assert died.value.findings == ()


def test_a_verdict_takes_no_finding_away_in_silence(
    scanned: Callable[[str], ReadsInNursery], store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.reading.MAX_FINDINGS", 2)
    with running() as (_, address):
        reading = scanned(address)(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    assert (reading.state, reading.reason) == (ResultState.PARTIAL, "Of 2 findings only 1 were kept.")
    assert [f.name for f in reading.findings] == ["media_type", "malware"]


def test_the_database_of_a_scanner_makes_no_reading_old(
    scanned: Callable[[str], ReadsInNursery], store: ObjectStore
) -> None:
    with running() as (_, address):
        reads = scanned(address)
        reading = reads(stored(store, b"read_all"), "txt", patient=False, alive=nothing)
    assert "clamd" not in reading.tools
    assert "clamd" not in reads.tools()


def test_work_that_is_ended_while_a_scanner_thinks_ends(
    scanned: Callable[[str], ReadsInNursery], store: ObjectStore
) -> None:
    asked = threading.Event()
    told = threading.Event()

    def thinks(connection: Any) -> None:
        asked.set()
        told.wait(120)
        connection.close()

    def alive() -> None:
        if asked.is_set():
            raise Ended

    with running(behave=thinks) as (_, address):
        with pytest.raises(Ended):
            scanned(address)(stored(store, b"read_all"), "txt", patient=False, alive=alive)
        told.set()
