"""What is kept of a reading: which bytes were read, with what, how it ended, and the digest of all that was found.

A reading is written once. A later one of the same item stands beside it and is shown first; none replaces another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dems.model.digests import Digest
from dems.model.findings import RenditionKind, ResultState
from dems.model.ids import CaseId, EvidenceId, ReadingId

SANDBOX_LEVELS = ("none", "limits", "seccomp", "landlock", "full")
"""How tightly a reader of files can be held, each with all that stands before it."""

NO_SANDBOX_KNOWN = "unknown"
"""Of a reading of which no reader lived to say how it was held."""


def reaches(level: str, required: str) -> bool:
    """Whether a sandbox of `level` is at least what is required; one that is not known reaches nothing."""
    return level in SANDBOX_LEVELS and SANDBOX_LEVELS.index(level) >= SANDBOX_LEVELS.index(required)


class FindingsState(StrEnum):
    """Where the findings of an item stand, its last reading being what counts."""

    NONE = "none"
    """There are no sealed bytes that can be read. Once there are, they are read."""
    WAITING = "waiting"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Somebody ended the work before anything was read; it can be asked for again."""


@dataclass(frozen=True, slots=True)
class Original:
    """The sealed bytes that were read, and nothing else: one version, by its SHA-256; `size` in bytes."""

    evidence_id: EvidenceId
    case_id: CaseId
    version_id: str
    sha256: Digest
    size: int


@dataclass(frozen=True, slots=True)
class KeptRendition:
    """A picture made from an original for looking at, never evidence. `number` counts from 0 within its reading.

    `sha256` and `size` (bytes) are of the picture; `key` and `version_id` say where it lies.
    """

    number: int
    kind: RenditionKind
    media_type: str
    width: int
    height: int
    at_seconds: float | None
    sha256: bytes
    size: int
    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class KeptReading:
    """One reading as it was recorded. `seconds` is what it took, `findings` how many there are."""

    id: ReadingId
    original: Original
    state: ResultState
    reason: str | None
    media_type: str
    disagrees: bool
    """The extension of the original name belongs to another kind of file than the bytes are."""
    sandbox: str
    tools: Mapping[str, str]
    warnings: Sequence[str]
    bytes_read: int
    requests: int
    seconds: float
    begun_at: datetime
    ended_at: datetime
    findings: int
    result_sha256: bytes
