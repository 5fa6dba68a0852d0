"""What workers found in the bytes of an item: findings, each with its source, tool and how sure it is, and how the reading ended.

Nothing here is evidence. A finding says what a tool read in a file; the file says it of itself and may lie.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TypeAlias

MAX_FINDINGS = 5_000
MAX_NAME = 80
MAX_TEXT = 4_000
"""Characters of a text value and of a raw one; longer ones are cut by who reports them, and say so in `flags`."""
MAX_FLAGS = 16
_POLE, _ANTIMERIDIAN = 90, 180


class ResultState(StrEnum):
    """How a reading ended. Never silently empty: what is not complete has a reason that a person understands."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class Confidence(StrEnum):
    """Where a value comes from, not how likely it is to be true: any file can lie."""

    STATED = "stated"
    """The file states it in a field made for it."""
    DERIVED = "derived"
    """Computed from what was read: counted, measured, hashed."""
    DETECTED = "detected"
    """Recognised by its shape, as a kind of file or of text is."""


class ZoneStatus(StrEnum):
    """Whether the offset from UTC of a time is in the file. It is never guessed."""

    KNOWN = "known"
    ASSUMED = "assumed"
    """The format's standard fixes it (as QuickTime's movie header is in UTC), though devices are known to break it."""
    UNKNOWN = "unknown"


class ValueType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    PLACE = "place"
    ENTRY = "entry"


class RenditionKind(StrEnum):
    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    FRAME = "frame"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a file states it: the local reading, and its offset from UTC where that is known or fixed by the format."""

    local: datetime
    """Naive; what the clock of the device or program showed."""
    zone: ZoneStatus
    offset: timedelta | None = None

    def __post_init__(self) -> None:
        if self.local.tzinfo is not None:
            raise ValueError("the local reading of a time has no zone of its own")
        if (self.offset is None) != (self.zone is ZoneStatus.UNKNOWN):
            raise ValueError("a time has an offset just where its zone is not unknown")
        if self.offset is not None and abs(self.offset) > timedelta(hours=24):
            raise ValueError(f"no offset from UTC: {self.offset}")

    @property
    def at(self) -> datetime | None:
        """In UTC; None where the offset is unknown, or the moment is beyond the years that can be written."""
        if self.offset is None:
            return None
        try:
            return self.local.replace(tzinfo=timezone(self.offset)).astimezone(UTC)
        except (OverflowError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Place:
    """WGS 84, in degrees; north and east are positive."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        # Not a number fails both comparisons.
        if not (abs(self.latitude) <= _POLE and abs(self.longitude) <= _ANTIMERIDIAN):
            raise ValueError(f"no place on earth: {self.latitude}, {self.longitude}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One of many things inside a file: an entry of an archive, an attachment, a table, a partition, a participant."""

    name: str
    size: int | None = None
    """In bytes, as the file claims."""
    modified: Moment | None = None
    sha256: str | None = None
    """Of its bytes, where they were read; 64 hex digits."""
    encrypted: bool | None = None
    kind: str | None = None
    """What it is: a media type, or a word such as ``folder``, ``table``, ``partition``."""
    more: Mapping[str, str | int | float | bool] = field(default_factory=dict)


Value: TypeAlias = str | int | float | bool | Moment | Place | Entry


@dataclass(frozen=True, slots=True)
class Finding:
    """One value. `name` is ours and stable (docs/findings.md); `source` names the field in the words of its format."""

    name: str
    type: ValueType
    value: Value
    raw: str | None
    unit: str | None
    source: str
    tool: str
    tool_version: str
    confidence: Confidence
    flags: tuple[str, ...] = ()
    """Short words such as ``disagrees``, ``cut``, ``impossible``."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture made from the file for looking at, never evidence. `sha256` is of its own bytes."""

    kind: RenditionKind
    media_type: str
    width: int
    height: int
    data: bytes
    at_seconds: float | None = None
    """Of a frame: its place in the recording."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of one file gave. `reason` is there just where the state is not complete."""

    state: ResultState
    reason: str | None
    media_type: str
    """What the bytes are, whatever the name says; ``application/octet-stream`` where nothing recognises them."""
    findings: Sequence[Finding]
    warnings: Sequence[str]
    renditions: Sequence[Rendition]
    tools: Mapping[str, str]
    """Version by name of everything that looked at the file, also where it found nothing."""
    sandbox: str
    """The level reached, as `SandboxLevel` of workers/extractors names it."""
    bytes_read: int
    requests: int
    seconds: float

    def __post_init__(self) -> None:
        if (self.reason is None) != (self.state is ResultState.COMPLETE):
            raise ValueError("a result has a reason just where it is not complete")
