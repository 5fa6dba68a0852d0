"""Submissions on the wire: sets of schedules that went to the prosecutor."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.schemas.base import View
from api.schemas.disclosure import ActingView
from api.schemas.schedules import ScheduleListed
from dems.model.disclosure.schedules import ScheduleState
from dems.steps.submissions import Submission


class SentBackView(View):
    reason: str
    recorded: ActingView


class ServedView(View):
    schedule: UUID
    served_on: date
    recipient: str
    told_by: str
    recorded: ActingView


class SubmissionView(View):
    """A set that went to the prosecutor, as far as its reader may know of it."""

    id: UUID
    proceeding: UUID
    state: ScheduleState
    submitted: ActingView
    sha256: str | None = Field(
        description="Of the whole set as it was certified; null for whoever may not know all of it"
    )
    schedules: list[ScheduleListed]
    returned: list[SentBackView]
    served: list[ServedView]

    @classmethod
    def of(cls, found: Submission) -> "SubmissionView":
        return cls(
            id=found.id,
            proceeding=found.proceeding,
            state=found.state,
            submitted=ActingView.of(found.sent),
            sha256=found.sha256,
            schedules=[ScheduleListed.of(f) for f in found.forms],
            returned=[SentBackView(reason=r.reason, recorded=ActingView.of(r.recorded)) for r in found.returned],
            served=[
                ServedView(
                    schedule=UUID(s.schedule),
                    served_on=s.served_on,
                    recipient=s.recipient,
                    told_by=s.told_by,
                    recorded=ActingView.of(s.recorded),
                )
                for s in found.served
            ],
        )
