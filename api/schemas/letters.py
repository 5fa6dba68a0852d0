"""Reports on timeliness, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Day, Instant, Prose, View
from dems.model.clocks.letters import Letter, Wanted
from dems.model.clocks.timeliness import Recipient, ReportField
from dems.model.life.vocabulary import Mode


class NewReport(Body):
    """What a person writes of a report; the two dates come from the record. What is left out is shown as missing."""

    clock: Literal["timeliness-report", "force-timeliness-report"] = Field(
        default="timeliness-report", description="Regulation 13, or regulation 19 where the force leads"
    )
    period: int | None = Field(
        default=None, ge=1, le=1000, strict=True, description="From 1; the first that is owed, if left out"
    )
    progress: Prose | None = None
    estimate: Prose | None = Field(
        default=None, description="When it is expected to be concluded and the report submitted"
    )
    reason: Prose | None = Field(default=None, description="Why it takes as long")
    planned_steps: Prose | None = None
    authority_is_chief_officer: bool = Field(
        description="Of the appropriate authority: it decides who is sent the report"
    )
    chief_officer_is_subject: bool = Field(description="Likewise")

    def wanted(self) -> Wanted:
        said = {
            ReportField.PROGRESS: self.progress,
            ReportField.ESTIMATE: self.estimate,
            ReportField.REASON: self.reason,
            ReportField.PLANNED_STEPS: self.planned_steps,
        }
        return Wanted(
            self.clock,
            self.period,
            {part: text for part, text in said.items() if text is not None},
            authority_is_chief_officer=self.authority_is_chief_officer,
            chief_officer_is_subject=self.chief_officer_is_subject,
        )


class ReportView(View):
    """A draft of a report. It is never sent from here; that it was is a milestone of its own."""

    id: UUID
    case_id: UUID
    clock: str
    period: int
    first: Day
    last: Day
    as_of: Day
    mode: Mode
    recipients: list[Recipient]
    would_prejudice: bool
    content: dict[ReportField, str]
    missing: list[ReportField]
    complete: bool
    recorded_by: UUID
    recorded_at: Instant

    @classmethod
    def of(cls, letter: Letter) -> "ReportView":
        return cls(
            id=letter.id,
            case_id=letter.case_id,
            clock=letter.wanted.clock,
            period=letter.number,
            first=letter.first,
            last=letter.last,
            as_of=letter.as_of,
            mode=letter.mode,
            recipients=sorted(letter.recipients),
            would_prejudice=letter.would_prejudice,
            content=dict(letter.content),
            missing=list(letter.missing),
            complete=letter.complete,
            recorded_by=letter.recorded_by,
            recorded_at=letter.recorded_at,
        )
