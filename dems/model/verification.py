"""Later looks at sealed evidence: verifications, and the grants by which people read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dems.model.digests import Digest
from dems.model.evidence import Integrity
from dems.model.ids import EvidenceId, GrantId, PersonId, VerificationId


@dataclass(frozen=True, slots=True)
class Verification:
    """One re-hashing: asked for by a person or, with `requested_by` None, by the schedule. `outcome` is None until done."""

    id: VerificationId
    evidence_id: EvidenceId
    requested_by: PersonId | None
    requested_at: datetime
    reason: str | None
    finished_at: datetime | None = None
    outcome: Integrity | None = None
    size: int | None = None
    digests: tuple[Digest, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """That one person may read one item's bytes until a time; works only with that person's own token."""

    id: GrantId
    evidence_id: EvidenceId
    person_id: PersonId
    on_behalf_of: PersonId | None
    purpose: str
    reason: str
    created_at: datetime
    expires_at: datetime


def recheck_budget(population: int, period: timedelta, every: timedelta) -> int:
    """How many items one run must verify so that each of `population` is verified once a `period`, running `every` so often.

    Rounded up, so that the period is kept and never overrun. Raises `ValueError` for a period that is not positive.
    """
    if period <= timedelta(0) or every <= timedelta(0):
        raise ValueError("period and interval are positive")
    runs = max(1, period // every)
    return -(-population // runs)
