"""Schedules and certificates on the wire, as they are answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Instant, View
from api.schemas.disclosure import ActingView
from dems.model.disclosure.drafting import Left
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import SubjectKind
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.schedules import Note, ScheduleState
from dems.steps.shown_schedules import FormListed, FormShown


class ScheduleListed(View):
    """One form and how it stands."""

    id: UUID
    proceeding: UUID
    set: UUID = Field(description="The set that it was drafted for; the id of its submission once it is sent")
    form: Form
    name: str = Field(description='"MG6C 2.1" is the first correction of the second schedule')
    state: ScheduleState
    sha256: str | None = Field(description="Of the frozen bytes, as the custody entry says; null of a draft")
    signed: ActingView | None = Field(
        description="By whom. Of an MG6E that waits for others of its set only the form itself says so, as long as it holds"
    )

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
