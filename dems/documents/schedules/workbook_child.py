"""Reads the cells of one workbook in a process of its own, with limits, and knows nothing of DEMS: it is started by its path.

A few kilobytes can unpack to cells that fill gigabytes: neither that memory nor that time may be the API's.
Arguments: sheet, rows, columns, characters of a cell, characters of all, seconds of processor, bytes of memory. XLSX comes in, JSON
goes out: `[row, column, kind, value]` for each cell. It ends with 3 where the workbook is not to be taken; why is on the error channel.
"""

import datetime as dt
import io
import json
import resource
import sys
from typing import Any

import openpyxl

REFUSED = 3
_UNREADABLE = "This is not a workbook that can be read: export it anew and fill that in."


class RefusedError(Exception):
    """The workbook is not to be taken: a sentence that says what to do."""


def cells_of(data: bytes, name: str, rows: int, columns: int, longest: int, most: int) -> list[list[Any]]:
    """Everything that stands in the sheet, as far as these rows and columns."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    if book.sheetnames != [name]:
        raise RefusedError(f"The workbook has one sheet, {name}: take others out.")
    sheet = book[name]
    if (sheet.max_row or 0) > rows or (sheet.max_column or 0) > columns:
        raise RefusedError("There is something far beyond the table: take it out, since it would be lost.")
    sheet.reset_dimensions()
    found: list[list[Any]] = []
    for row in sheet.iter_rows(min_row=1, max_row=rows, min_col=1, max_col=columns):
        for cell in row:
            if cell.value is not None:
                kind, value = _plain(cell.data_type, cell.value, longest)
                most -= len(str(value))
                found.append([cell.row, cell.column, kind, value])
        if most < 0:
            raise RefusedError("This workbook says more than one of a schedule does: export it anew and fill that in.")
    return found


def _plain(kind: str, value: Any, longest: int) -> tuple[str, Any]:
    """A cell as JSON has it: a date as its text; one that is only a time, and whatever else there is, is no date."""
    if kind == "d" and isinstance(value, dt.date):
        return "d", value.isoformat()
    if kind == "n" and isinstance(value, int | float):
        return "n", value
    return "t" if kind == "d" else kind, str(value)[: longest + 1]


def main() -> int:
    name, *limits = sys.argv[1:]
    rows, columns, longest, most, seconds, memory = map(int, limits)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        written = json.dumps(cells_of(data, name, rows, columns, longest, most), ensure_ascii=False).encode()
    except RefusedError as refused:
        json.dump({"message": str(refused)}, sys.stderr)
        return REFUSED
    except Exception:  # noqa: BLE001 whatever a parser stumbles over is the fault of a file from anywhere
        json.dump({"message": _UNREADABLE}, sys.stderr)
        return REFUSED
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
