"""A workbook as a spreadsheet program writes it after somebody worked in it, and what is read from it."""

import io
from collections.abc import Callable

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from dems.documents.schedules.workbook_child import RefusedError, cells_of
from dems.documents.schedules.workbook_layout import LAST_COLUMN, layout_of
from dems.documents.schedules.workbook_reading import BEYOND, MOST_SAID, judged
from dems.documents.schedules.workbook_writing import to_workbook
from dems.documents.schedules.xlsx import LONGEST_CELL
from dems.errors import Invalid
from dems.model.disclosure.workbooks import Filled, Workbook


def filled(workbook: Workbook, fill: Callable[[Worksheet], object]) -> bytes:
    return worked_in(to_workbook(workbook), workbook.series.value, fill)


def worked_in(data: bytes, sheet: str, fill: Callable[[Worksheet], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    fill(book[sheet])
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def put(**cells: object) -> Callable[[Worksheet], object]:
    def fill(sheet: Worksheet) -> None:
        for name, value in cells.items():
            sheet[name].value = value

    return fill


def read_here(data: bytes, workbook: Workbook) -> Filled:
    """As `read_workbook` does, in this process: those that need not be apart are many."""
    layout = layout_of(workbook)
    rows, columns = layout.last_row + BEYOND, LAST_COLUMN + BEYOND
    try:
        return judged(cells_of(data, layout.sheet, rows, columns, LONGEST_CELL, MOST_SAID), workbook)
    except RefusedError as no:
        raise Invalid(str(no)) from no
