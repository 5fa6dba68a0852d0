"""An item of evidence, its states, and the one decision that turns stored bytes into evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dems.errors import NotReadable, WrongState
from dems.model.digests import Digest
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, IntakeId, PersonId, UploadId
from dems.model.names import OriginalName
from dems.model.uploads import Upload


class Kind(StrEnum):
    DIGITAL = "digital"
    PHYSICAL = "physical"
    DOCUMENT = "document"


class EvidenceState(StrEnum):
    DECLARED = "declared"
    UPLOADING = "uploading"
    VERIFYING = "verifying"
    SEALED = "sealed"
    MISMATCH = "mismatch"
    REGISTERED = "registered"
    """An item without bytes here: a physical thing or a paper document."""
    FROZEN = "frozen"
    """Its stored bytes are no longer what was sealed. Nothing may be done with it until people have looked."""
    DISPOSED = "disposed"


class Integrity(StrEnum):
    """What the last verification found."""

    UNCHECKED = "unchecked"
    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """What reading the stored bytes back gave."""

    size: int
    digests: Mapping[str, Digest]
    parts_sha256: bytes | None = None
    """The composite over the parts that were received, where it was computed."""

    @property
    def sha256(self) -> Digest:
        return self.digests["sha256"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what was found may be sealed; `problems` are ``size``, ``sha256`` and ``received``, whichever differ."""

    found: Found
    declared_size: int
    declared: Digest | None
    problems: tuple[str, ...]

    @property
    def sealed(self) -> bool:
        return not self.problems


