"""Lists of material other than schedules: of exhibits, of the documents of misconduct proceedings, the index of an inquest.

Like a schedule, nobody writes a row: rows follow from what was decided, each is bound to the bytes and to a place in the custody chain,
and a version that is certified is frozen with its signature. Unlike a schedule, a list is certified by itself: it is in no set.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from dems.errors import Invalid
from dems.model.disclosure.acting import Acting, signature_from, signature_record
from dems.model.disclosure.forms import Field, Form
from dems.model.disclosure.freezing import Snapshot, frozen
from dems.model.disclosure.material import Binding, Subject, SubjectKind
from dems.model.disclosure.parties import Opened
from dems.model.ids import DecisionId, ListId, StrandId
from dems.model.life.events import words
from dems.model.life.strands import ProceedingKind

FORMAT = "dems-list-1"

KIND_OF: Mapping[Form, ProceedingKind] = MappingProxyType(
    {
        Form.MG12: ProceedingKind.CRIMINAL,
        Form.DOCUMENT_LIST: ProceedingKind.MISCONDUCT,
        Form.INQUEST_INDEX: ProceedingKind.CORONIAL,
    }
)
"""The lists that there are, and the proceedings that each is of."""

COPY_OF: Mapping[Form, Form] = MappingProxyType(
    {Form.DOCUMENT_LIST: Form.DOCUMENTS_SUPPLIED, Form.INQUEST_INDEX: Form.INQUEST_PROPOSED}
)
"""What whoever comes after the recipient may know of a list, as a form of its own: the officer concerned, interested persons."""

Cells: TypeAlias = tuple[tuple[Field, str], ...]
"""What a row says by field, in the order of their names, so that equal rows are equal bytes."""


def cells_of(says: Mapping[Field, str]) -> Cells:
    return tuple(sorted(says.items()))


def _cells_record(cells: Cells) -> dict[str, str]:
    return {field.value: text for field, text in cells}


@dataclass(frozen=True, slots=True)
class Copied:
    """What the form that the recipient passes on says, and of what: of the item itself, or of its edited version."""

    subject: Subject
    cells: Cells


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row. `cells` are what the list says; `copied` is None where the item is not on the form that its recipient passes on.

    `basis` are the decisions that it follows from. A row that is not `live` keeps its number, and says no more than that it is withdrawn.
    """

    number: int
    subject: Subject
    cells: Cells
    binding: Binding
    basis: tuple[DecisionId, ...]
    copied: Copied | None = None
    live: bool = True


@dataclass(frozen=True, slots=True)
class MaterialList:
    """One version of one list of a proceeding, from 1; the version with the highest number says what holds."""

    id: ListId
    proceeding: StrandId
    form: Form
    version: int
    template: str
    copy_template: str | None
    rows: tuple[ListRow, ...] = ()
    signed: Acting | None = None
    snapshot: Snapshot | None = None

    @property
    def name(self) -> str:
        return f"{self.form.value}, version {self.version}"

    @property
    def open(self) -> bool:
        """Whether it is not certified yet."""
        return self.snapshot is None

    def place(self, row: ListRow) -> str:
        """How a row is referred to: "MG12 3"."""
        return f"{self.form.value} {row.number}"


def require_list(opened: Opened, form: Form) -> None:
    """Raise `Invalid` for a form that is no list, or is none of this kind of proceeding."""
    kind = KIND_OF.get(form)
    if kind is None:
        lists = ", ".join(f.value for f in KIND_OF)
        raise Invalid(f"{form.value} is no list of material: choose one of {lists}.", field="form")
    if opened.proceeding.kind is not kind:
        raise Invalid(
            f"There is a {form.value} in {words(kind)} proceedings only: choose a form of these.", field="form"
        )


def list_of(opened: Opened) -> Form:
    """The list that this kind of proceeding has. Raises `Invalid` where it has none."""
    kind = opened.proceeding.kind
    found = next((form for form, of in KIND_OF.items() if of is kind), None)
    if found is None:
        raise Invalid(f"There is no list of material in {words(kind)} proceedings.", field="form")
    return found


def newest(lists: Iterable[MaterialList], form: Form) -> MaterialList | None:
    """The newest certified version of a list; None before there is one."""
    certified = [one for one in lists if one.form is form and not one.open]
    return max(certified, key=lambda one: one.version, default=None)


def list_snapshot(opened: Opened, of: MaterialList) -> Snapshot:
    """The list with the headings of the day it was certified."""
    return frozen(
        {
            "case": str(opened.case_id),
            "copy_template": of.copy_template,
            "form": of.form.value,
            "format": FORMAT,
            "id": str(of.id),
            "proceeding": str(of.proceeding),
            "rows": [_row_record(row) for row in of.rows],
            "signed": None if of.signed is None else signature_record(of.signed),
            "template": of.template,
            "title": opened.title,
            "urn": opened.urn,
            "version": of.version,
        }
    )


def _row_record(row: ListRow) -> dict[str, Any]:
    return {
        "basis": [str(d) for d in row.basis],
        "cells": _cells_record(row.cells),
        "copied": None
        if row.copied is None
        else {"cells": _cells_record(row.copied.cells), "of": row.copied.subject.key},
        "custody_position": row.binding.custody_position,
        "live": row.live,
        "number": row.number,
        "of": row.subject.key,
        "sha256": row.binding.sha256,
    }


def list_from(snapshot: Snapshot) -> MaterialList:
    """The list that was frozen. Raises `ValueError` for bytes that are not those that were signed."""
    if not snapshot.intact:
        raise ValueError("this list is not what was certified")
    says = json.loads(snapshot.data)
    return MaterialList(
        id=ListId(UUID(says["id"])),
        proceeding=StrandId(UUID(says["proceeding"])),
        form=Form(says["form"]),
        version=says["version"],
        template=says["template"],
        copy_template=says["copy_template"],
        rows=tuple(_row(row) for row in says["rows"]),
        signed=signature_from(says["signed"]),
        snapshot=snapshot,
    )


def _row(says: Mapping[str, Any]) -> ListRow:
    copied = says["copied"]
    return ListRow(
        number=says["number"],
        subject=_subject(says["of"]),
        cells=cells_of(_read(says["cells"])),
        binding=Binding(says["sha256"], says["custody_position"]),
        basis=tuple(DecisionId(UUID(d)) for d in says["basis"]),
        copied=None if copied is None else Copied(_subject(copied["of"]), cells_of(_read(copied["cells"]))),
        live=says["live"],
    )


def _subject(key: str) -> Subject:
    kind, name = key.split(" ")
    return Subject(SubjectKind(kind), UUID(name))


def _read(says: Mapping[str, str]) -> Mapping[Field, str]:
    return {Field(name): text for name, text in says.items()}
