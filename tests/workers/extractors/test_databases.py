import struct

import pytest

from tests.workers.extractors.container_samples import database
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import databases
from workers.extractors.report import Unreadable


def test_a_database_tells_its_header_and_its_tables() -> None:
    report = taken(databases.extract, database())
    assert found(report, "user_version").value == 7
    assert found(report, "application_id").value == 0x12345678
    assert found(report, "text.encoding").value == "utf-8"
    assert found(report, "page_size").value == 4096
    tables = {entry.name: (entry.kind, dict(entry.more)) for entry in values(report, "table")}
    assert tables == {"messages": ("table", {"rows": 3}), 'odd "name': ("table", {"rows": 0}), "seen": ("view", {})}
    assert report.stopped == report.warnings == []


def test_a_database_with_a_log_beside_it_is_read_and_the_missing_log_is_told() -> None:
    report = taken(databases.extract, database(wal=True))
    assert found(report, "write_ahead_log").value is True
    assert next(entry.name for entry in values(report, "table")) == "messages"
    assert any("-wal" in warning for warning in report.warnings)


def test_counting_stops_after_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "MAX_STEPS", 10)
    monkeypatch.setattr(databases, "STEP", 1)
    report = taken(databases.extract, database())
    assert report.stopped == ["The tables were not all counted: it took too long."]


def test_a_virtual_table_is_named_and_never_asked() -> None:
    data = database().replace(
        b"CREATE VIEW seen AS SELECT body FROM messages", b"CREATE VIRTUAL TABLE seen USING fts5(body)   "
    )
    assert len(data) == len(database())
    report = taken(databases.extract, data)
    assert all("rows" not in entry.more for entry in values(report, "table") if entry.kind == "virtual table")


def test_a_table_whose_pages_are_a_loop_ends() -> None:
    data = bytearray(database(rows=5_000))
    for page in range(4096, len(data), 4096):
        if data[page] in {2, 5}:
            count = struct.unpack_from(">H", data, page + 3)[0]
            for cell in range(count):
                at = page + struct.unpack_from(">H", data, page + 12 + cell * 2)[0]
                struct.pack_into(">L", data, at, page // 4096 + 1)
    report = taken(databases.extract, bytes(data))
    assert found(report, "container").value == "SQLite 3"
    assert len(report.stopped) == 1


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", bytes(4096)])
def test_what_is_no_database_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="no SQLite database"):
        taken(databases.extract, data)
