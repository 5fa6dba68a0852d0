"""Acts that need two people, on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Instant, Prose, View
from dems.model.acts import Act
from dems.model.approvals import Approval, ApprovalState


class NewApproval(Body):
    act: Literal[Act.DETAIL_DESTROY] = Field(description="What is to be done")
    subject: UUID = Field(description="What it is done to: the id of the custody entry whose detail is to be destroyed")
    reason: Prose = Field(examples=["Order of the High Court of 3 March 2026, KB-2026-000123, paragraph 4"])


class ApprovalView(View):
    """`waiting` until a second person agrees, at the latest at `expires_at`; then the act is done at once."""

    id: UUID
    act: Act
    subject: UUID
    case_id: UUID
    reason: str
    state: ApprovalState
    asked_by: UUID
    asked_by_name: str
    asked_at: Instant
    expires_at: Instant
    confirmed_by: UUID | None
    confirmed_by_name: str | None
    confirmed_at: Instant | None

    @classmethod
    def of(cls, approval: Approval, now: datetime) -> "ApprovalView":
        return cls(
            id=approval.id,
            act=approval.act,
            subject=approval.subject,
            case_id=approval.case_id,
            reason=approval.reason,
            state=approval.state(now),
            asked_by=approval.asked_by,
            asked_by_name=approval.asked_name,
            asked_at=approval.asked_at,
            expires_at=approval.expires_at,
            confirmed_by=approval.confirmed_by,
            confirmed_by_name=approval.confirmed_name,
            confirmed_at=approval.confirmed_at,
        )
