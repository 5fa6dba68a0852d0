"""Intakes on the wire: manifests, what became of them, and many parts or uploads at once."""

import base64
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.problems import kind_of
from api.schemas.base import Body, Hex256, Instant, Line, Prose, View
from api.schemas.evidence import File, Ref
from dems.errors import DemsError
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, UploadId
from dems.model.intakes import MAX_ITEMS, Counts, Intake, IntakeKind, Outcome, outcome_of_item, reason_for
from dems.model.uploads import MAX_PARTS, UploadState
from dems.ports import IntakeRow
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from storage.interface import Presigned

Prefix = Annotated[
    Line,
    StringConstraints(max_length=50),
    Field(description="Items without a reference become PREFIX/1, PREFIX/2, …", examples=["ABC"]),
]


class NewItem(Body):
    """One entry of a manifest. Only digital items come this way."""

    file: File
    exhibit_ref: Ref | None = Field(default=None, description="Else it is numbered by `exhibit_prefix`")
    description: Prose | None = None
    source: Prose | None = None
    obtained_at: Instant | None = None
    obtained_by: Line | None = None
    derived_from: UUID | None = None
    part_of: UUID | None = None

    def declared(self) -> ItemDeclared:
        return ItemDeclared(
            self.file.declared(),
            None if self.exhibit_ref is None else ExhibitRef(self.exhibit_ref),
            self.description,
            self.source,
            self.obtained_at,
            self.obtained_by,
            None if self.derived_from is None else EvidenceId(self.derived_from),
            None if self.part_of is None else EvidenceId(self.part_of),
        )


class Manifest(Body):
    """What is said once counts for every entry that does not say it."""

    items: Annotated[list[NewItem], Field(min_length=1, max_length=MAX_ITEMS)]
    exhibit_prefix: Prefix | None = None
    description: Prose | None = None
    source: Prose | None = None

    def defaults(self) -> Defaults:
        return Defaults(self.exhibit_prefix, self.description, self.source)


class NewIntake(Manifest):
    label: Line | None = Field(default=None, description="What it is called, for whoever looks at it")


class CountsView(View):
    """`received` counts every item whose bytes came, whatever was found then; `extra` what was added to the manifest."""

    declared: int
    received: int
    sealed: int
    missing: int
    different: int
    failed: int
    extra: int


class IntakeView(View):
    id: UUID
    case_id: UUID
    kind: IntakeKind
    label: str | None
    created_at: Instant
    expires_at: Instant
    counts: CountsView

    @classmethod
    def of(cls, intake: Intake, counts: Counts) -> "IntakeView":
        return cls(
            id=intake.id,
            case_id=intake.case_id,
            kind=intake.kind,
            label=intake.label,
            created_at=intake.created_at,
            expires_at=intake.expires_at,
            counts=CountsView.model_validate(counts),
        )


class DeclaredIntake(IntakeView):
    intake_token: str = Field(description="Opens this intake and its uploads; shown this once")


class UploadOfItem(View):
    id: UUID
    state: UploadState
    part_size: int
    part_count: int
    expires_at: Instant


class IntakeItemView(View):
    """`outcome` is how far it has come, `reason` why it is not sealed and what to do."""

    position: int
    extra: bool
    evidence_id: UUID
    exhibit_ref: str
    name: str | None
    name_base64: str | None
    size: int | None
    state: EvidenceState
    outcome: Outcome
    reason: str | None
    declared_sha256: Hex256 | None
    sha256: Hex256 | None = Field(description="What we computed over the bytes as stored")
    sealed_at: Instant | None
    upload: UploadOfItem | None

    @classmethod
    def of(cls, intake: Intake, row: IntakeRow) -> "IntakeItemView":
        item, upload = row.evidence, row.upload
        outcome = outcome_of_item(item.state, item.integrity, read_back=bool(item.digests))
        position = item.intake_position or 0
        name, found = item.name, item.digests.get("sha256")
        return cls(
            position=position,
            extra=intake.kind is IntakeKind.MANIFEST and position >= intake.declared,
            evidence_id=item.id,
            exhibit_ref=item.exhibit_ref.text,
            name=None if name is None else name.text,
            name_base64=None if name is None or name.exact else base64.b64encode(name.raw).decode(),
            size=item.size,
            state=item.state,
            outcome=outcome,
            reason=reason_for(item, upload, outcome, announced=row.announced),
            declared_sha256=None if upload is None or upload.declared is None else upload.declared.hex,
            sha256=None if found is None else found.hex,
            sealed_at=item.sealed_at,
            upload=None
            if upload is None
            else UploadOfItem(
                id=upload.id,
                state=upload.state,
                part_size=upload.part_size,
                part_count=upload.part_count,
                expires_at=upload.expires_at,
            ),
        )


class AddedItems(View):
    items: list[IntakeItemView]


class PartOfUpload(Body):
    number: Annotated[int, Field(ge=1, le=MAX_PARTS, strict=True)]
    sha256: Hex256 = Field(description="Of the part's bytes. Once said it does not change")

    def wanted(self, upload_id: UUID) -> PartWanted:
        return PartWanted(UploadId(upload_id), self.number, bytes.fromhex(self.sha256))


class PartsOfUpload(Body):
    parts: Annotated[list[PartOfUpload], Field(min_length=1, max_length=100)]


class PartOfIntake(PartOfUpload):
    upload: UUID


class PartsOfIntake(Body):
    parts: Annotated[list[PartOfIntake], Field(min_length=1, max_length=500)]


class PartUrl(View):
    """`PUT` the part's bytes to `url` with exactly these headers, before `expires_at`."""

    number: int
    url: str
    headers: dict[str, str]
    expires_at: Instant

    @classmethod
    def fields_of(cls, part: PartWanted, signed: Presigned) -> Mapping[str, object]:
        return {
            "number": part.number,
            "url": signed.url,
            "headers": dict(signed.headers),
            "expires_at": signed.expires_at,
        }


class PartUrls(View):
    parts: list[PartUrl]


class PartUrlOfIntake(PartUrl):
    upload: UUID


class Problematic(View):
    """What keeps one of many from being done; `type` as in a problem document."""

    upload: UUID
    type: str
    detail: str

    @classmethod
    def fields_of(cls, upload_id: UploadId, problem: DemsError) -> Mapping[str, object]:
        return {"upload": upload_id, "type": kind_of(problem), "detail": problem.message}


class ProblematicPart(Problematic):
    number: int


class PartUrlsOfIntake(View):
    parts: list[PartUrlOfIntake]
    problems: list[ProblematicPart]


class PartView(View):
    number: int
    size: int
    sha256: Hex256


class UploadToComplete(Body):
    upload: UUID
    sha256: Hex256 | None = Field(default=None, description="Of the whole file, if not declared before")

    def wanted(self) -> ToComplete:
        digest = None if self.sha256 is None else Digest.from_hex("sha256", self.sha256)
        return ToComplete(UploadId(self.upload), digest)


class UploadsToComplete(Body):
    uploads: Annotated[list[UploadToComplete], Field(min_length=1, max_length=500)]


class UploadStands(View):
    upload: UUID
    state: UploadState


class CompletedUploads(View):
    uploads: list[UploadStands]
    problems: list[Problematic]
