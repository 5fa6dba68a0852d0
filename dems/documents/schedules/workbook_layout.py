"""Where everything stands in the reviewing lawyer's workbook: the one description by which it is written and read back.

Rows and columns count from 1, as people count them. Every cell that is not for the lawyer is text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from dems.documents.schedules.printable import printable
from dems.model.disclosure.forms import Code, Series
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.workbooks import Workbook, WorkbookRow
from dems.model.times import LONDON

Place = tuple[int, int]
"""Row and column."""

MARK = "DEMS endorsements 1"
"""What the first cell says: another layout has another number."""
NUMBER, DESCRIPTION, QUANTITY, ABOUT, CODE, INSPECTED_ON, INSPECTED_BY, REASON = range(1, 9)
LAST_COLUMN = REASON
_ABOUT = {Series.MG6C: "Location", Series.MG6D: "Reason for sensitivity"}
_HOW = (
    "Fill in the columns E to H, and nothing else. A row without a code stays as it is. The inspection is a date, with its time where "
    "it is known. What was endorsed already is shown and cannot be changed."
)
DATE_FORMAT = "dd/mm/yyyy hh:mm"
ENDORSED_ON = "%d/%m/%Y %H:%M"
"""How the same is written as a text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`fixed` are the cells that nobody may change, `headings` and `identity` the places among them that tell the most.

    `lines` has the row of the sheet for each row of the schedule, `codes` what may be written in the column of codes.
    """

    sheet: str
    fixed: Mapping[Place, str]
    identity: tuple[Place, ...]
    headings: tuple[Place, ...]
    lines: Mapping[int, WorkbookRow]
    codes: tuple[str, ...]

    @property
    def last_row(self) -> int:
        return max(self.lines, default=self.headings[0][0])


def layout_of(workbook: Workbook) -> Layout:
    """The same workbook is laid out alike, whoever asks and whenever."""
    top = (
        (MARK,),
        ("Schedule", workbook.name),
        ("Schedule id", str(workbook.schedule)),
        ("SHA-256", workbook.sha256),
        ("Proceedings", workbook.title),
        ("URN", workbook.urn or "not yet given"),
        (_HOW,),
        *((code.code, _meaning(code)) for code in workbook.codes),
    )
    fixed = {(row, column): printable(t) for row, texts in enumerate(top, 1) for column, t in enumerate(texts, 1)}
    heading = len(top) + 2
    names = (
        "Item No.", "Description", "Quantity", _ABOUT[workbook.series], "Code", "Inspected on", "Inspected by", "Reason",
    )  # fmt: skip
    headings = {(heading, column): name for column, name in enumerate(names, 1)}
    lines = dict(enumerate(workbook.rows, heading + 1))
    for at, row in lines.items():
        cells = (str(row.number), row.description, str(row.quantity), row.about)
        fixed |= {(at, column): printable(text) for column, text in enumerate((*cells, *endorsed_cells(row.given)), 1)}
    return Layout(
        sheet=workbook.series.value,
        fixed={**fixed, **headings},
        identity=((3, 2), (4, 2)),
        headings=tuple(headings),
        lines=lines,
        codes=tuple(c.code for c in workbook.codes),
    )


def endorsed_cells(given: Endorsement | None) -> tuple[str, ...]:
    """What stands in the columns of the lawyer for a row that is endorsed; nothing for one that is not."""
    if given is None:
        return ()
    seen = given.inspected
    on = "" if seen is None else f"{seen.at.astimezone(LONDON):{ENDORSED_ON}}"
    return (given.code, on, "" if seen is None else seen.by, given.reason)


def cell_name(place: Place) -> str:
    """As a spreadsheet calls it, such as "E12"."""
    row, column = place
    named: str = xl_rowcol_to_cell(row - 1, column - 1)
    return named


def _meaning(code: Code) -> str:
    return f"{code.meaning} (needs an inspection)" if code.inspected else code.meaning
