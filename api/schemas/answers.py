"""What comes back from the prosecutor, and what two schedules say differently, on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Day, Instant, Line, Prose, View
from api.schemas.disclosure import InRole
from api.schemas.schedules import SubjectView
from dems.model.disclosure.differences import Redescribed
from dems.model.disclosure.reports import Inspection
from dems.model.disclosure.schedules import Row, ScheduleState
from dems.model.people import CaseRole
from dems.steps.answering import Endorsed, RowDecided
from dems.usecases.schedules.compare import Compared

MOST_ROWS = 10_000


class InspectionBody(Body):
    """That the thing itself was looked at."""

    by: Line
    at: Instant


class RowEndorsement(Body):
    """What was decided about one row."""

    number: int = Field(ge=1, le=9_999_999)
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = Field(
        description="Of the list of this form that is valid today", examples=["CND"]
    )
    inspected: InspectionBody | None = Field(default=None, description="Needed by some codes")
    reason: Prose | None = Field(
        default=None, description="Needed where what is presumed to meet the test is not disclosed"
    )

    def told(self) -> RowDecided:
        seen = None if self.inspected is None else Inspection(self.inspected.by, self.inspected.at)
        return RowDecided(self.number, self.code, seen, self.reason or "")


class Endorsing(Body):
    """Rows of one schedule, all of them or some."""

    rows: list[RowEndorsement] = Field(min_length=1, max_length=MOST_ROWS)
    role: CaseRole | None = InRole


class EndorsementsView(View):
    """How a schedule stands: `endorsed` once no row that counts waits any more."""

    schedule: UUID
    name: str
    state: ScheduleState
    endorsed: int
    waiting: int

    @classmethod
    def of(cls, found: Endorsed) -> "EndorsementsView":
        return cls.model_validate(found)


class SendingBack(Body):
    """That the prosecutor sent a set back."""

    reason: Prose = Field(description="What has to be put right")
    role: CaseRole | None = InRole


class ServiceTold(Body):
    """That the prosecutor said they served a schedule on the defence."""

    served_on: Day
    recipient: Line
    told_by: Line = Field(description="Who said so")
    schedule: UUID | None = Field(
        default=None, description="Left out, the MG6C of the submission; no other is ever served"
    )
    role: CaseRole | None = InRole


class ComparedRow(View):
    """A row as one of the two schedules has it."""

    number: int
    subject: SubjectView
    description: str
    location: str
    quantity: int
    reason_for_sensitivity: str
    sha256: str | None
    custody_position: int | None

    @classmethod
    def of(cls, row: Row) -> "ComparedRow":
        return cls(
            number=row.number,
            subject=SubjectView.of(row.subject.key),
            description=row.description,
            location=row.location,
            quantity=row.quantity,
            reason_for_sensitivity=row.schedule_reason,
            sha256=row.binding.sha256,
            custody_position=row.binding.custody_position,
        )


_FIELDS = {"schedule_reason": "reason_for_sensitivity", "binding": "bytes"}
"""As the wire calls them, where that is otherwise. A row is bound to its bytes and to their place in the custody chain."""


class RowChange(View):
    """One row that was added, says something else, or counts no more."""

    change: Literal["added", "re_described", "removed"]
    number: int
    fields: list[str] = Field(description="What a row that was described anew says otherwise")
    old: ComparedRow | None
    new: ComparedRow | None

    @classmethod
    def all_of(cls, compared: Compared) -> "list[RowChange]":
        """By number."""
        found = compared.difference
        changes = [
            cls(change="added", number=r.number, fields=[], old=None, new=ComparedRow.of(r)) for r in found.added
        ]
        changes += [
            cls(change="removed", number=r.number, fields=[], old=ComparedRow.of(r), new=None) for r in found.removed
        ]
        return sorted([*changes, *map(cls._redescribed, found.redescribed)], key=lambda c: c.number)

    @classmethod
    def _redescribed(cls, row: Redescribed) -> "RowChange":
        return cls(
            change="re_described",
            number=row.new.number,
            fields=[_FIELDS.get(name, name) for name in row.fields],
            old=ComparedRow.of(row.old),
            new=ComparedRow.of(row.new),
        )


class DifferenceView(View):
    """What changed from one schedule to another of its series, and a page of the rows that did, by number."""

    old: UUID
    new: UUID
    words: str = Field(examples=["3 added, 1 re-described, 0 removed"])
    added: int
    re_described: int
    removed: int
    rows: list[RowChange]
    next: str | None = Field(description="Goes into `after` for the next page of rows; null on the last")

    @classmethod
    def of(cls, compared: Compared, rows: list[RowChange], next_: str | None) -> "DifferenceView":
        found = compared.difference
        return cls(
            old=compared.old.id,
            new=compared.new.id,
            words=found.words,
            added=len(found.added),
            re_described=len(found.redescribed),
            removed=len(found.removed),
            rows=rows,
            next=next_,
        )
