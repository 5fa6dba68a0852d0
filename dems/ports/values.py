"""What passes through the ports: jobs and leases, pages and filters, tokens, rows of a chain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from dems.model.cases import CaseState
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import ApprovalId, EntryId, IntakeId, PersonId, TokenId, UploadId
from dems.model.life.stages import Stage
from dems.model.life.vocabulary import Mode
from dems.model.uploads import Upload

Clock = Callable[[], datetime]


class JobKind(StrEnum):
    """What can be due. The value is also the name of the Celery task that does it."""

    VERIFY = "verify"
    VERIFY_MANY = "verify_many"
    """Verifies small items by the hundred, as long as any wait; only ever a nudge, with no row of its own."""
    RECHECK = "recheck"
    FINISH_COMPLETION = "finish_completion"
    """Brings an upload to its end whose completion was begun and not recorded."""
    DISCARD_PARTS = "discard_parts"
    """Throws away the parts of an upload that ended without being completed."""
    EXPORT = "export"
    """Makes the package of one export."""
    EXTRACT = "extract"
    """Reads what is in the bytes of one sealed item."""
    EXTRACT_MANY = "extract_many"
    """Reads small items one after another, as long as any wait that were not tried before; only ever a nudge."""
    EXTRACT_LARGE = "extract_large"
    """Reads a large item, or one whose reader died before: apart from the others, so that it holds up none of them."""
    RENEW_CLOCKS = "renew_clocks"
    """Brings the rows of all clocks to what facts and rules say; its subject is the installation."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on one subject, due once; asking for it twice makes one job."""

    kind: JobKind
    subject: UUID


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in one worker's hands until a time; `by` tells this hold from every other.

    `problem` is what was said of the try before, where that came to an end.
    """

    job: Job
    by: str
    attempts: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class UploadToken:
    """What an upload token stands for."""

    id: TokenId
    upload_id: UploadId
    person_id: PersonId
    on_behalf_of: PersonId | None
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntakeToken:
    """What an intake token stands for; `on_behalf_of` as with upload tokens."""

    id: TokenId
    intake_id: IntakeId
    person_id: PersonId
    on_behalf_of: PersonId | None
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Promise:
    """A part that was announced: its digest never changes. `etag` is None until it was seen in the store."""

    number: int
    size: int
    sha256: bytes
    etag: str | None


@dataclass(frozen=True, slots=True)
class BegunMultipart:
    """The store's multipart upload to which the parts of an upload go, and until when its object will be locked."""

    multipart_id: str
    begun_at: datetime
    locked_until: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """The intent to complete an upload, written before the store is asked."""

    upload_id: UploadId
    attempt: UUID
    multipart_id: str | None
    begun_at: datetime
    sender: Mapping[str, Any] = field(default_factory=dict)
    """Who sent the bytes, for the entry of whoever finds the intent after a crash."""
    overdue: bool = False
    """Nobody renewed it: the process that wrote it is dead."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """That the detail of an entry was destroyed: when, by which approval, and by whom as they were called then."""

    at: datetime
    approval_id: ApprovalId
    asked_by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """One entry as kept: the leaf's exact bytes, what it commits to, and its place in the log once it has one."""

    id: EntryId
    chain_id: UUID
    seq: int
    at: datetime
    leaf: bytes
    leaf_hash: bytes
    nonce: bytes | None
    detail: bytes | None
    index: int | None = None
    destroyed: Destroyed | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key in its scope, and what the body was; `subject` is what the first call made."""

    scope: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A keyset page: at most `limit` rows whose id is greater than `after`."""

    limit: int
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A version in the store that no record explains (`unrecorded`), or a marker that hides one (`hidden`)."""

    key: str
    version_id: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """One run of the store's self-check: each probe's name, identity, whether it held, and what was seen."""

    id: UUID
    at: datetime
    endpoint: str
    held: bool
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    reference: str | None = None
    state: CaseState | None = None
    force: str | None = None
    theme: str | None = None
    q: str | None = None
    mode: Mode | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    state: EvidenceState | None = None
    integrity: Integrity | None = None
    exhibit_ref: str | None = None
    sha256: str | None = None
    """Of the bytes as stored, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """An item of an intake as lists show it. `announced` says that bytes of its upload were announced."""

    evidence: Evidence
    upload: Upload | None
    announced: bool
