"""What the use cases need from the world: a transaction, a clock, a store and somewhere to send nudges.

Everything reached through a `Transaction` happens in one database transaction: `with transactions() as tx:`
commits on clean exit and rolls back on any exception. No network but the database's is allowed inside.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import Authority, ChainOf
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EntryId, EvidenceId, GrantId, PersonId, TokenId, UploadId, VerificationId
from dems.model.people import CaseGrant, Person, Token, Wall
from dems.model.uploads import Upload, UploadState
from dems.model.verification import AccessGrant, Verification
from storage.interface import Part

Clock = Callable[[], datetime]


class JobKind(StrEnum):
    """What can be due. The value is also the name of the Celery task that does it."""

    VERIFY = "verify"
    RECHECK = "recheck"
    FINISH_COMPLETION = "finish_completion"
    """Brings an upload to its end whose completion was begun and not recorded."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on one subject, due once; asking for it twice makes one job."""

    kind: JobKind
    subject: UUID


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in one worker's hands until a time; `by` tells this hold from every other."""

    job: Job
    by: str
    attempts: int


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
class Completion:
    """The intent to complete an upload, written before the store is asked."""

    upload_id: UploadId
    attempt: UUID
    multipart_id: str | None
    begun_at: datetime


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


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    state: EvidenceState | None = None
    integrity: Integrity | None = None
    exhibit_ref: str | None = None


class People(Protocol):
    def add(self, person: Person, at: datetime) -> None:
        """Raises `AlreadyExists` when the address is somebody's."""
        ...

    def get(self, person_id: PersonId, *, for_update: bool = False) -> Person:
        """Raises `NotFound`."""
        ...

    def by_email(self, email: str) -> Person | None: ...
    def save(self, person: Person) -> None: ...
    def page(self, page: Page, *, email: str | None = None) -> list[Person]: ...


class Tokens(Protocol):
    def add(self, token: Token, token_hash: bytes) -> None: ...
    def get(self, token_id: TokenId, *, for_update: bool = False) -> Token: ...
    def by_hash(self, token_hash: bytes) -> Token | None: ...
    def revoke(self, token_id: TokenId, at: datetime) -> None: ...
    def page(self, person_id: PersonId, page: Page) -> list[Token]: ...


class Cases(Protocol):
    def add(self, case: Case) -> None:
        """Raises `AlreadyExists` when the reference is taken, with no word about the other case."""
        ...

    def get(self, case_id: CaseId, *, for_update: bool = False, keep_as_is: bool = False) -> Case:
        """`keep_as_is` keeps the case from being closed until the transaction ends, and lets others do the same.

        Raises `NotFound`.
        """
        ...

    def by_reference(self, reference: str) -> Case | None: ...
    def save(self, case: Case) -> None: ...
    def page(self, viewers: Sequence[Person], page: Page, wanted: CaseFilter) -> list[Case]:
        """Cases that every viewer may know of: walls and standing are part of the query, not of a later filter."""
        ...

    def grants(self, case_id: CaseId, person_ids: Sequence[PersonId] | None = None) -> list[CaseGrant]: ...
    def team(self, case_id: CaseId, page: Page) -> list[tuple[Person, list[CaseGrant]]]:
        """People with a grant that has not ended, by their id."""
        ...

    def add_grant(self, grant: CaseGrant) -> None: ...
    def end_grant(self, grant_id: GrantId, at: datetime) -> None: ...
    def walls(self, case_id: CaseId) -> list[Wall]:
        """The walls that stand."""
        ...

    def add_wall(self, wall: Wall) -> None: ...
    def lower_wall(self, wall_id: GrantId, at: datetime) -> None: ...


class EvidenceItems(Protocol):
    def add(self, evidence: Evidence) -> None:
        """Raises `AlreadyExists` when the case has used the exhibit reference before."""
        ...

    def get(self, evidence_id: EvidenceId, *, for_update: bool = False) -> Evidence: ...
    def save(self, evidence: Evidence) -> None: ...
    def correct_ref(self, evidence: Evidence, exhibit_ref: ExhibitRef) -> None:
        """Give the item another reference; the old one stays used. Raises `AlreadyExists`."""
        ...

    def page(self, case_id: CaseId, page: Page, wanted: EvidenceFilter) -> list[Evidence]: ...
    def least_recently_checked(self, limit: int, before: datetime) -> list[EvidenceId]: ...
    def count_sealed(self) -> int: ...


class Uploads(Protocol):
    def add(self, upload: Upload) -> None: ...
    def get(self, upload_id: UploadId, *, for_update: bool = False) -> Upload:
        """The state says `completing` while an intent to complete stands. Raises `NotFound`."""
        ...

    def many(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Upload]: ...
    def save(self, upload: Upload) -> None: ...
    def parts(self, upload_id: UploadId) -> list[Part]: ...
    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        """Replace what was kept of the parts by these."""
        ...

    def completion(self, upload_id: UploadId) -> Completion | None: ...
    def intend(self, completion: Completion, lease: timedelta) -> None: ...
    def forget_intent(self, upload_id: UploadId, attempt: UUID) -> None: ...
    def overdue_intents(self, limit: int) -> list[UploadId]:
        """Uploads whose intent to complete has outlived its lease."""
        ...

    def expired(self, at: datetime, limit: int) -> list[Upload]: ...
    def known(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, tuple[UploadState, str | None]]:
        """State and version id of those that exist, for the reconciler."""
        ...

    def add_token(self, token: UploadToken, token_hash: bytes, at: datetime) -> None:
        """Also revokes every earlier token of the upload."""
        ...

    def token_by_hash(self, token_hash: bytes) -> UploadToken | None: ...


