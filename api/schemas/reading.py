"""Reading an item and verifying it again, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Instant, Line, Prose, View
from api.schemas.evidence import warnings_of
from dems.model.evidence import Integrity
from dems.model.verification import AccessGrant, Verification
from dems.ports import ItemFindings


class AccessWanted(Body):
    purpose: Line = Field(examples=["investigation"])
    reason: Prose = Field(examples=["Viewing the custody-suite footage of 3 March"])


class GrantView(View):
    grant: UUID
    expires_at: Instant
    url: str = Field(description="Works only with your own token, until the grant expires")
    warnings: list[str] = Field(default=[], description="What to know before the bytes are opened")

    @classmethod
    def of(cls, grant: AccessGrant, found: ItemFindings) -> "GrantView":
        url = f"/v1/evidence/{grant.evidence_id}/content?grant={grant.id}"
        return cls(grant=grant.id, expires_at=grant.expires_at, url=url, warnings=warnings_of(found))


class VerificationWanted(Body):
    reason: Prose | None = None


class VerificationView(View):
    """`outcome` is null while the verification waits."""

    id: UUID
    evidence_id: UUID
    state: Literal["waiting", "done"]
    requested_by: UUID | None = Field(description="Null: by the schedule")
    requested_at: Instant
    reason: str | None
    finished_at: Instant | None
    outcome: Integrity | None
    size: int | None
    digests: dict[str, str]
    problem: str | None

    @classmethod
    def of(cls, verification: Verification) -> "VerificationView":
        return cls(
            id=verification.id,
            evidence_id=verification.evidence_id,
            state="waiting" if verification.outcome is None else "done",
            requested_by=verification.requested_by,
            requested_at=verification.requested_at,
            reason=verification.reason,
            finished_at=verification.finished_at,
            outcome=verification.outcome,
            size=verification.size,
            digests={d.algorithm: d.hex for d in verification.digests},
            problem=verification.problem,
        )
