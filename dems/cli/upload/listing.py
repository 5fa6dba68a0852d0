"""The CSV that says which files are meant and what they are. Read whole and found right before anything is sent."""

import csv
import json
import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from dems.cli.screen import Failed, shown, warn
from dems.cli.upload.walk import plain
from dems.model.exhibits import ExhibitRef

COLUMNS = ("path", "exhibit_ref", "description", "source", "obtained_at", "obtained_by")
_MOST_TOLD = 50
_LONGEST = {"description": 4000, "source": 4000, "obtained_by": 300}
_YEARS = range(1900, 2200)


class Listing:
    """Rows by the file they describe, kept in the plan's database for this run."""

    def __init__(self, db: sqlite3.Connection, table: Path, roots: Sequence[Path], *, numbered_elsewhere: bool) -> None:
        """`roots` are the paths that were given; `numbered_elsewhere` refuses exhibit references of our own.

        Raises `Failed` when a line cannot be used, after telling of the first fifty of them.
        """
        self._db = db
        self._table = table
        self._roots = [plain(r) for r in roots]
        self._numbered_elsewhere = numbered_elsewhere
        count = 0
        try:
            for count, (line, what) in enumerate(self._wrong(), start=1):
                if count <= _MOST_TOLD:
                    warn(f"{shown(table)}, line {line}: {shown(what)}")
        except OSError as error:
            raise Failed(f"{shown(table)} cannot be read ({error.strerror or error}).") from error
        if count:
            raise Failed(
                f"{shown(table)} has {count} {'error' if count == 1 else 'errors'}: mend them; nothing was sent."
            )

    def describes(self, path: Path) -> str | None:
        """What it says of a file, as JSON; None where the file is not in it."""
        raw = os.fsencode(path)
        row = self._db.execute("SELECT described FROM listed WHERE path = ?", (raw,)).fetchone()
        if row is None:
            return None
        self._db.execute("UPDATE listed SET met = 1 WHERE path = ?", (raw,))
        return str(row["described"])

    def not_met(self) -> Iterator[Path]:
        """Files that were there when it was read, and have not been come across since."""
        for row in self._db.execute("SELECT path FROM listed WHERE met = 0 ORDER BY line").fetchall():
            yield Path(os.fsdecode(row["path"]))

    def _wrong(self) -> Iterator[tuple[int, str]]:
        """What is wrong, by line. Lines that are right are kept."""
        line = 1
        with self._table.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            columns: list[str] | None = None
            try:
                for row in rows:
                    if columns is None:
                        columns = [c.strip() for c in row]
                        wrong = _wrong_columns(columns)
                        yield from ((line, w) for w in wrong)
                        if wrong:
                            return
                    elif any(cell.strip() for cell in row):
                        yield from ((line, w) for w in self._wrong_row(line, columns, row))
                    line = rows.line_num + 1
            except csv.Error as error:
                yield line, f"it is not CSV from here on ({error})"
            except UnicodeDecodeError:
                yield line, "from here on it is not UTF-8: save it as CSV UTF-8"
        if columns is None:
            yield 1, f"it is empty: its first line names the columns {', '.join(COLUMNS)}"

    def _wrong_row(self, line: int, columns: list[str], row: list[str]) -> list[str]:
        if len(row) > len(columns):
            return [
                f"it has {len(row)} cells, and there are {len(columns)} columns: put quotes round a text with commas"
            ]
        cells = {name: cell for name, cell in zip(columns, row, strict=False) if cell.strip()}
        told = cells.pop("path", None)
        if told is None:
            return ["it names no path"]
        wrong = _wrong_cells(cells)
        if "exhibit_ref" in cells and not wrong:
            wrong += self._wrong_reference(line, cells["exhibit_ref"])
        path = self._meant(told)
        if isinstance(path, str):
            return [*wrong, path]
        if not wrong:
            kept = self._db.execute(
                "INSERT OR IGNORE INTO listed (path, line, described) VALUES (?, ?, ?)",
                (os.fsencode(path), line, json.dumps(cells)),
            )
            if not kept.rowcount:
                first = self._db.execute("SELECT line FROM listed WHERE path = ?", (os.fsencode(path),)).fetchone()[0]
                wrong = [f"{told} is on line {first} already"]
        return wrong

    def _wrong_reference(self, line: int, told: str) -> list[str]:
        if self._numbered_elsewhere:
            return ["exhibit_ref: whoever invited you numbers the exhibits: leave this column out"]
        key = ExhibitRef(told).key
        if self._db.execute("INSERT OR IGNORE INTO listed_refs VALUES (?, ?)", (key, line)).rowcount:
            return []
        first = self._db.execute("SELECT line FROM listed_refs WHERE key = ?", (key,)).fetchone()[0]
        return [f"exhibit_ref: {told} is on line {first} already"]

    def _meant(self, told: str) -> Path | str:
        """The file, or what is wrong. A path that is not absolute begins in a folder that was given, or is a file's name."""
        found: list[Path] = []
        for root in self._roots:
            path = (
                plain(root / told) if root.is_dir() else root if told == root.name else plain(self._table.parent / told)
            )
            inside = path == root or root in path.parents
            if inside and path not in found and _is_file(path):
                found.append(path)
        if len(found) > 1:
            return f"{told} is in several of the folders given: write its whole path"
        return found[0] if found else f"{told} is not a file in what was given"


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _wrong_columns(columns: list[str]) -> list[str]:
    if "path" not in columns and len(columns) == 1 and ";" in columns[0]:
        return ["its cells are divided by semicolons: save it with commas"]
    wrong = [f"{name!r} is no column; there are {', '.join(COLUMNS)}" for name in columns if name not in COLUMNS]
    wrong += [f"the column {name} is there twice" for name in COLUMNS if columns.count(name) > 1]
    return wrong if "path" in columns else [*wrong, "there is no column path"]


def _wrong_cells(cells: dict[str, str]) -> list[str]:
    wrong = [
        f"{name}: it has more than {most} characters"
        for name, most in _LONGEST.items()
        if len(cells.get(name, "")) > most
    ]
    if "\n" in cells.get("obtained_by", "") or "\r" in cells.get("obtained_by", ""):
        wrong.append("obtained_by: it is one line")
    if "exhibit_ref" in cells:
        try:
            ExhibitRef(cells["exhibit_ref"])
        except ValueError as error:
            wrong.append(f"exhibit_ref: {error}")
    if "obtained_at" in cells:
        try:
            cells["obtained_at"] = _instant(cells["obtained_at"])
        except (ValueError, OverflowError):
            wrong.append(f"obtained_at: {cells['obtained_at']!r} is not a time with a zone, like 2026-03-01T09:30:00Z")
    return wrong


def _instant(told: str) -> str:
    at = datetime.fromisoformat(told.strip())
    if at.tzinfo is None or at.astimezone(UTC).year not in _YEARS:
        raise ValueError("no zone, or out of range")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
