"""Items, uploads, verifications and grants on the wire."""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.schemas.base import Body, Hex256, Instant, Line, Prose, View
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import IntakeId
from dems.model.invitations import Invitation
from dems.model.names import MAX_NAME_BYTES, OriginalName
from dems.model.readings import FindingsState
from dems.model.uploads import MAX_OBJECT_SIZE, Upload, UploadState
from dems.ports import ItemFindings
from dems.steps.declaring import FileDeclared
from storage.interface import Part

NOTHING_READ = ItemFindings(FindingsState.NONE)
"""Of an item whose bytes are still to come."""

Asked = Mapping[IntakeId, Invitation]
"""The invitations among the intakes that some items belong to."""

NONE_ASKED: Asked = {}


def _reference(text: str) -> str:
    return ExhibitRef(text).text


Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(_reference),
    Field(
        description="The producer's initials and a number, or another force's form, kept verbatim", examples=["ABC/1"]
    ),
]


class File(Body):
    """The file that is to come. `name` is kept byte for byte; a name that is not UTF-8 comes as `name_base64`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_BYTES)] | None = None
    name_base64: (
        Annotated[str, StringConstraints(max_length=2 * MAX_NAME_BYTES, pattern=r"^[A-Za-z0-9+/]+={0,2}$")] | None
    ) = Field(default=None, description="The exact bytes of the name, instead of `name`")
    size: int = Field(ge=0, le=MAX_OBJECT_SIZE, strict=True, description="In bytes")
    sha256: Hex256 | None = Field(default=None, description="Declared before the bytes come; never changes after")

    @model_validator(mode="after")
    def _one_name(self) -> "File":
        if (self.name is None) == (self.name_base64 is None):
            raise ValueError("give the name once: as `name`, or as `name_base64` when it is not UTF-8")
        self.original_name()
        return self

    def original_name(self) -> OriginalName:
        if self.name_base64 is not None:
            return OriginalName(base64.b64decode(self.name_base64, validate=True))
        return OriginalName((self.name or "").encode("utf-8"))

    def declared(self) -> FileDeclared:
        return FileDeclared(self.original_name(), self.size, digest(self.sha256))


def digest(sha256: str | None) -> Digest | None:
    return None if sha256 is None else Digest.from_hex("sha256", sha256)


class NewEvidence(Body):
    exhibit_ref: Ref
    description: Prose | None = Field(
        default=None, description="What it is, in words that mean something to a stranger"
    )
    kind: Kind = Kind.DIGITAL
    source: Prose | None = None
    obtained_at: Instant | None = None
    obtained_by: Line | None = None
    derived_from: UUID | None = None
    part_of: UUID | None = None
    file: File | None = Field(default=None, description="For digital items, and only for them")

    @model_validator(mode="after")
    def _file_if_digital(self) -> "NewEvidence":
        if (self.kind is Kind.DIGITAL) != (self.file is not None):
            raise ValueError("a digital item has a `file`, and only a digital item has one")
        return self


class EvidenceChange(Body):
    """Fields that are left out stay as they are."""

    description: Prose | None = None
    source: Prose | None = None
    obtained_at: Instant | None = None
    obtained_by: Line | None = None
    reason: Prose | None = Field(default=None, description="Why, for the record")


class RefCorrection(Body):
    exhibit_ref: Ref
    reason: Prose


class UploadView(View):
    """An upload; `part_size` and the declared `size` are in bytes."""

    id: UUID
    evidence_id: UUID
    state: UploadState
    size: int
    declared_sha256: Hex256 | None
    part_size: int
    part_count: int
    received: list[int] = Field(description="The numbers of the parts that are here")
    expires_at: Instant
    completed_at: Instant | None

    @classmethod
    def of(cls, upload: Upload, parts: list[Part] | None = None) -> "UploadView":
        numbers = [p.number for p in parts or []]
        return cls(
            id=upload.id,
            evidence_id=upload.evidence_id,
            state=upload.state,
            size=upload.size,
            declared_sha256=None if upload.declared is None else upload.declared.hex,
            part_size=upload.part_size,
            part_count=upload.part_count,
            received=list(range(1, upload.part_count + 1)) if upload.state is UploadState.COMPLETED else numbers,
            expires_at=upload.expires_at,
            completed_at=upload.completed_at,
        )


class CameBy(View):
    """The invitation by which an item came, and whom it was given to."""

    id: UUID
    recipient: str


class EvidenceView(View):
    """An item of evidence. It can be read only while `state` is `sealed`."""

    id: UUID
    case_id: UUID
    exhibit_ref: str
    description: str
    kind: Kind
    state: EvidenceState
    integrity: Integrity
    source: str | None
    obtained_at: Instant | None
    obtained_by: str | None
    derived_from: UUID | None
    part_of: UUID | None
    name: str | None = Field(description="The file's original name; U+FFFD stands for bytes that are not UTF-8")
    name_base64: str | None = Field(description="The exact bytes of a name that is not UTF-8")
    size: int | None = Field(description="In bytes: as declared, and once sealed as read back")
    declared_sha256: Hex256 | None = Field(description="What the submitter said")
    digests: dict[str, str] = Field(
        description="What we computed over the bytes as stored, by algorithm, in hexadecimal"
    )
    media_type: str | None = Field(description="What the bytes are, whatever the name says; null until they were read")
    media_type_disagrees: bool = Field(description="The name's extension belongs to another kind of file")
    findings: FindingsState = Field(description="How far the reading of the bytes has come")
    version_id: str | None
    declared_by: UUID
    declared_at: Instant
    sealed_at: Instant | None
    checked_at: Instant | None
    intake_id: UUID | None = Field(
        description="The intake that it was declared in; null where it was declared by itself"
    )
    invitation: CameBy | None = Field(description="What it was declared under; who sent its bytes is in the receipt")
    warnings: list[str]

    @classmethod
    def of(
        cls,
        item: Evidence,
        upload: Upload | None = None,
        found: ItemFindings = NOTHING_READ,
        *,
        asked: Asked = NONE_ASKED,
    ) -> "EvidenceView":
        return cls(**_fields(item, upload, found, asked))


class Duplicate(View):
    """Another item of the case with the same bytes."""

    id: UUID
    exhibit_ref: str


class EvidenceWithUpload(EvidenceView):
    upload: UploadView | None
    duplicates: list[Duplicate] = Field(
        default=[], description="Other items of this case with the same SHA-256, the first 50; nothing is merged"
    )

    @classmethod
    def of(
        cls,
        item: Evidence,
        upload: Upload | None = None,
        found: ItemFindings = NOTHING_READ,
        duplicates: Sequence[Evidence] = (),
        *,
        asked: Asked = NONE_ASKED,
    ) -> "EvidenceWithUpload":
        return cls(
            **_fields(item, upload, found, asked),
            upload=None if upload is None else UploadView.of(upload),
            duplicates=[Duplicate(id=d.id, exhibit_ref=d.exhibit_ref.text) for d in duplicates],
        )


class DeclaredEvidence(EvidenceWithUpload):
    upload_token: str | None = Field(description="Opens only this upload; shown this once")


class OpenedUpload(UploadView):
    upload_token: str | None = Field(
        description="Opens only this upload; shown this once. The upload's earlier tokens work no more. "
        "Null for the holder of an invitation, whose own token opens it"
    )


def _fields(item: Evidence, upload: Upload | None, found: ItemFindings, asked: Asked) -> dict[str, Any]:
    name = item.name
    invitation = None if item.intake_id is None else asked.get(item.intake_id)
    return {
        "id": item.id,
        "case_id": item.case_id,
        "exhibit_ref": item.exhibit_ref.text,
        "description": item.description,
        "kind": item.kind,
        "state": item.state,
        "integrity": item.integrity,
        "source": item.source,
        "obtained_at": item.obtained_at,
        "obtained_by": item.obtained_by,
        "derived_from": item.derived_from,
        "part_of": item.part_of,
        "name": None if name is None else name.text,
        "name_base64": None if name is None or name.exact else base64.b64encode(name.raw).decode(),
        "size": item.size,
        "declared_sha256": None if upload is None or upload.declared is None else upload.declared.hex,
        "digests": {algorithm: d.hex for algorithm, d in sorted(item.digests.items())},
        "media_type": found.media_type,
        "media_type_disagrees": found.disagrees,
        "findings": found.state,
        "version_id": item.version_id,
        "declared_by": item.declared_by,
        "declared_at": item.declared_at,
        "sealed_at": item.sealed_at,
        "checked_at": item.checked_at,
        "intake_id": item.intake_id,
        "invitation": None if invitation is None else CameBy(id=invitation.id, recipient=invitation.terms.recipient),
        "warnings": [
            *item.exhibit_ref.warnings,
            *(name.warnings if name is not None else ()),
            *warnings_of(found),
        ],
    }


def warnings_of(found: ItemFindings) -> list[str]:
    """What somebody should know before they open the bytes. None of it keeps them from it."""
    disagrees = "the name's extension belongs to another kind of file than the bytes are"
    malware = "a scanner found malware in these bytes: open them only where that can do no harm"
    return [*([disagrees] if found.disagrees else []), *([malware] if found.malware else [])]


class NewUpload(Body):
    """A fresh upload of the same item: what is left out is as before (size) or not declared (sha256)."""

    size: int | None = Field(default=None, ge=0, le=MAX_OBJECT_SIZE, strict=True)
    sha256: Hex256 | None = None


class Completion(Body):
    sha256: Hex256 | None = Field(default=None, description="Of the whole file, if not declared before")
