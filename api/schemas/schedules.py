"""Schedules, certificates and submissions on the wire."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Instant, Line, Prose, View
from api.schemas.disclosure import ActingView, InRole
from dems.model.disclosure.drafting import Left
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.putting_together import MOST_REPORT_ROWS, Writing
from dems.model.disclosure.redescribing import Redescribed
from dems.model.disclosure.reports import Endorsement, ReportRow
from dems.model.disclosure.schedules import Note, ScheduleState
from dems.model.ids import PersonId
from dems.model.people import CaseRole
from dems.steps.shown_schedules import FormListed, FormShown
from dems.steps.submissions import Submission

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


class ScheduleListed(View):
    """One form and how it stands."""

    id: UUID
    proceeding: UUID
    set: UUID = Field(description="The set that it was drafted for; the id of its submission once it is sent")
    form: Form
    name: str = Field(description='"MG6C 2.1" is the first correction of the second schedule')
    state: ScheduleState
    sha256: str | None = Field(description="Of the frozen bytes, as the custody entry says; null of a draft")
    signed: ActingView | None

    @classmethod
    def of(cls, found: FormListed) -> "ScheduleListed":
        return cls(**_listed(found))


def _listed(found: FormListed) -> dict[str, Any]:
    return {
        "id": found.id,
        "proceeding": found.proceeding,
        "set": found.of,
        "form": found.form,
        "name": found.name,
        "state": found.state,
        "sha256": found.sha256,
        "signed": None if found.signed is None else ActingView.of(found.signed),
    }


class SubjectView(View):
    kind: SubjectKind
    id: UUID

    @classmethod
    def of(cls, key: str) -> "SubjectView":
        kind, name = key.split(" ")
        return cls(kind=SubjectKind(kind), id=UUID(name))


class EndorsedView(View):
    """What the reviewing lawyer decided about a row."""

    code: str
    reason: str
    by: ActingView
    inspected_by: str | None
    inspected_at: Instant | None

    @classmethod
    def of(cls, given: Endorsement) -> "EndorsedView":
        seen = given.inspected
        return cls(
            code=given.code,
            reason=given.reason,
            by=ActingView.of(given.by),
            inspected_by=None if seen is None else seen.by,
            inspected_at=None if seen is None else seen.at,
        )


class RowView(View):
    """One row of an MG6C or MG6D, bound to the bytes and the place in the custody chain of what it lists."""

    number: int
    subject: SubjectView
    description: str
    location: str
    quantity: int
    reason_for_sensitivity: str = Field(description="Empty on an MG6C")
    note: Note | None = Field(description="Why it counts no more; its number stays")
    sha256: str | None = Field(description="Of the bytes, or of the annex of a block; null of a physical thing")
    custody_position: int | None
    basis: list[UUID] = Field(
        description="The decisions that it rests on; empty for whoever may not know what is sensitive"
    )
    endorsed: EndorsedView | None

    @classmethod
    def of(cls, row: Mapping[str, Any], endorsed: Endorsement | None) -> "RowView":
        return cls(
            number=row["number"],
            subject=SubjectView.of(row["of"]),
            description=row["description"],
            location=row["location"],
            quantity=row["quantity"],
            reason_for_sensitivity=row["schedule_reason"],
            note=row["note"],
            sha256=row["sha256"],
            custody_position=row["custody_position"],
            basis=row["basis"],
            endorsed=None if endorsed is None else EndorsedView.of(endorsed),
        )


class ReportRowView(View):
    """One row of an MG6E."""

    row: str
    reason: str
    copy_supplied: str


class AnnotationView(View):
    """What a later schedule says of a number that an earlier one gave: it counts no more."""

    number: int
    subject: SubjectView
    note: Note


class LeftView(View):
    """Something that cannot be listed now, and why."""

    subject: SubjectView
    why: str

    @classmethod
    def of(cls, left: Left) -> "LeftView":
        return cls(subject=SubjectView.of(left.subject.key), why=left.why)


class PlaceView(View):
    kind: str
    key: str


class ProblemView(View):
    """A rule that is broken now."""

    rule: str
    severity: str
    row: str | None = Field(description='As "MG6C 3", where it is in one')
    message: str
    source: str
    place: PlaceView
    hit: str | None = Field(default=None, description="The leak guard's hit that is to be answered")


class CertificateView(View):
    code: str = Field(description="Empty until one is chosen")
    text: str


class CoveredView(View):
    id: UUID
    sha256: str | None


class ScheduleView(ScheduleListed):
    """One form with what it says: `rows` of an MG6C or MG6D, `report` of an MG6E, a `statement` where there is nothing sensitive."""

    title: str | None
    urn: str | None
    template: str | None
    rows: list[RowView] = Field(description="One page of them, by number")
    report: list[ReportRowView] = Field(description="One page of them")
    next: str | None = Field(description="Goes into `after` for the next page of rows; null on the last")
    row_count: int
    annotations: list[AnnotationView]
    statement: str | None
    officer: UUID | None = Field(description="Whose report it is")
    certificate: CertificateView | None
    covers: list[CoveredView]
    note: str | None = Field(description="The MG6 that goes with the set, on the drafts of its reports")
    copies: list[SubjectView] | None
    corroborating: list[UUID] | None
    left_out: list[LeftView] = Field(description="Of a draft, on its first page: what cannot be listed now")
    problems: list[ProblemView] | None = Field(
        description="Of a draft that is asked for or read, on its first page: every rule broken now; null for whoever may not certify"
    )

    @classmethod
    def shown(cls, found: FormShown, after: int, limit: int, next_: str | None) -> "ScheduleView":
        says, report = found.says, found.listed.form is Form.MG6E
        all_rows = says.get("rows", [])
        page = all_rows[after : after + limit]
        certificate = says.get("certificate")
        officer = says.get("officer") or (found.listed.signed and report and found.listed.signed.person) or None
        return cls(
            **_listed(found.listed),
            title=says.get("title"),
            urn=says.get("urn"),
            template=says.get("template"),
            rows=[] if report else [RowView.of(r, found.endorsed.get(r["number"])) for r in page],
            report=[_report_row(r) for r in page] if report else [],
            next=next_,
            row_count=len(all_rows),
            annotations=[
                AnnotationView(number=a["number"], subject=SubjectView.of(a["of"]), note=a["note"])
                for a in says.get("annotations", [])
            ],
            statement=says.get("statement"),
            officer=officer,
            certificate=None if certificate is None else CertificateView(**certificate),
            covers=[CoveredView(**c) for c in says.get("covers", [])],
            note=says.get("note"),
            copies=None if "copies" not in says else [SubjectView.of(key) for key in says["copies"]],
            corroborating=says.get("corroborating"),
            left_out=[LeftView.of(left) for left in found.left],
            problems=None if found.problems is None else [ProblemView(**p) for p in found.problems],
        )


def _report_row(row: Mapping[str, Any]) -> ReportRowView:
    return ReportRowView(row=row["row"], reason=row["reason"], copy_supplied=row["copy"])


class GivenUp(View):
    """What was given up, as it stands now."""

    items: list[ScheduleListed]


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
