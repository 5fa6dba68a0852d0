"""People, cases and items that tests of the model need: real values, made by hand, nothing patched."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dems.model.actors import Actor, ActorKind
from dems.model.cases import Case, CaseState
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, GrantId, PersonId, TokenId, UploadId
from dems.model.names import OriginalName
from dems.model.people import CaseGrant, CaseRole, Clearance, OrganisationRole, Person, Wall
from dems.model.uploads import Upload, UploadState

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
CASE_ID = CaseId(UUID("01890000-0000-7000-8000-00000000ca5e"))
EVIDENCE_ID = EvidenceId(UUID("01890000-0000-7000-8000-0000000e71de"))
UPLOAD_ID = UploadId(UUID("01890000-0000-7000-8000-000000000b1d"))
OTHER_UPLOAD_ID = UploadId(UUID("01890000-0000-7000-8000-0000000002d0"))
SHA256_OF_NOTHING = Digest.from_hex("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
SHA256_OF_ABC = Digest.from_hex("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def person_id(number: int) -> PersonId:
    return PersonId(UUID(int=0x0189_0000_0000_7000_8000_000000000000 + number))


def person(number: int, *roles: OrganisationRole, force: str | None = None, active: bool = True) -> Person:
    return Person(person_id(number), f"Person {number}", f"p{number}@dems.example", frozenset(roles), force, active)


def acting(who: Person) -> Actor:
    """`who` with their own token."""
    return Actor(ActorKind.PERSON, who.name, person=who, token_id=TokenId(UUID(int=77)))


def delegated(service: Person, human: Person) -> Actor:
    return Actor(ActorKind.SERVICE, service.name, person=service, on_behalf_of=human, token_id=TokenId(UUID(int=78)))


def grant(
    who: Person,
    name: CaseRole | Clearance,
    *,
    starts_on: date = TODAY,
    ends_on: date | None = None,
    ended_at: datetime | None = None,
) -> CaseGrant:
    return CaseGrant(GrantId(UUID(int=1)), CASE_ID, who.id, name, starts_on, ends_on, NOON, ended_at)


def wall(*, who: Person | None = None, force: str | None = None, lowered_at: datetime | None = None) -> Wall:
    return Wall(
        GrantId(UUID(int=2)), CASE_ID, None if who is None else who.id, force, "a relative is named", NOON, lowered_at
    )


def case(state: CaseState = CaseState.OPEN) -> Case:
    return Case(CASE_ID, "2026/0147", "A complaint", state, person_id(1), NOON)


def upload(
    size: int = 3,
    *,
    declared: Digest | None = None,
    state: UploadState = UploadState.OPEN,
    upload_id: UploadId = UPLOAD_ID,
    version_id: str | None = None,
    part_size: int = 8 * 1024 * 1024,
) -> Upload:
    return Upload(
        id=upload_id,
        evidence_id=EVIDENCE_ID,
        case_id=CASE_ID,
        state=state,
        size=size,
        part_size=part_size,
        declared=declared,
        created_by=person_id(1),
        created_at=NOON,
        expires_at=NOON + timedelta(days=7),
        version_id=version_id,
    )


def evidence(state: EvidenceState = EvidenceState.DECLARED, *, kind: Kind = Kind.DIGITAL) -> Evidence:
    """An item in `state`, with what an item in that state has."""
    read_back = state in {EvidenceState.SEALED, EvidenceState.FROZEN, EvidenceState.DISPOSED}
    stored = read_back or state in {EvidenceState.VERIFYING, EvidenceState.MISMATCH}
    return Evidence(
        id=EVIDENCE_ID,
        case_id=CASE_ID,
        exhibit_ref=ExhibitRef("ABC/1"),
        description="CCTV from the custody desk",
        kind=kind,
        state=state,
        declared_by=person_id(1),
        declared_at=NOON,
        name=OriginalName(b"cctv.mp4"),
        size=3,
        upload_id=UPLOAD_ID,
        version_id="v1" if stored else None,
        digests={"sha256": SHA256_OF_ABC} if stored and state is not EvidenceState.VERIFYING else {},
        sealed_at=NOON if read_back else None,
        checked_at=NOON if read_back else None,
    )
