"""What people are told, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, Instant, View
from dems.model.clocks.reminders import Told
from dems.model.invitations import Announcement


class AnnouncementView(View):
    """Files that arrived by way of an invitation (`received`: several that come together are one announcement), or a
    statutory date that comes near or has passed (`due`). Fields of the other kind are null.
    """

    id: UUID
    at: Instant
    kind: Literal["received", "due"]
    case_id: UUID
    intake_id: UUID | None = None
    invitation_id: UUID | None = None
    files: int | None = None
    bytes: int | None = None
    after_withdrawal: bool | None = Field(
        default=None, description="Whether these came after the invitation was withdrawn"
    )
    clock: str | None = None
    about: UUID | None = Field(
        default=None, description="The review, recommendation or other strand; null: the case itself"
    )
    due_on: Day | None = None
    days_ahead: int | None = Field(default=None, description="The step that was reached; 0: the date has passed")
    stands: bool | None = Field(
        default=None,
        description="Of a date: whether it is still owed. False once it has moved, or what it waits for is on record",
    )
    text: str = Field(description="The same as one sentence. Who sent files is in the entries of the items")

    @classmethod
    def of(cls, told: Announcement | Told) -> "AnnouncementView":
        if isinstance(told, Told):
            return cls(
                id=told.id,
                at=told.at,
                kind="due",
                case_id=told.case_id,
                clock=told.clock,
                about=told.about,
                due_on=told.due_on,
                days_ahead=told.days_ahead,
                stands=told.stands,
                text=told.text,
            )
        return cls(
            id=told.id,
            at=told.at,
            kind="received",
            case_id=told.case_id,
            intake_id=told.intake_id,
            invitation_id=told.invitation_id,
            files=told.sent.files,
            bytes=told.sent.bytes,
            after_withdrawal=told.withdrawn_at is not None,
            text=told.text,
        )
