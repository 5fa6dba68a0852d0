"""A workbook as a spreadsheet program writes it after somebody worked in it."""

import io
from collections.abc import Callable

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from dems.documents.schedules.workbook_writing import to_workbook
from dems.model.disclosure.workbooks import Workbook


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
