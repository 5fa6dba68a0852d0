"""What was found in the bytes of items, on the wire. None of it is evidence: a file may say anything of itself."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Hex256, Instant, Prose, View
from dems.model.findings import (
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    RenditionKind,
    ResultState,
    Value,
    ValueType,
    ZoneStatus,
)
from dems.model.readings import FindingsState, KeptReading, KeptRendition
from dems.ports import ItemFindings
from dems.usecases.findings.progress import Progress


class MomentView(View):
    """A time as the file states it; its offset from UTC is never guessed."""

    local: str = Field(description="What the clock showed, without a zone", examples=["2026-03-03T21:14:05"])
    zone: ZoneStatus = Field(description="Whether the offset is in the file, fixed by its format, or unknown")
    offset_seconds: float | None = Field(description="From UTC, east is positive; null where it is unknown")
    at: str | None = Field(description="In UTC (RFC 3339); null where the offset is unknown")


class PlaceView(View):
    """WGS 84, in degrees; north and east are positive."""

    latitude: float
    longitude: float


class EntryView(View):
    """One of many things inside a file."""

    name: str
    size: int | None = Field(description="In bytes, as the file claims")
    modified: MomentView | None
    sha256: str | None
    encrypted: bool | None
    kind: str | None
    more: dict[str, str | int | float | bool]


class FindingView(View):
    """One value. `type` says which form `value` has."""

    position: int
    name: str
    type: ValueType
    value: str | bool | int | float | MomentView | PlaceView | EntryView
    raw: str | None = Field(description="As it stands in the file, where that differs")
    unit: str | None
    source: str = Field(description="The field, in the words of its format")
    tool: str
    tool_version: str
    confidence: Confidence
    flags: list[str]

    @classmethod
    def of(cls, position: int, finding: Finding) -> "FindingView":
        return cls(
            position=position,
            name=finding.name,
            type=finding.type,
            value=_value(finding.value),
            raw=finding.raw,
            unit=finding.unit,
            source=finding.source,
            tool=finding.tool,
            tool_version=finding.tool_version,
            confidence=finding.confidence,
            flags=list(finding.flags),
        )


def _value(value: Value) -> Any:
    if isinstance(value, Moment):
        return _moment(value)
    if isinstance(value, Place):
        return PlaceView(latitude=value.latitude, longitude=value.longitude)
    if isinstance(value, Entry):
        return EntryView(
            name=value.name,
            size=value.size,
            modified=None if value.modified is None else _moment(value.modified),
            sha256=value.sha256,
            encrypted=value.encrypted,
            kind=value.kind,
            more=dict(value.more),
        )
    return value


def _moment(moment: Moment) -> MomentView:
    at = moment.at
    return MomentView(
        local=moment.local.isoformat(),
        zone=moment.zone,
        offset_seconds=None if moment.offset is None else moment.offset.total_seconds(),
        # Years before 1000 are written with fewer digits by some platforms' strftime; this form never is.
        at=None if at is None else at.replace(tzinfo=None).isoformat() + "Z",
    )


class ReadingView(View):
    """One reading of the sealed bytes whose SHA-256 is `original_sha256`; `reason` says why it is not complete."""

    id: UUID
    evidence_id: UUID
    version_id: str
    original_sha256: Hex256
    size: int = Field(description="Of the original, in bytes")
    state: ResultState
    reason: str | None
    media_type: str
    media_type_disagrees: bool
    sandbox: str = Field(description="How tightly the reader was locked up")
    tools: dict[str, str] = Field(description="Version by name of everything that looked at the file")
    warnings: list[str]
    bytes_read: int
    requests: int
    seconds: float
    begun_at: Instant
    ended_at: Instant
    finding_count: int
    result_sha256: Hex256 = Field(description="Of all that was found, as the item's custody entry says")

    @classmethod
    def of(cls, kept: KeptReading) -> "ReadingView":
        return cls(
            id=kept.id,
            evidence_id=kept.original.evidence_id,
            version_id=kept.original.version_id,
            original_sha256=kept.original.sha256.hex,
            size=kept.original.size,
            state=kept.state,
            reason=kept.reason,
            media_type=kept.media_type,
            media_type_disagrees=kept.disagrees,
            sandbox=kept.sandbox,
            tools=dict(kept.tools),
            warnings=list(kept.warnings),
            bytes_read=kept.bytes_read,
            requests=kept.requests,
            seconds=kept.seconds,
            begun_at=kept.begun_at,
            ended_at=kept.ended_at,
            finding_count=kept.findings,
            result_sha256=kept.result_sha256.hex(),
        )


class FindingsView(View):
    """A page of findings. `state` is how the item stands now, `reading` the reading that `items` are of."""

    state: FindingsState
    reading: ReadingView | None = Field(description="Null where nothing was read yet")
    items: list[FindingView]
    next: str | None


class RenditionView(View):
    """A picture made from the bytes for looking at. It is not evidence."""

    kind: RenditionKind
    media_type: str
    width: int
    height: int
    at_seconds: float | None = Field(description="Of a frame: its place in the recording")
    sha256: Hex256 = Field(description="Of the picture")
    size: int
    url: str
    evidence: Literal[False] = False

    @classmethod
    def of(cls, evidence_id: UUID, shown: KeptRendition) -> "RenditionView":
        sha256 = shown.sha256.hex()
        return cls(
            kind=shown.kind,
            media_type=shown.media_type,
            width=shown.width,
            height=shown.height,
            at_seconds=shown.at_seconds,
            sha256=sha256,
            size=shown.size,
            url=f"/v1/evidence/{evidence_id}/renditions/{sha256}",
        )


class ProgressView(View):
    """How many items of a case stand where. `being_read` of those that wait are in a worker's hands."""

    counts: dict[FindingsState, int]
    being_read: int
    total: int

    @classmethod
    def of(cls, progress: Progress) -> "ProgressView":
        return cls(counts=_all(progress.counts), being_read=progress.being_read, total=progress.total)


def _all(counts: Mapping[FindingsState, int]) -> dict[FindingsState, int]:
    return {state: counts.get(state, 0) for state in FindingsState}


class ReadingWanted(Body):
    reason: Prose | None = Field(default=None, description="Why it is to be read again, for the record")


class StandingView(View):
    """How far the reading of an item's bytes has come."""

    state: FindingsState
    media_type: str | None

    @classmethod
    def of(cls, standing: ItemFindings) -> "StandingView":
        return cls(state=standing.state, media_type=standing.media_type)
