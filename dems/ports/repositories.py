"""The repositories of a transaction, as the use cases see them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from dems.model.acts import Act
from dems.model.cases import Case
from dems.model.custody import Authority, ChainOf
from dems.model.evidence import Evidence
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EntryId, EvidenceId, GrantId, PersonId, TokenId, VerificationId
from dems.model.people import CaseGrant, Person, Token, Wall
from dems.model.uploads import Upload
from dems.model.verification import AccessGrant, Verification
from dems.ports.values import (
    CaseFilter,
    CustodyRow,
    EvidenceFilter,
    Job,
    JobKind,
    Lease,
    Once,
    Orphan,
    Page,
    StoreCheck,
)


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

    def add_many(self, cases: Sequence[Case]) -> None:
        """As `add`: raises `AlreadyExists` where any reference is taken; undo the transaction then."""
        ...

    def by_reference(self, reference: str) -> Case | None: ...
    def by_references(self, references: Sequence[str], *, for_update: bool = False) -> list[Case]:
        """Those that there are, in the order of their ids; whoever may know of them."""
        ...

    def save(self, case: Case) -> None: ...
    def page(self, viewers: Sequence[Person], page: Page, wanted: CaseFilter) -> list[Case]:
        """Cases that every viewer may know of: walls and standing are part of the query, not of a later filter."""
        ...

    def known(self, viewers: Sequence[Person], case_ids: Sequence[CaseId]) -> list[Case]:
        """Those of these cases that every viewer may know of."""
        ...

    def grants(self, case_id: CaseId, person_ids: Sequence[PersonId] | None = None) -> list[CaseGrant]: ...
    def grants_ever(self, case_id: CaseId) -> list[CaseGrant]:
        """Those that have ended too: what was decided is judged by what was held then."""
        ...

    def team(self, case_id: CaseId, page: Page) -> list[tuple[Person, list[CaseGrant]]]:
        """People with a grant that has not ended, by their id."""
        ...

    def add_grant(self, grant: CaseGrant) -> None: ...
    def add_grants(self, grants: Sequence[CaseGrant]) -> None: ...
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

    def add_many(self, items: Sequence[Evidence]) -> set[EvidenceId]:
        """Add the items of one case; returns those whose exhibit reference was used before: undo the transaction then."""
        ...

    def get(self, evidence_id: EvidenceId, *, for_update: bool = False) -> Evidence: ...
    def many(self, evidence_ids: Sequence[EvidenceId], *, for_update: bool = False) -> Mapping[EvidenceId, Evidence]:
        """Those that exist; locked in the order of their ids."""
        ...

    def save(self, evidence: Evidence) -> None: ...
    def save_many(self, items: Sequence[Evidence]) -> None:
        """All but their descriptions and references, which are changed one by one."""
        ...

    def refs_used(self, case_id: CaseId, keys: Sequence[str]) -> set[str]: ...
    def next_number(self, case_id: CaseId, prefix_key: str) -> int:
        """Where numbering of a prefix goes on; held by the caller until its transaction ends."""
        ...

    def numbered(self, case_id: CaseId, prefix_key: str, next_number: int) -> None: ...
    def correct_ref(self, evidence: Evidence, exhibit_ref: ExhibitRef) -> None:
        """Give the item another reference; the old one stays used. Raises `AlreadyExists`."""
        ...

    def page(self, case_id: CaseId, page: Page, wanted: EvidenceFilter) -> list[Evidence]: ...
    def same_bytes(self, item: Evidence, limit: int) -> list[Evidence]:
        """Other items of the same case whose stored bytes have the same SHA-256, oldest first; of no other case, ever."""
        ...

    def least_recently_checked(self, limit: int, before: datetime) -> list[EvidenceId]: ...
    def count_sealed(self) -> int: ...


class Upkeep(Protocol):
    """What the daily jobs remember between their runs."""

    def locked(self, upload: Upload, until: datetime) -> None:
        """Note until when the store has confirmed an object's lock."""
        ...

    def locked_many(self, until: Sequence[tuple[Upload, datetime]]) -> None: ...
    def locks_to_extend(self, sealed_before: datetime, unsealed_before: datetime, limit: int) -> list[Upload]:
        """Uploads of items still kept whose lock ends before these times, soonest first."""
        ...

    def report_orphan(self, orphan: Orphan, at: datetime) -> bool:
        """Whether it is new. One that was reported before is not reported again."""
        ...

    def orphans(self) -> int: ...
    def checked_store(self, check: StoreCheck) -> None: ...
    def last_store_check(self) -> StoreCheck | None: ...
    def consultations(self, limit: int) -> list[tuple[UUID, PersonId, Mapping[str, Any]]]:
        """The oldest that were not yet written to a chain, locked against other writers."""
        ...

    def forget_consultations(self, ids: Sequence[UUID]) -> None: ...
    def forget_old(self, before: datetime) -> None:
        """Drop idempotency keys from before a time."""
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

    def chain(
        self, chain: ChainOf, page: Page, *, acts: Collection[Act] | None = None, behind: int = 0
    ) -> list[CustodyRow]:
        """From its beginning, or behind a `seq`, in its order; only the entries of these acts where any are named."""
        ...

    def without_detail(self, after: Mapping[ChainOf, int], acts: Collection[Act]) -> Mapping[ChainOf, list[int]]:
        """Per chain the `seq`s behind a place of these acts, or whose detail was destroyed. Holds the chains, so ask last."""
        ...

    def lengths(self, chains: Sequence[ChainOf]) -> Mapping[ChainOf, int]:
        """How many entries each has; those that have not begun are left out."""
        ...

    def recorded(self, case_id: CaseId) -> int:
        """How many entries there are of the case and of its items, those whose detail was destroyed among them."""
        ...

    def of_case(self, case_id: CaseId, page: Page) -> list[CustodyRow]:
        """Entries of the case and of its items, in the order in which they were recorded."""
        ...

    def get(self, entry_id: EntryId) -> tuple[CustodyRow, CaseId | None]: ...
    def whose(self, chain_id: UUID) -> ChainOf:
        """What the chain with this id is about. Raises `NotFound`."""
        ...


