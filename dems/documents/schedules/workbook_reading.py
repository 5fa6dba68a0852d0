"""What a workbook says that came back: compared cell by cell with what was handed out, since nothing in a file holds by itself.

It may come from anybody's hands, so it is measured before it is unpacked, and no more of it is looked at than was handed out.
"""

import io
import json
import logging
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from xlsxwriter.utility import xl_cell_to_rowcol

from dems.documents.schedules.printable import printable
from dems.documents.schedules.workbook_layout import (
    CODE,
    ENDORSED_ON,
    INSPECTED_BY,
    INSPECTED_ON,
    LAST_COLUMN,
    MARK,
    REASON,
    Layout,
    Place,
    cell_name,
    layout_of,
)
from dems.documents.schedules.xlsx import LONGEST_CELL
from dems.errors import Invalid
from dems.model.disclosure.reports import Inspection
from dems.model.disclosure.workbooks import Filled, FilledRow, RefusedCell, Workbook
from dems.model.times import LONDON

log = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("workbook_child.py")
_REFUSED = 3
"""How it ends where a workbook is not to be taken."""
_TOO_MUCH = (
    "Reading this workbook takes more time or memory than one of a schedule does: export it anew and fill that in."
)
_DAY = len("2026-04-09")
MOST_UNPACKED = 96 << 20
"""Bytes of all parts together: a schedule of 10,000 rows has some five million."""
MOST_SAID = 48 << 20
"""Characters of all cells together."""
_MOST_PARTS = 200
MOST_REFUSED = 2000
"""Cells that are named; where there are more, the rest is not looked at."""
BEYOND = 50
"""Rows and columns that are looked at beside those that were handed out, for notes that would be lost."""
_LONGEST_LINE, _LONGEST_REASON = 300, 4000
_MAY_BREAK = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one workbook may cost: seconds by the clock and of processor, bytes of address space. 10,000 rows take 2 s and 0.2 GB."""

    seconds: int = 90
    processor_seconds: int = 45
    memory: int = 1 << 30


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Cell:
    """`kind` is what a spreadsheet takes it for: text "s", number "n", date "d", time "t", formula "f", yes or no "b", error "e"."""

    value: Any
    kind: str

    @property
    def text(self) -> str:
        """As it reads; a whole number as people write it."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)[: LONGEST_CELL + 1]

    @property
    def blank(self) -> bool:
        return self.kind == "s" and not self.text.strip()


def read_workbook(data: bytes, handed_out: Workbook, limits: Limits = LIMITS) -> Filled:
    """What was filled in, and every cell that cannot be taken (of very many the first).

    Raises `Invalid` for bytes that are no such workbook at all, or that would unpack to more than one is. They are read in a process
    of its own, since little can unpack to very much.
    """
    layout = layout_of(handed_out)
    _measure(data)
    return judged(_cells(data, layout, limits), handed_out)


def _measure(data: bytes) -> None:
    """Raise `Invalid` for an archive that is no plain workbook: too large, encrypted, or with programs or document types in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
                raise Invalid(
                    "This workbook unpacks to more than one of a schedule is: export it anew and fill that in."
                )
            for part in parts:
                plain = part.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} and not part.flag_bits & 1
                if not plain or "vba" in part.filename.lower():
                    raise Invalid("Save it as a plain workbook (XLSX), without macros and without a password.")
                if part.filename.lower().endswith((".xml", ".rels")):
                    _refuse_document_type(archive, part)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError) as broken:
        raise Invalid("This is not a workbook (XLSX): export it anew and fill that in.") from broken


def _refuse_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A document type declares entities, which unpack once more while they are read; no spreadsheet program writes one."""
    root: list[str] = []
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise Invalid("A part of this workbook declares a document type: export it anew and fill that in.")

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = lambda name, _: root.append(name)
    with archive.open(part) as stream:
        while not root and (some := stream.read(1 << 14)):
            try:
                parser.Parse(some)
            except expat.ExpatError as broken:
                raise Invalid("A part of this workbook cannot be read: export it anew and fill that in.") from broken


