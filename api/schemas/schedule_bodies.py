"""What is asked of schedules on the wire: forms drafted, rows described, reports written, sets certified and submitted."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Line, Prose
from api.schemas.disclosure import InRole
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.putting_together import MOST_REPORT_ROWS, Writing
from dems.model.disclosure.redescribing import Redescribed
from dems.model.disclosure.reports import ReportRow
from dems.model.ids import PersonId
from dems.model.people import CaseRole

MOST_ROWS = 1000
Place = Annotated[
    str, StringConstraints(pattern=r"^(MG6C|MG6D) [1-9][0-9]{0,6}$"), Field(examples=["MG6C 3"])
]  # fmt: skip
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class SubjectBody(Body):
    """An item or a block."""

    kind: SubjectKind
    id: UUID

    def subject(self) -> Subject:
        return Subject(self.kind, self.id)


class ReportRowBody(Body):
    """One row of an MG6E."""

    row: Place = Field(description="The row of a schedule that it is about")
    reason: Prose = Field(description="Why it might undermine the case or assist the accused")
    copy_supplied: Line = Field(description="Which copy the prosecutor gets")

    def told(self) -> ReportRow:
        series, number = self.row.split(" ")
        return ReportRow(Series(series), int(number), self.reason, self.copy_supplied)


class _Report(Body):
    """What is written on an MG6E and on the set that it is given for. What is left out stays as it is."""

    certificate: Code | None = Field(default=None, description="A code of the list of certificates; of an MG6E")
    note: Annotated[str, StringConstraints(max_length=20_000)] | None = Field(
        default=None, description="The MG6 that goes with the set"
    )
    copies: list[SubjectBody] | None = Field(
        default=None, max_length=10_000, description="What is copied to the prosecutor with the set"
    )
    corroborating: list[UUID] | None = Field(
        default=None, max_length=200, description="Disclosure officers who only confirm another's work"
    )
    role: CaseRole | None = InRole

    def _writing(self, rows: list[ReportRowBody] | None) -> Writing:
        people = self.corroborating
        return Writing(
            certificate=self.certificate,
            rows=None if rows is None else tuple(r.told() for r in rows),
            note=self.note,
            copies=None if self.copies is None else frozenset(c.subject() for c in self.copies),
            corroborating=None if people is None else frozenset(map(PersonId, people)),
        )


class ScheduleWanted(_Report):
    """A form of the set that is put together."""

    form: Literal[Form.MG6C, Form.MG6D, Form.MG6E, Form.SDC] = Field(
        description="`SDC` drafts what of a whole set is missing, and answers the report that the streamlined certificate is written from"
    )
    report: list[ReportRowBody] | None = Field(default=None, max_length=MOST_REPORT_ROWS, description="Rows of an MG6E")

    def writing(self) -> Writing | None:
        writing = self._writing(self.report)
        return None if writing == Writing() else writing


class RowBody(Body):
    """How a row of an MG6C or MG6D is described. What is left out stays as it is."""

    number: int = Field(ge=1, le=9_999_999)
    description: Prose | None = None
    location: Prose | None = None

    def told(self) -> Redescribed:
        return Redescribed(self.number, self.description, self.location)


class DraftChange(_Report):
    """Of an MG6C or MG6D `rows` and `reason`, of an MG6E everything else."""

    rows: list[RowBody] | None = Field(default=None, min_length=1, max_length=MOST_ROWS)
    reason: Prose | None = Field(default=None, description="Why they are described so: each is a decision")
    report: list[ReportRowBody] | None = Field(default=None, max_length=MOST_REPORT_ROWS, description="Rows of an MG6E")

    def writing(self) -> Writing:
        return self._writing(self.report)


class Certifying(Body):
    """In which role somebody signs."""

    role: CaseRole | None = InRole


class GivingUp(Body):
    """Why a certificate is given up."""

    reason: Prose
    role: CaseRole | None = InRole


class SubmissionWanted(Body):
    """The forms of one certified set."""

    schedules: list[UUID] = Field(
        min_length=1,
        max_length=500,
        description="All of them: MG6C, MG6D or the statement that there is none, and every MG6E",
    )
    role: CaseRole | None = InRole
