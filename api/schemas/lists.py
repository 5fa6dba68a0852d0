"""Lists of material on the wire: exhibits, documents of misconduct proceedings, the index of an inquest."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Instant, View
from api.schemas.disclosure import ActingView, InRole
from api.schemas.schedules import ProblemView, SubjectView
from dems.model.disclosure.forms import Field as Column
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import Cells, Copied, ListRow, MaterialList
from dems.model.people import CaseRole
from dems.usecases.lists.look_up_lists import ListDrafted

ListForm = Literal[Form.MG12, Form.DOCUMENT_LIST, Form.INQUEST_INDEX]


class ListWantedBody(Body):
    """A list of which the next version is certified."""

    form: ListForm
    role: CaseRole | None = InRole


class ListListed(View):
    """One certified version of a list."""

    id: UUID
    proceeding: UUID
    form: Form
    version: int = Field(description="From 1; the highest says what holds")
    name: str
    sha256: str | None = Field(description="Of the frozen bytes, as the custody entry says; null of a draft")
    signed: ActingView | None
    at: Instant | None = Field(description="When it was signed")

    @classmethod
    def of(cls, one: MaterialList) -> "ListListed":
        return cls(**_listed(one))


def _listed(one: MaterialList) -> dict[str, Any]:
    return {
        "id": one.id,
        "proceeding": one.proceeding,
        "form": one.form,
        "version": one.version,
        "name": one.name,
        "sha256": None if one.snapshot is None else one.snapshot.digest.hex,
        "signed": None if one.signed is None else ActingView.of(one.signed),
        "at": None if one.signed is None else one.signed.at,
    }


class PassedOnView(View):
    """What the form that the recipient passes on says: of the item, or of its edited version."""

    subject: SubjectView
    cells: dict[Column, str]

    @classmethod
    def of(cls, copied: Copied) -> "PassedOnView":
        return cls(subject=SubjectView.of(copied.subject.key), cells=_cells(copied.cells))


class ListRowView(View):
    """One row, bound to the bytes and the place in the custody chain of its item."""

    number: int
    subject: SubjectView
    cells: dict[Column, str] = Field(description="What the list says, by column; empty where the row is withdrawn")
    withdrawn: bool = Field(description="It counts no more; its number stays")
    passed_on: PassedOnView | None
    sha256: str | None
    custody_position: int | None
    basis: list[UUID] = Field(description="The decisions that it follows from")

    @classmethod
    def of(cls, row: ListRow) -> "ListRowView":
        return cls(
            number=row.number,
            subject=SubjectView.of(row.subject.key),
            cells=_cells(row.cells),
            withdrawn=not row.live,
            passed_on=None if row.copied is None else PassedOnView.of(row.copied),
            sha256=row.binding.sha256,
            custody_position=row.binding.custody_position,
            basis=list(row.basis),
        )


def _cells(cells: Cells) -> dict[Column, str]:
    return dict(cells)


class ListView(ListListed):
    """A list with a page of its rows."""

    rows: list[ListRowView]
    row_count: int
    next: str | None = Field(description="Goes into `after` for the next page of rows; null on the last")

    @classmethod
    def page(cls, one: MaterialList, begin: int, limit: int, next_: str | None) -> "ListView":
        rows = [ListRowView.of(row) for row in one.rows[begin : begin + limit]]
        return cls(**_listed(one), rows=rows, row_count=len(one.rows), next=next_)


class LeftOffView(View):
    """Something that belongs on the list and is not on it."""

    subject: SubjectView
    why: str
    settled: bool = Field(description="Nothing more is to be done for it")


class ListDraftView(ListView):
    """What the next version would say if it were certified now."""

    left_off: list[LeftOffView]
    changed: list[SubjectView] = Field(description="What the newest certified version says otherwise")
    problems: list[ProblemView] | None = Field(
        description="Every rule that it would break; null for whoever may not certify"
    )

    @classmethod
    def shown(cls, found: ListDrafted, begin: int, limit: int, next_: str | None) -> "ListDraftView":
        page = ListView.page(found.drafted, begin, limit, next_)
        return cls(
            **{name: getattr(page, name) for name in ListView.model_fields},
            left_off=[
                LeftOffView(subject=SubjectView.of(left.subject.key), why=left.why, settled=left.settled)
                for left in found.left
            ],
            changed=[SubjectView.of(subject.key) for subject in found.changed],
            problems=None if found.problems is None else [ProblemView(**p) for p in found.problems],
        )