class Jobs(Protocol):
    def due_many(self, jobs_due: Sequence[Job], nudges: Sequence[Job]) -> None:
        """Make many due; only `nudges` go out for them."""
        ...

    def claim_small(
        self, kind: JobKind, most_bytes: int, limit: int, lease: timedelta, *, untried: bool = False
    ) -> list[Lease]:
        """Take the oldest waiting jobs on items of at most so many bytes; none where none wait.

        `untried`: only such as nobody held before.
        """
        ...

    def still_held(self, leases: Sequence[Lease]) -> set[UUID]:
        """The subjects of the leases of one claim that are still held; held on to until the transaction ends."""
        ...

    def renew_many(self, leases: Sequence[Lease], duration: timedelta) -> None: ...
    def finish_many(self, leases: Sequence[Lease]) -> None: ...

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

    def put_back(
        self, lease: Lease, problem: str, after: timedelta, *, as_kind: JobKind | None = None, counted: bool = True
    ) -> None:
        """Leave the work for later; as another kind of job, where one is named. What is not `counted` was no attempt."""
        ...

    def drop(self, job: Job) -> bool:
        """Take a job away, whoever holds it: its holder learns of it when it renews or finishes. Whether there was one."""
        ...

    def to_nudge(self, limit: int, again_after: timedelta) -> list[Job]: ...
    def forgotten(self, limit: int) -> list[EvidenceId]:
        """Items that wait to be verified, and for which no job is there. Looks through all items: not often."""
        ...

    def backlog(self) -> Mapping[JobKind, tuple[int, float]]:
        """By kind: how many are waiting, and the age in seconds of the oldest."""
        ...


class HashStates(Protocol):
    """Where the hashing of a large file has come to; the state of a job is gone when the job is finished."""

    def save(self, lease: Lease, offset: int, state: bytes) -> None:
        """In the transaction that renews the lease, so that nobody else's is overwritten. `offset` says it in bytes."""
        ...

    def of(self, job: Job) -> bytes | None: ...


class IdempotencyKeys(Protocol):
    def first(self, once: Once, subject: UUID) -> UUID | None:
        """Claim a key for `subject`, or return what it was claimed for. Raises `IdempotencyKeyReused`, `Busy`."""
        ...

    def answered(self, once: Once, status: int, answer: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], bool]:
        """Keep the answer (without secrets) if it is the first; else give back the first one and True."""
        ...
