"""What a document shows, decided before anybody thinks of PDF or XLSX. A renderer sees this and nothing else,

so that nothing can be in a document, its metadata or its hidden parts that is not in here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dems.documents.schedules.printable import printable
from dems.model.life.problems import day_words
from dems.model.times import LONDON, london_date, rfc3339

FORMAT = "dems-schedule-document-1"
"""What the JSON of a document calls itself; its schema is `SCHEMA`."""
SCHEMA_NAME = "schedule-document-1.json"
SCHEMA = Path(__file__).with_name("schema") / SCHEMA_NAME


class Standing(StrEnum):
    """What is written across a document that nobody may rely on."""

    DRAFT = "draft"
    VOID = "void"
    RETURNED = "returned"
    IN_FORCE = "in_force"
    """Certified, and since neither voided nor returned: nothing is written across it."""


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """`key` says what a column shows, and is what a template finds its width by."""

    key: str
    heading: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One place to sign. `signed` says when somebody did, in words; without it there is room for a pen."""

    capacity: str
    name: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. `made_at` (aware) is the time that it bears: of its certificate, or of the draft.

    `template` names the record of its form and so the file that sets it. `restriction` says who alone may have it, where that is so.
    `statements` stand before the table, `declarations` after it. Raises `ValueError` for a line that does not fill the columns.
    """

    form: str
    template: str
    title: str
    name: str
    standing: Standing
    heading: str
    urn: str
    marking: str
    made_at: datetime
    restriction: str = ""
    reference_label: str = "URN"
    """What the reference in `urn` is called: panels and coroners have others."""
    particulars: tuple[tuple[str, str], ...] = ()
    statements: tuple[str, ...] = ()
    columns: tuple[PaperColumn, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    none: str = ""
    """What stands in place of a table without lines."""
    declarations: tuple[str, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        width = len(self.columns)
        if any(len(line) != width for line in self.lines):
            raise ValueError(f"a line of {self.name} has not {width} cells")


def as_data(paper: Paper) -> dict[str, Any]:
    """The document as JSON carries it, each text as it is printed."""
    return {
        "format": FORMAT,
        "form": printable(paper.form),
        "template": printable(paper.template),
        "title": printable(paper.title),
        "name": printable(paper.name),
        "standing": paper.standing.value,
        "heading": printable(paper.heading),
        "urn": printable(paper.urn),
        "reference_label": printable(paper.reference_label),
        "marking": printable(paper.marking),
        "restriction": printable(paper.restriction),
        "made_at": rfc3339(paper.made_at),
        "particulars": _pairs(paper.particulars),
        "statements": [printable(s) for s in paper.statements],
        "columns": [{"key": c.key, "heading": printable(c.heading)} for c in paper.columns],
        "lines": [[printable(cell) for cell in line] for line in paper.lines],
        "none": printable(paper.none),
        "declarations": [printable(d) for d in paper.declarations],
        "legend": _pairs(paper.legend),
        "signatures": [
            {"capacity": printable(s.capacity), "name": printable(s.name), "signed": printable(s.signed)}
            for s in paper.signatures
        ],
    }


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[list[str]]:
    return [[printable(name), printable(value)] for name, value in pairs]


_STANDINGS: Mapping[Standing, str] = {
    Standing.DRAFT: "DRAFT: not certified, not to be relied on",
    Standing.VOID: "VOID: given up before it was submitted, not to be relied on",
    Standing.RETURNED: "RETURNED by the prosecutor to be put right, not to be relied on",
    Standing.IN_FORCE: "",
}


def standing_words(standing: Standing) -> str:
    """What a document that nobody may rely on says of itself; empty for any other."""
    return _STANDINGS[standing]


def moment(at: datetime) -> str:
    """An instant as people in London write it: 9 April 2021, 10:05 BST."""
    local = at.astimezone(LONDON)
    return f"{day_words(london_date(at))}, {local:%H:%M} {local.tzname()}"
