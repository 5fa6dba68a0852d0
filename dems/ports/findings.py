"""Readings and findings: what reads the bytes, what keeps the result, and by what items are found again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dems.model.evidence import Evidence
from dems.model.findings import Finding, Reading
from dems.model.ids import CaseId, EvidenceId, ReadingId
from dems.model.readings import FindingsState, KeptReading, KeptRendition
from dems.ports.values import Page
from storage.interface import StoredVersion


class ReaderDied(Exception):
    """The reader of a file died of it, or broke its rules. The message is a sentence for people; trying again may help."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        """`findings` of whoever looked at the bytes beside the reader: a file that kills readers is scanned like others."""
        super().__init__(message)
        self.findings = tuple(findings)


class NoReaders(Exception):
    """Nothing can be read on this machine, whatever the file: too weak a sandbox, or parsers that do not load."""


class ReadsFindings(Protocol):
    """Reads what is in sealed bytes, without trusting them."""

    def __call__(self, stored: StoredVersion, extension: str, *, patient: bool, alive: Callable[[], None]) -> Reading:
        """What is in that version. `extension` of the original name is only compared with what the bytes are.

        `patient` gives it the time that large files get. `alive` is called about every second while it reads, and may
        raise to end it. Raises `ReaderDied`, `NoReaders`, what `alive` raises, and what the store raises.
        """
        ...

    def tools(self) -> Mapping[str, str]:
        """Version by name of the tools that read here, as far as they are known."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderReport:
    """What a worker that reads files said of itself; `missing` and `absent` are sentences."""

    worker: str
    at: datetime
    sandbox: str
    missing: Sequence[str]
    tools: Mapping[str, str]
    absent: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemFindings:
    """Where the findings of an item stand. `reading_id` is the last reading's."""

    state: FindingsState
    reading_id: ReadingId | None = None
    media_type: str | None = None
    disagrees: bool = False
    malware: bool = False
    """A scanner named something in the bytes: a warning before they are fetched, never a reason to refuse them."""


class Findings(Protocol):
    def add(self, kept: KeptReading, findings: Sequence[Finding], renditions: Sequence[KeptRendition]) -> None:
        """Keep a reading; from now on it is the item's last. `item_index` follows in the same transaction."""
        ...

    def get(self, reading_id: ReadingId) -> KeptReading:
        """Raises `NotFound`."""
        ...

    def of_item(self, evidence_id: EvidenceId, page: Page) -> list[KeptReading]:
        """All readings of an item, oldest first."""
        ...

    def page(
        self, reading_id: ReadingId, limit: int, after: int | None = None, name: str | None = None
    ) -> list[tuple[int, Finding]]:
        """Findings with their positions, from the one after `after` on; of one name, where one is given."""
        ...

    def renditions(self, reading_id: ReadingId) -> list[KeptRendition]: ...
    def states(self, evidence_ids: Sequence[EvidenceId]) -> Mapping[EvidenceId, ItemFindings]: ...
    def waiting(self, evidence_ids: Sequence[EvidenceId]) -> None:
        """These items wait to be read (again)."""
        ...

    def cancelled(self, evidence_id: EvidenceId) -> None:
        """The work on an item was ended: its last reading counts again, or it is `CANCELLED` where there is none."""
        ...

    def unreadable(self, evidence_id: EvidenceId) -> None:
        """Its bytes cannot be read now: its last reading counts again, or it is `NONE` where there is none."""
        ...

    def progress(self, case_id: CaseId) -> Mapping[FindingsState, int]:
        """How many items of a case stand where."""
        ...

    def being_read(self, case_id: CaseId) -> int:
        """How many items of a case are in a worker's hands at this moment."""
        ...

    def toolsets(self, limit: int, after: bytes | None = None) -> list[tuple[bytes, Mapping[str, str]]]:
        """The sets of tools of last readings, each once, in the order of their digests."""
        ...

    def read_with(self, toolset: bytes, limit: int) -> list[Evidence]:
        """Sealed items whose last reading was made with these tools and that do not wait to be read again."""
        ...

    def never_read(self, limit: int) -> list[Evidence]:
        """Sealed items for which no work is due though they wait to be read: a job was lost, or there was nothing to read."""
        ...

    def report(self, report: ReaderReport) -> None: ...
    def reports(self, since: datetime) -> list[ReaderReport]: ...
    def forget_reports(self, before: datetime) -> None: ...
