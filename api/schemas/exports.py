"""Exports on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Hex256, Instant, Line, Prose, View
from dems.model.acts import Act
from dems.model.exports import MAX_ITEMS, Export, ExportState


class ExportWanted(Body):
    """A package of items and their chains of custody, for one recipient."""

    items: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ITEMS)] | None = Field(
        default=None, description="Which items; all that the case has, if this is left out"
    )
    bytes: bool = Field(description="Whether the files themselves go in, or their records only", strict=True)
    recipient: Line = Field(description="Whom it is for, as the entries of custody will name them")
    reason: Prose = Field(description="Why; it is in the package and in the entries")
    withhold: Annotated[list[Act], Field(max_length=len(Act))] = Field(
        default_factory=list,
        description="Acts whose details the recipient does not get. That there are such entries is shown all the same",
    )


class ExportView(View):
    """An export, and what became of it."""

    id: UUID
    case_id: UUID
    state: ExportState
    asked_by: UUID
    asker: str
    asked_at: Instant
    recipient: str
    reason: str
    whole_case: bool
    bytes: bool
    withheld: list[Act]
    items: int = Field(description="How many are in it")
    size: int | None = Field(description="Of the package in bytes; null until it is ready")
    sha256: Hex256 | None = Field(description="Of the package as one file")
    tagmanifest_sha256: Hex256 | None = Field(description="What the entries of custody name the package by")
    ended_at: Instant | None
    problem: str | None = Field(description="Why it could not be made")

    @classmethod
    def of(cls, export: Export) -> "ExportView":
        named = export.tag_manifest_sha256
        return cls(
            id=export.id,
            case_id=export.case_id,
            state=export.state,
            asked_by=export.asked_by,
            asker=export.asker,
            asked_at=export.asked_at,
            recipient=export.recipient,
            reason=export.reason,
            whole_case=export.whole_case,
            bytes=export.with_bytes,
            withheld=list(export.withheld),
            items=export.items,
            size=export.size,
            sha256=None if export.sha256 is None else export.sha256.hex,
            tagmanifest_sha256=None if named is None else named.hex(),
            ended_at=export.ended_at,
            problem=export.problem,
        )
