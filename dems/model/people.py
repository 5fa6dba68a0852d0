"""People, the roles they hold in the organisation, and what they hold on one case."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dems.model.ids import CaseId, GrantId, PersonId, TokenId


class CaseRole(StrEnum):
    """What a person can be on a case; held there only by someone who holds it in the organisation."""

    INVESTIGATOR = "investigator"
    LEAD_INVESTIGATOR = "lead_investigator"
    DISCLOSURE_OFFICER = "disclosure_officer"
    LEAD_DISCLOSURE_OFFICER = "lead_disclosure_officer"
    DEPUTY_DISCLOSURE_OFFICER = "deputy_disclosure_officer"
    CASE_MANAGER = "case_manager"
    DECISION_MAKER = "decision_maker"
    REVIEWING_LAWYER = "reviewing_lawyer"
    INDEPENDENT_COUNSEL = "independent_counsel"


class OrganisationRole(StrEnum):
    """Roles that a person holds whatever the case: the case roles they may be given, and three of their own."""

    INVESTIGATOR = "investigator"
    LEAD_INVESTIGATOR = "lead_investigator"
    DISCLOSURE_OFFICER = "disclosure_officer"
    LEAD_DISCLOSURE_OFFICER = "lead_disclosure_officer"
    DEPUTY_DISCLOSURE_OFFICER = "deputy_disclosure_officer"
    CASE_MANAGER = "case_manager"
    DECISION_MAKER = "decision_maker"
    REVIEWING_LAWYER = "reviewing_lawyer"
    INDEPENDENT_COUNSEL = "independent_counsel"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    INTEGRATION = "integration"


class Clearance(StrEnum):
    """Dated access to one kind of restricted material of a case. The first is asked for first: the other is of no use without it."""

    SENSITIVE = "sensitive"
    PII = "pii"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a service, that acts under their own name. `force` is a code of the force they belong to, if any."""

    id: PersonId
    name: str
    email: str
    roles: frozenset[OrganisationRole]
    force: str | None = None
    active: bool = True
    version: int = 1

    @property
    def case_roles(self) -> frozenset[CaseRole]:
        """The case roles that this person may be given."""
        return frozenset(CaseRole(r) for r in self.roles if r in CaseRole._value2member_map_)


class TokenKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    """Has the right `delegate`: acts for the person it names in `On-Behalf-Of`, and only so."""


@dataclass(frozen=True, slots=True)
class Token:
    """The record of an API token. The 256 random bits themselves are shown once and kept only as their SHA-256."""

    id: TokenId
    person_id: PersonId
    kind: TokenKind
    issued_by: PersonId | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def usable(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Links:
    """What still opens something in a person's name, in other hands: how many invitations, and tokens of intakes and uploads.

    They outlive the API token with which they were made, and are looked at again at each use.
    """

    invitations: int
    intakes: int
    uploads: int


@dataclass(frozen=True, slots=True)
class CaseGrant:
    """One role or clearance of one person on one case, from and until London dates (both included)."""

    id: GrantId
    case_id: CaseId
    person_id: PersonId
    name: CaseRole | Clearance
    starts_on: date
    ends_on: date | None
    granted_at: datetime
    ended_at: datetime | None = None

    def in_force(self, on: date) -> bool:
        return self.ended_at is None and self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Wall:
    """Keeps one person, or everyone of one force, from knowing of a case. It wins over every role."""

    id: GrantId
    case_id: CaseId
    person_id: PersonId | None
    force: str | None
    reason: str
    raised_at: datetime
    lowered_at: datetime | None = None

    def stops(self, person: Person) -> bool:
        if self.lowered_at is not None:
            return False
        return self.person_id == person.id or (
            self.force is not None and person.force is not None and same_force(self.force, person.force)
        )


def force_key(force: str) -> str:
    """How forces are compared: without regard to case, white space, kind of dash or width, so that no spelling slips
    under a wall.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", force).casefold())
    return "".join(
        "-" if unicodedata.category(c) == "Pd" else c
        for c in plain
        if not (c.isspace() or unicodedata.category(c) == "Cf")
    )


def same_force(one: str, other: str) -> bool:
    """Whether two spellings mean one force."""
    return force_key(one) == force_key(other)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person is to one case at one moment."""

    roles: frozenset[CaseRole] = field(default_factory=frozenset)
    clearances: frozenset[Clearance] = field(default_factory=frozenset)
    walled: bool = False


def standing_of(person: Person, grants: list[CaseGrant], walls: list[Wall], on: date) -> Standing:
    """Derive a person's standing from the case's grants and walls on a London date.

    A case role counts only while the organisation still gives it to the person.
    """
    mine = [g.name for g in grants if g.person_id == person.id and g.in_force(on)]
    return Standing(
        roles=frozenset(n for n in mine if isinstance(n, CaseRole)) & person.case_roles,
        clearances=frozenset(n for n in mine if isinstance(n, Clearance)),
        walled=any(w.stops(person) for w in walls),
    )
