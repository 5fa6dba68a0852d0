"""In which role somebody acted: everything about disclosure is done by a named person in a case role held at that time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dems.model.ids import CaseId, PersonId
from dems.model.life.strands import said
from dems.model.people import CaseGrant, CaseRole, Clearance
from dems.model.times import london_date, rfc3339

DISCLOSURE_OFFICERS = frozenset(
    {CaseRole.DISCLOSURE_OFFICER, CaseRole.LEAD_DISCLOSURE_OFFICER, CaseRole.DEPUTY_DISCLOSURE_OFFICER}
)
"""Who certifies: the disclosure officer and their deputies (Code of Practice since 2005)."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A person, under the name that they sign with, in one role, at an instant (aware). Raises `Invalid` without a name."""

    person: PersonId
    name: str
    role: CaseRole
    at: datetime

    def __post_init__(self) -> None:
        said(self.name, "under which name this person signs")
        london_date(self.at)


def signature_record(by: Acting) -> dict[str, Any]:
    """Who signed, in which role and when, as frozen bytes have it."""
    return {"at": rfc3339(by.at), "name": by.name, "person": str(by.person), "role": by.role.value}


def signature_from(record: Mapping[str, Any]) -> Acting:
    """What `signature_record` wrote."""
    at = datetime.fromisoformat(record["at"])
    return Acting(PersonId(UUID(record["person"])), record["name"], CaseRole(record["role"]), at)


def holds(
    grants: Iterable[CaseGrant], case_id: CaseId, person: PersonId, what: CaseRole | Clearance, at: datetime
) -> bool:
    """Whether a role or clearance was held on a case at an instant: granted by then, not ended by then, and in its dates."""
    day = london_date(at)
    return any(
        (g.case_id, g.person_id, g.name) == (case_id, person, what)
        and g.granted_at <= at
        and (g.ended_at is None or at < g.ended_at)
        and g.starts_on <= day
        and (g.ends_on is None or day <= g.ends_on)
        for g in grants
    )
