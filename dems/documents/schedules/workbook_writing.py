"""The workbook in which the reviewing lawyer endorses a schedule away from DEMS. The same workbook gives the same bytes.

That cells are protected helps whoever fills it in; what holds is that every cell is compared when it comes back.
"""

import io
from datetime import UTC

import xlsxwriter
from xlsxwriter.format import Format

from dems.documents.schedules.printable import one_line
from dems.documents.schedules.workbook_layout import (
    ABOUT,
    CODE,
    DATE_FORMAT,
    DESCRIPTION,
    INSPECTED_BY,
    INSPECTED_ON,
    LAST_COLUMN,
    NUMBER,
    QUANTITY,
    REASON,
    layout_of,
)
from dems.documents.schedules.xlsx import LONGEST_CELL
from dems.errors import DocumentNotMade
from dems.model.disclosure.workbooks import Workbook

_WIDTHS = {
    NUMBER: 12, DESCRIPTION: 60, QUANTITY: 10, ABOUT: 40, CODE: 10, INSPECTED_ON: 18, INSPECTED_BY: 24, REASON: 50,
}  # fmt: skip
_MOST_LISTED = 255
"""Characters of a list of choices, by the format."""


def to_workbook(workbook: Workbook) -> bytes:
    """The workbook as XLSX. Raises `DocumentNotMade` for a text that no cell holds."""
    layout = layout_of(workbook)
    if any(len(text) > LONGEST_CELL for text in layout.fixed.values()):
        raise DocumentNotMade(
            f"A text of {workbook.name} is longer than a cell of XLSX holds: endorse it over the API."
        )
    into = io.BytesIO()
    book = xlsxwriter.Workbook(into, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": one_line(f"Endorsements of {workbook.name}", 200),
            "author": "DEMS",
            "created": workbook.made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    sheet = book.add_worksheet(layout.sheet)
    for column, width in _WIDTHS.items():
        sheet.set_column(column - 1, column - 1, width)
    first = layout.headings[0][0]
    sheet.freeze_panes(first, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    heading = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bold": True, "bg_color": "#EBEBEB"})
    above = book.add_format({"valign": "top"})
    unlocked = {"text_wrap": True, "valign": "top", "border": 1, "locked": False, "bg_color": "#FFFBE6"}
    entry, day = book.add_format(unlocked), book.add_format({**unlocked, "num_format": DATE_FORMAT})
    for row in range(1, layout.last_row + 1):
        look = heading if row == first else plain if row > first else above
        for column in range(1, LAST_COLUMN + 1):
            text = layout.fixed.get((row, column))
            if text is not None:
                sheet.write_string(row - 1, column - 1, text, look)
            elif row > first:
                sheet.write_blank(row - 1, column - 1, None, _of(column, entry, day))
    choices = ",".join(layout.codes)
    if layout.lines and choices and len(choices) <= _MOST_LISTED:
        offered = {"validate": "list", "source": list(layout.codes), "error_type": "warning"}
        sheet.data_validation(first, CODE - 1, layout.last_row - 1, CODE - 1, offered)
    book.close()
    return into.getvalue()


def _of(column: int, entry: Format, day: Format) -> Format:
    return day if column == INSPECTED_ON else entry
