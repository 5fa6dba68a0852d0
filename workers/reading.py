"""What reads findings in this process: a nursery of locked readers, on the store, within the bounds that the settings say."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime

from dems.errors import DemsError
from dems.model.findings import MAX_FINDINGS, Reading, ResultState
from dems.ports import NoReaders, ReaderDied, ReaderReport
from dems.settings import FindingsSettings
from storage.interface import ObjectStore, StoredVersion
from storage.reader import VersionReader
from workers.extractors.nursery import ChildDied, Nursery, NurseryFailed, SandboxTooWeak
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import OfVersion
from workers.scanning import Scan, Scanner, ScannerUnavailable, pieces_of

log = logging.getLogger(__name__)

REPORTED_EVERY_SECONDS = 1800.0
NICENESS = 10
"""Of processes that read files: taking evidence in and sealing it come first."""


class ReadsInNursery:
    """See `dems.ports.ReadsFindings`. The nursery's process is started by the first reading, or by the first report."""

    def __init__(self, store: ObjectStore, settings: FindingsSettings, *, nursery: Nursery | None = None) -> None:
        self._store = store
        self._settings = settings
        self._required = SandboxLevel(settings.required_sandbox)
        self._nursery = nursery or Nursery()
        self._tools: dict[str, str] = {}
        address = settings.clamd
        self._scanner = None if address is None else Scanner(address, seconds=settings.clamd_seconds)

    def __call__(self, stored: StoredVersion, extension: str, *, patient: bool, alive: Callable[[], None]) -> Reading:
        def ended() -> bool:
            alive()
            return False

        chosen = self._settings
        reader = VersionReader(
            self._store, stored, byte_budget=chosen.bytes_per_item, request_budget=chosen.requests_per_item
        )
        try:
            reading = self._nursery.read(
                OfVersion(reader),
                stored.size,
                extension,
                seconds=chosen.seconds_large if patient else chosen.seconds,
                required=self._required,
                memory=chosen.memory_bytes,
                cancelled=ended,
            )
        except ChildDied as death:
            raise ReaderDied(str(death)) from death
        except (SandboxTooWeak, NurseryFailed) as error:
            raise NoReaders(str(error)) from error
        self._tools |= reading.tools
        return reading if self._scanner is None else self._scanned(self._scanner, reading, stored, alive)

    def _scanned(self, scanner: Scanner, reading: Reading, stored: StoredVersion, alive: Callable[[], None]) -> Reading:
        """With what the scanner says of all bytes. Its database changes daily: it is no tool by which a reading grows old."""
        try:
            scan = _while_alive(lambda: self._scan(scanner, stored), alive)
        except ScannerUnavailable as error:
            reason = f"These bytes were not scanned for malware. {error}"
            told = reason if reading.reason is None else f"{reading.reason} {reason}"
            state = ResultState.PARTIAL if reading.state is ResultState.COMPLETE else reading.state
            return replace(reading, state=state, reason=told)
        return replace(reading, findings=[*reading.findings[: MAX_FINDINGS - 1], scan.finding])

    def _scan(self, scanner: Scanner, stored: StoredVersion) -> Scan:
        with self._store.open(stored.key, stored.version_id) as stream:
            return scanner.scan(pieces_of(stream))

    def tools(self) -> Mapping[str, str]:
        return dict(self._tools)

    def report(self, worker: str) -> ReaderReport:
        """How tightly readers are held here, tried with one, and what can be used. Raises `NoReaders`."""
        try:
            reached = self._nursery.level()
            self._tools |= self._nursery.versions()
        except (ChildDied, NurseryFailed) as error:
            raise NoReaders(str(error)) from error
        absent = {**self._nursery.absent, **self._nursery.absent_tools}
        if self._scanner is None:
            absent["clamd"] = "DEMS_FINDINGS__CLAMD is not set: nothing is scanned for malware"
        return ReaderReport(worker, datetime.now(UTC), reached.level.value, reached.missing, self.tools(), absent)

    def close(self) -> None:
        self._nursery.close()


def _while_alive(scan: Callable[[], Scan], alive: Callable[[], None]) -> Scan:
    """What `scan` gives, or raises; `alive` is called about every second meanwhile, and what it raises ends the waiting."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="scan")
    try:
        scanning = pool.submit(scan)
        while wait([scanning], timeout=1).not_done:
            alive()
        return scanning.result()
    finally:
        # The scanner's own bound ends the thread.
        pool.shutdown(wait=False)


def keep_reporting(
    reads: ReadsInNursery, worker: str, tell: Callable[[ReaderReport], None], ended: threading.Event
) -> threading.Thread:
    """Say now and every half hour how files are read here, in a thread that lives as long as the process.

    The first report also starts the nursery, so that the first file does not wait for it.
    """

    def run() -> None:
        while True:
            try:
                tell(reads.report(worker))
            except NoReaders as error:
                log.error("nothing_can_be_read", extra={"why": str(error)})  # noqa: TRY400 where from says nothing more
            except DemsError as error:
                log.warning("readers_not_reported", extra={"error": type(error).__name__})
            if ended.wait(REPORTED_EVERY_SECONDS):
                return

    thread = threading.Thread(target=run, name="readers-report", daemon=True)
    thread.start()
    return thread
