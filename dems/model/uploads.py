"""An upload: one attempt to bring the bytes of one item into the store. Its id is used once and is part of the key."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dems.errors import DigestMismatch, Incomplete, Invalid, TooLarge, WrongState
from dems.model.digests import Digest, composite_sha256
from dems.model.ids import CaseId, EvidenceId, IntakeId, PersonId, UploadId

MAX_PARTS = 10_000
"""S3's limit on the parts of one object."""

MIN_PART_SIZE = 8 * 1024 * 1024
"""S3 wants at least 5 MiB in all but the last part; 8 MiB is what boto3 uses too."""

ENOUGH_PARTS = 64
LARGE_PART_SIZE = 16 * 1024 * 1024
_MEBIBYTE = 1024 * 1024
MAX_OBJECT_SIZE = 5 * 1024**4
"""S3's limit on one object: 5 TiB."""


class UploadState(StrEnum):
    OPEN = "open"
    COMPLETING = "completing"
    COMPLETED = "completed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


def part_size_for(size: int, *, minimum: int = MIN_PART_SIZE) -> int:
    """The part size in bytes for a file of `size` bytes: `minimum`, or more, in steps of 1 MiB, where there would be many parts.

    Each part costs transactions and a request, so a file from 512 MiB on has 64, as long as its parts are no larger than a
    bad network brings through: 16 MiB. No file has more than 10,000.
    """
    few = min(-(-size // ENOUGH_PARTS), LARGE_PART_SIZE)
    needed = -(-size // MAX_PARTS)
    return max(minimum, -(-max(few, needed) // _MEBIBYTE) * _MEBIBYTE)


@dataclass(frozen=True, slots=True)
class Upload:
    """`size` and `declared` are what the submitter said before the bytes came; once declared a digest never changes."""

    id: UploadId
    evidence_id: EvidenceId
    case_id: CaseId
    state: UploadState
    size: int
    part_size: int
    declared: Digest | None
    created_by: PersonId
    created_at: datetime
    expires_at: datetime
    version_id: str | None = None
    completed_at: datetime | None = None
    intake_id: IntakeId | None = None
    parts_sha256: bytes | None = None
    """What was received: the SHA-256 of the only part, or the composite over those of several. What is read back is it."""

    @property
    def part_count(self) -> int:
        return max(1, -(-self.size // self.part_size))

    def length_of_part(self, number: int) -> int:
        """How many bytes part `number` (from 1) has. Raises `Invalid` for a number that this upload does not have."""
        if not 1 <= number <= self.part_count:
            raise Invalid(
                f"This upload has parts 1 to {self.part_count} of {self.part_size} bytes; there is no part {number}.",
                field="number",
            )
        return min(self.part_size, self.size - (number - 1) * self.part_size)

    def check_length(self, number: int, length: int) -> int:
        """The length of a part, if that is what comes. Raises `TooLarge`, `Incomplete`, `Invalid`."""
        expected = self.length_of_part(number)
        if length != expected:
            problem = TooLarge if length > expected else Incomplete
            raise problem(f"Part {number} has {expected} bytes, but {length} come. Nothing was kept.")
        return expected

    def takes_bytes(self, at: datetime) -> None:
        """Raise `WrongState` unless bytes may still come."""
        if self.state is not UploadState.OPEN:
            raise WrongState(
                f"This upload is {self.state.value}. Open a new upload of the item if its bytes are still to come.",
                state=self.state.value,
            )
        if at >= self.expires_at:
            raise WrongState("This upload has expired. Open a new upload of the item.", state=UploadState.EXPIRED.value)

    def completing(self) -> "Upload":
        """Its bytes were said to be in the store."""
        return replace(self, state=UploadState.COMPLETING)

    def completed(self, version_id: str, at: datetime, part_digests: list[bytes]) -> "Upload":
        """All bytes are in the store as one version. Raises `WrongState` unless the upload was waiting for that."""
        if self.state not in {UploadState.OPEN, UploadState.COMPLETING}:
            raise WrongState(f"This upload is {self.state.value}.", state=self.state.value)
        received = composite_sha256(part_digests) if len(part_digests) > 1 else next(iter(part_digests), None)
        return replace(self, state=UploadState.COMPLETED, version_id=version_id, completed_at=at, parts_sha256=received)

    def declaring(self, digest: Digest | None) -> "Upload":
        """Add a late declaration. Raises `DigestMismatch` when another digest was declared before."""
        if digest is None or (self.declared is not None and self.declared.same_as(digest)):
            return self
        if self.declared is not None:
            raise DigestMismatch(
                "Another digest was declared for this upload before, and a declaration never changes. "
                "Abandon the upload and open a new one if the first was wrong.",
                declared=self.declared.hex,
                found=digest.hex,
            )
        return replace(self, declared=digest)
