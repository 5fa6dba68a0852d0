"""SQLite: what the header says, and, of files that fit in memory, which tables there are and how many rows. Nothing in it is run."""

import sqlite3
import struct
from collections.abc import Iterator

from dems.model.findings import Confidence, Entry
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS

READER, VERSION = "dems-sqlite-header", OWN_READERS
MAX_LOADED = 32 * 1024 * 1024
MAX_TABLES = 500
MAX_STEPS = 20_000_000
"""Instructions of SQLite's machine for all questions together; a table of a million rows costs about four million."""
STEP = 10_000
MAX_SQL = 1_000_000
_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_WAL = 2
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the family has one type
    """Raises `Unreadable` for what does not begin as an SQLite file."""
    tool = report.by(READER, VERSION)
    head = source.at(0, _HEADER)
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        raise Unreadable("The file is no SQLite database, or it is encrypted: its first bytes are not those of one.")
    _header(head, source.size, tool)
    if source.size > MAX_LOADED:
        report.partial(f"The tables were not read: the file is larger than {MAX_LOADED:,} bytes.")
        return
    data = bytearray(source.at(0, source.size))
    # A database in WAL mode cannot be opened from memory; our copy is marked as one that is not.
    data[18:20] = b"\x01\x01"
    _tables(bytes(data), report)


def _header(head: bytes, size: int, tool: Reporter) -> None:
    page = struct.unpack_from(">H", head, 16)[0]
    page = 65_536 if page == 1 else page
    pages, user, encoding, application = (struct.unpack_from(">L", head, at)[0] for at in (28, 60, 56, 68))
    tool.found("container", "SQLite 3", "SQLite:header")
    odd = page < 512 or page & (page - 1)  # noqa: PLR2004 - a power of two from 512
    tool.found("page_size", page, "SQLite:page_size", unit="B", flags=("impossible",) if odd else ())
    tool.found("pages", pages, "SQLite:page_count", flags=("disagrees",) if pages and pages * page != size else ())
    if encoding in _ENCODINGS:
        tool.found("text.encoding", _ENCODINGS[encoding], "SQLite:encoding", raw=str(encoding))
    tool.found("user_version", user, "SQLite:user_version")
    tool.found("application_id", application, "SQLite:application_id", raw=f"0x{application:08X}")
    free = struct.unpack_from(">L", head, 36)[0]
    tool.found("free_pages", free, "SQLite:freelist_count")
    writer = struct.unpack_from(">L", head, 96)[0]
    if writer:
        shown = f"SQLite {writer // 1_000_000}.{writer // 1_000 % 1_000}.{writer % 1_000}"
        tool.found("software", shown, "SQLite:version_number", raw=str(writer))
    if _WAL in head[18:20]:
        tool.found("write_ahead_log", True, "SQLite:write_version")
        tool.report.warn(
            "The database keeps its newest changes in a second file (-wal), which is not part of this one."
        )


def _tables(data: bytes, report: Report) -> None:
    tool = report.by("sqlite3", sqlite3.sqlite_version)
    left = MAX_STEPS // STEP

    def tick() -> int:
        nonlocal left
        left -= 1
        return left < 0

    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_SQL)
        connection.set_authorizer(_only_reading)
        connection.set_progress_handler(tick, STEP)
        connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
        for number, entry in enumerate(_listed(connection)):
            if number >= MAX_TABLES:
                report.partial(f"Only the first {MAX_TABLES} tables are listed.")
                break
            tool.found("table", entry, "SQLite:sqlite_schema", confidence=Confidence.DERIVED)
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
        if left < 0:
            report.partial("The tables were not all counted: it took too long.")
        else:
            report.partial(f"The tables could not all be read: {error}.")
    finally:
        connection.close()


def _only_reading(action: int, _first: str | None, _second: str | None, _base: str | None, _by: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _listed(connection: sqlite3.Connection) -> Iterator[Entry]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view')")
    for kind, name, sql in rows.fetchmany(MAX_TABLES + 1):
        # A virtual table is code with the file as its input: it is named, never asked.
        virtual = str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
        more: dict[str, str | int | float | bool] = {}
        if kind == "table" and not virtual:
            quoted = str(name).replace('"', '""')
            more["rows"] = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 - quoted
        yield Entry(str(name)[:1_000], kind="virtual table" if virtual else str(kind), more=more)