def _cells(data: bytes, layout: Layout, limits: Limits) -> list[list[Any]]:
    """Everything that stands in the sheet, not far beyond what was handed out. Raises `Invalid` for what is not to be taken."""
    command = [
        sys.executable, "-I", str(_CHILD), layout.sheet, str(layout.last_row + BEYOND), str(LAST_COLUMN + BEYOND),
        str(LONGEST_CELL), str(MOST_SAID), str(limits.processor_seconds), str(limits.memory),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  (our own program; what comes from outside goes in as bytes)
            command, input=data, capture_output=True, timeout=limits.seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        raise Invalid(_TOO_MUCH) from late
    if done.returncode == _REFUSED:
        raise Invalid(json.loads(done.stderr)["message"], field=layout.sheet)
    if done.returncode != 0:
        log.error("workbook_reading_ended", extra={"returncode": done.returncode})
        raise Invalid(_TOO_MUCH)
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def _dated(written: str) -> date:
    return date.fromisoformat(written) if len(written) == _DAY else datetime.fromisoformat(written)


def judged(cells: Iterable[Sequence[Any]], handed_out: Workbook) -> Filled:
    """What cells say that were read, each as row, column, kind and value. Raises `Invalid` for those of no such workbook."""
    layout = layout_of(handed_out)
    found = {(row, column): _Cell(_dated(v) if kind == "d" else v, kind) for row, column, kind, v in cells}
    first = found.get((1, 1))
    if first is None or first.text != MARK:
        raise Invalid("This workbook was not exported for endorsing: export it anew and fill that in.", field="A1")
    # Of another schedule, or with its columns moved, every cell is wrong in the same way: what tells it is named alone.
    for places, why in (
        (
            layout.identity,
            "This workbook is of another schedule, or of another version of it: fill in the one of this schedule.",
        ),
        (layout.headings, "The columns of the table were moved or renamed: leave them as they were exported."),
    ):
        moved = [RefusedCell(cell_name(p), why) for p in places if not _as_handed_out(found.get(p), layout.fixed[p])]
        if moved:
            return Filled((), tuple(moved))
    refused = [*islice(_changed(found, layout), MOST_REFUSED)]
    rows = []
    for at, line in layout.lines.items():
        if line.given is None:
            row, wrong = _row(found, at, line.number)
            refused += wrong
            rows += [] if row is None else [row]
    refused.sort(key=lambda r: xl_cell_to_rowcol(r.cell))
    return Filled(tuple(rows), tuple(refused[:MOST_REFUSED]))


def _changed(found: Mapping[Place, _Cell], layout: Layout) -> Iterator[RefusedCell]:
    """Cells that are not as they were handed out, and are not for the lawyer to fill in."""
    for place in sorted(found.keys() | layout.fixed.keys()):
        cell, fixed = found.get(place), layout.fixed.get(place)
        row, column = place
        line = layout.lines.get(row)
        theirs = line is not None and CODE <= column <= LAST_COLUMN
        if theirs and line is not None and line.given is None:
            continue
        if fixed is None:
            if cell is not None and not cell.blank:
                yield RefusedCell(
                    cell_name(place), "Nothing belongs here: take it out, or write it in the column of reasons."
                )
        elif not _as_handed_out(cell, fixed):
            if theirs and (cell is None or cell.blank):
                continue
            what = "was endorsed already, as it was exported" if theirs else "stays as it was exported"
            yield RefusedCell(cell_name(place), f"This {what}: put back {_quoted(fixed)}.")


def _as_handed_out(cell: _Cell | None, fixed: str) -> bool:
    if cell is None:
        return not fixed.strip()
    if cell.kind == "d":
        # A row that was endorsed with this very workbook has the date as it was written.
        return isinstance(cell.value, datetime) and f"{cell.value:{ENDORSED_ON}}" == fixed
    if cell.kind not in {"s", "n"}:
        return False
    # Very much longer texts are others, and are not gone through to see it.
    return cell.text == fixed or (len(cell.text) < 2 * len(fixed) + 100 and _plain(cell.text) == _plain(fixed))


def _plain(text: str) -> str:
    """What spreadsheet programs leave alone: line breaks and spaces at the ends do not count."""
    return "\n".join(line.rstrip() for line in printable(text).strip().split("\n"))


def _quoted(text: str) -> str:
    return "an empty cell" if not text.strip() else repr(text if len(text) <= 80 else f"{text[:79]}…")  # noqa: PLR2004


def _row(found: Mapping[Place, _Cell], at: int, number: int) -> tuple[FilledRow | None, list[RefusedCell]]:
    """What the lawyer wrote in one row of the sheet; None where they wrote nothing, or nothing that can be taken."""
    refused: list[RefusedCell] = []

    def no(column: int, message: str) -> None:
        refused.append(RefusedCell(cell_name((at, column)), message))

    cells = {
        c: cell for c in range(CODE, LAST_COLUMN + 1) if (cell := found.get((at, c))) is not None and not cell.blank
    }
    texts: dict[int, str] = {}
    seen_at: datetime | None = None
    for column, cell in cells.items():
        wrong = None
        if cell.kind == "f":
            wrong = "This is a formula: write the value itself."
        elif column == INSPECTED_ON:
            seen_at = _instant(cell)
            wrong = None if seen_at else "This is not a date: write it as one, such as 09/04/2026 or 09/04/2026 10:05."
        else:
            texts[column], wrong = _text(cell, _LONGEST_REASON if column == REASON else _LONGEST_LINE)
        if wrong is not None:
            no(column, wrong)
    if cells and CODE not in cells:
        no(CODE, "Something is written in this row, and no code: write the code, or take it all out.")
    if INSPECTED_ON in cells and INSPECTED_BY not in cells:
        no(INSPECTED_BY, "Say who inspected the thing, or take the date out.")
    if INSPECTED_BY in cells and INSPECTED_ON not in cells:
        no(INSPECTED_ON, "Say when the thing was inspected, or take the name out.")
    if refused or not cells:
        return None, refused
    inspected = None if seen_at is None else Inspection(texts[INSPECTED_BY], seen_at)
    return FilledRow(number, texts[CODE], inspected, texts.get(REASON, ""), cell_name((at, CODE))), []


def _text(cell: _Cell, longest: int) -> tuple[str, str | None]:
    """The text of a cell, and what is wrong with it, if anything is."""
    text = cell.text.strip()
    if cell.kind != "s":
        return text, "This is not text: write words, and format the cell as text."
    if len(text) > longest:
        return text[:longest], f"This is longer than {longest} characters: write it shorter."
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(c not in _MAY_BREAK and unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in plain):
        return plain, "There are characters in this that nobody sees: write it anew."
    return plain, None


def _instant(cell: _Cell) -> datetime | None:
    """When something was inspected: as clocks in London showed it, a day without a time from its beginning."""
    if cell.kind != "d":
        return None
    local = cell.value if isinstance(cell.value, datetime) else datetime.combine(cell.value, time())
    return None if local.year < 1990 else local.replace(microsecond=0, tzinfo=LONDON).astimezone(UTC)  # noqa: PLR2004