class Upkeep(Protocol):
    """What the daily jobs remember between their runs."""

    def locked(self, upload: Upload, until: datetime) -> None:
        """Note until when the store has confirmed an object's lock."""
        ...

    def locks_to_extend(self, sealed_before: datetime, unsealed_before: datetime, limit: int) -> list[Upload]:
        """Uploads of items still kept whose lock ends before these times, soonest first."""
        ...

    def report_orphan(self, orphan: "Orphan", at: datetime) -> bool:
        """Whether it is new. One that was reported before is not reported again."""
        ...

    def orphans(self) -> int: ...
    def checked_store(self, check: "StoreCheck") -> None: ...
    def last_store_check(self) -> "StoreCheck | None": ...
    def consultations(self, limit: int) -> list[tuple[UUID, PersonId, Mapping[str, Any]]]:
        """The oldest that were not yet written to a chain, locked against other writers."""
        ...

    def forget_consultations(self, ids: Sequence[UUID]) -> None: ...
    def forget_old(self, before: datetime) -> None:
        """Drop idempotency keys and store checks from before a time; the newest check stays."""
        ...


class Verifications(Protocol):
    def add(self, verification: Verification) -> None: ...
    def get(self, verification_id: VerificationId, *, for_update: bool = False) -> Verification: ...
    def save(self, verification: Verification) -> None: ...
    def page(self, evidence_id: EvidenceId, page: Page) -> list[Verification]: ...
    def pending_for(self, evidence_id: EvidenceId) -> Verification | None: ...


class AccessGrants(Protocol):
    def add(self, grant: AccessGrant) -> None: ...
    def get(self, grant_id: GrantId) -> AccessGrant: ...


class Custody(Protocol):
    def append(
        self,
        authority: Authority,
        chain: ChainOf,
        *,
        act: Act | None = None,
        case_id: CaseId | None = None,
        evidence_id: EvidenceId | None = None,
        reason: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> EntryId:
        """Add an entry to a chain; `act` is the authority's unless said. Written, in one order, as the transaction commits."""
        ...

    def chain(self, chain: ChainOf, page: Page) -> list[CustodyRow]: ...
    def of_case(self, case_id: CaseId, page: Page) -> list[CustodyRow]:
        """Entries of the case and of its items, in the order in which they were recorded."""
        ...

    def get(self, entry_id: EntryId) -> tuple[CustodyRow, CaseId | None]: ...


class Jobs(Protocol):
    def due(self, job: Job, *, after: timedelta = timedelta(0)) -> None:
        """Make a job due, once; the nudge goes out after commit."""
        ...

    def claim(self, job: Job, lease: timedelta) -> Lease:
        """Take a job. Raises `NoLongerDue` when it is done, not yet due, or in other hands."""
        ...

    def renew(self, lease: Lease, duration: timedelta) -> None:
        """Raises `NoLongerDue` when the lease was lost."""
        ...

    def finish(self, lease: Lease) -> None:
        """In the transaction that records the result. Raises `NoLongerDue` when the lease was lost, and so undoes it."""
        ...

    def put_back(self, lease: Lease, problem: str, after: timedelta) -> None: ...
    def to_nudge(self, limit: int, again_after: timedelta) -> list[Job]: ...
    def backlog(self) -> Mapping[JobKind, tuple[int, float]]:
        """By kind: how many are waiting, and the age in seconds of the oldest."""
        ...


class IdempotencyKeys(Protocol):
    def first(self, once: Once, subject: UUID) -> UUID | None:
        """Claim a key for `subject`, or return what it was claimed for. Raises `IdempotencyKeyReused`, `Busy`."""
        ...

    def answered(self, once: Once, status: int, answer: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], bool]:
        """Keep the answer (without secrets) if it is the first; else give back the first one and True."""
        ...


class Transaction(Protocol):
    @property
    def people(self) -> People: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def evidence(self) -> EvidenceItems: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def access_grants(self) -> AccessGrants: ...
    @property
    def custody(self) -> Custody: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def idempotency(self) -> IdempotencyKeys: ...
    @property
    def upkeep(self) -> Upkeep: ...

    def authorise(
        self,
        actor: Actor,
        act: Act,
        *,
        case_id: CaseId | None = None,
        person_id: PersonId | None = None,
        upload_id: UploadId | None = None,
    ) -> Authority:
        """Ask `may`, with the standings as they are in this transaction.

        Raises `NotFound` where the caller may not know of the subject, else `NotPermitted`, `SelfGrant`.
        """
        ...

    def denied(self, actor: Actor, what: str, outcome: str) -> None:
        """Note that somebody known was refused, for their chain."""
        ...

    def consulted(self, authority: Authority, subject: UUID, **fact: Any) -> None:
        """Note that a record was looked at, for the person's chain (DPA 2018 s.62)."""
        ...


class Transactions(Protocol):
    def __call__(self) -> AbstractContextManager[Transaction]: ...