def judge(upload: Upload, found: Found) -> Verdict:
    """Compare what is stored with what was declared and with what was received. Pure: the same inputs, the same verdict."""
    problems = []
    if found.size != upload.size:
        problems.append("size")
    if upload.declared is not None and not upload.declared.same_as(found.sha256):
        problems.append("sha256")
    back = found.sha256.value if upload.part_count == 1 else found.parts_sha256
    if None not in {upload.parts_sha256, back} and upload.parts_sha256 != back:
        problems.append("received")
    return Verdict(found, upload.size, upload.declared, tuple(problems))


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item. `size` is in bytes, `digests` by algorithm name, both of the bytes as stored and read back."""

    id: EvidenceId
    case_id: CaseId
    exhibit_ref: ExhibitRef
    description: str
    kind: Kind
    state: EvidenceState
    declared_by: PersonId
    declared_at: datetime
    source: str | None = None
    obtained_at: datetime | None = None
    obtained_by: str | None = None
    derived_from: EvidenceId | None = None
    part_of: EvidenceId | None = None
    name: OriginalName | None = None
    size: int | None = None
    upload_id: UploadId | None = None
    version_id: str | None = None
    digests: Mapping[str, Digest] = field(default_factory=dict)
    integrity: Integrity = Integrity.UNCHECKED
    sealed_at: datetime | None = None
    checked_at: datetime | None = None
    version: int = 1
    intake_id: IntakeId | None = None
    intake_position: int | None = None
    """Its place in the intake's manifest, from 0; what was added to it later goes on from there."""

    def _next(self, state: EvidenceState) -> "Evidence":
        return replace(self, state=state, version=self.version + 1)

    def with_file(self, name: OriginalName, upload: Upload) -> "Evidence":
        """The item with the file that was declared for it."""
        return replace(self, name=name, size=upload.size, upload_id=upload.id)

    def receiving(self) -> "Evidence":
        """Bytes have begun to come. A second attempt changes nothing."""
        if self.state is EvidenceState.UPLOADING:
            return self
        if self.state is not EvidenceState.DECLARED:
            raise WrongState(f"This item is {self.state.value} and takes no bytes.", state=self.state.value)
        return self._next(EvidenceState.UPLOADING)

    def received(self, upload: Upload) -> "Evidence":
        """All bytes are in the store, unread."""
        if self.state not in {EvidenceState.DECLARED, EvidenceState.UPLOADING} or self.upload_id != upload.id:
            raise WrongState(f"This item is {self.state.value} and takes no bytes.", state=self.state.value)
        return replace(self._next(EvidenceState.VERIFYING), version_id=upload.version_id)

    def reopened_for(self, upload: Upload) -> "Evidence":
        """A fresh upload of the same item, after a mismatch or when the last upload ended without bytes."""
        if upload.evidence_id != self.id:
            raise ValueError("this upload is another item's")
        if self.kind is not Kind.DIGITAL:
            raise WrongState("This item has no bytes here, so nothing can be uploaded for it.", state=self.state.value)
        if self.state not in {EvidenceState.DECLARED, EvidenceState.UPLOADING, EvidenceState.MISMATCH}:
            raise WrongState(
                f"This item is {self.state.value}; only an item that is not sealed takes a new upload.",
                state=self.state.value,
            )
        return replace(
            self._next(EvidenceState.DECLARED),
            upload_id=upload.id,
            size=upload.size,
            version_id=None,
            digests={},
            integrity=Integrity.UNCHECKED,
        )

    def judged(self, verdict: Verdict, at: datetime) -> "Evidence":
        """Become sealed, or show the mismatch; the digests found are kept in both cases."""
        if self.state is not EvidenceState.VERIFYING:
            raise WrongState(f"This item is {self.state.value} and not waiting to be verified.", state=self.state.value)
        if verdict.sealed:
            return replace(
                self._next(EvidenceState.SEALED),
                digests=dict(verdict.found.digests),
                size=verdict.found.size,
                integrity=Integrity.INTACT,
                sealed_at=at,
                checked_at=at,
            )
        return replace(
            self._next(EvidenceState.MISMATCH), digests=dict(verdict.found.digests), integrity=Integrity.UNCHECKED
        )

    def rechecked(self, outcome: Integrity, at: datetime) -> "Evidence":
        """Record a later verification. `altered` freezes the item; nothing thaws it by itself."""
        self.checkable()
        state = EvidenceState.FROZEN if outcome is Integrity.ALTERED else self.state
        return replace(self._next(state), integrity=outcome, checked_at=at)

    def readable(self) -> str:
        """The version id to read. Raises `NotReadable` for whatever is not sealed, intact evidence."""
        if self.state is EvidenceState.SEALED and self.integrity is Integrity.MISSING:
            raise NotReadable("The stored bytes of this item are missing. An administrator must look.", state="missing")
        if self.state is not EvidenceState.SEALED or self.version_id is None:
            why = {
                EvidenceState.MISMATCH: "The bytes of this item are not what was declared",
                EvidenceState.FROZEN: "The stored bytes of this item are no longer what was sealed",
                EvidenceState.VERIFYING: "The bytes of this item have not been verified yet",
                EvidenceState.REGISTERED: "This item has no bytes here",
            }.get(self.state, "The bytes of this item have not come")
            raise NotReadable(f"{why}; only sealed evidence can be read.", state=self.state.value)
        return self.version_id

    def checkable(self) -> str:
        """The version id to verify again. Raises `WrongState` where there are no sealed bytes."""
        if self.state not in {EvidenceState.SEALED, EvidenceState.FROZEN} or self.version_id is None:
            raise WrongState(
                f"This item is {self.state.value}; only sealed bytes can be verified again.", state=self.state.value
            )
        return self.version_id


def outcome_of(evidence: Evidence, found: Found) -> Integrity:
    """Compare a later reading with the sealed digests: SHA-256, and every other algorithm that both have, must agree."""
    same = {"sha256"} <= evidence.digests.keys() & found.digests.keys() and all(
        found.digests[a].same_as(d) for a, d in evidence.digests.items() if a in found.digests
    )
    return Integrity.INTACT if same and found.size == evidence.size else Integrity.ALTERED
