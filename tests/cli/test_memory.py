import contextlib
import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from dems.cli.screen import Failed
from dems.cli.upload.memory import remembered, state_folder


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def write(db: sqlite3.Connection, key: str) -> None:
    db.execute("INSERT INTO batches (key, opening, asked_at) VALUES (?, '{}', 0)", (key,))


def keys(db: sqlite3.Connection) -> list[str]:
    return [row["key"] for row in db.execute("SELECT key FROM batches")]


def test_what_is_kept_is_recalled_and_readable_by_its_owner_only(state: Path) -> None:
    with remembered("case") as db:
        write(db, "one")
        files = [p for p in state.rglob("*") if p.is_file()]
        assert {p.stat().st_mode & 0o777 for p in files} == {0o600}, "also what SQLite puts beside it"
        assert len(files) >= 3
    with remembered("case") as db:
        assert keys(db) == ["one"]
    assert {p.stat().st_mode & 0o777 for p in (state / "uploads").iterdir()} == {0o700}


def test_another_case_is_another_plan() -> None:
    with remembered("case") as db:
        write(db, "one")
    with remembered("other") as db:
        assert keys(db) == []


def test_a_case_is_held_by_one_upload_at_a_time() -> None:
    with remembered("case"), pytest.raises(Failed, match="runs here"), remembered("case"):
        pass
    with remembered("case"), remembered("other"):
        pass


def write_and_die(folder: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMS_STATE_DIR", folder)
        with remembered("case") as db:
            write(db, "committed")
            db.execute("BEGIN")
            write(db, "not committed")
            os.kill(os.getpid(), signal.SIGKILL)


def test_kill_9_leaves_what_was_written_down_and_no_lock(state: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=write_and_die, args=(str(state),))
    process.start()
    process.join(120)
    assert process.exitcode == -9
    with remembered("case") as db:
        assert keys(db) == ["committed"]


def test_a_damaged_plan_is_not_taken_for_none(state: Path) -> None:
    with remembered("case"):
        pass
    [plan] = state.rglob("plan.sqlite3")
    plan.write_bytes(b"no database" * 1000)
    with pytest.raises(Failed, match="cannot be read"), remembered("case"):
        pass


def test_a_plan_of_a_newer_program_is_left_alone() -> None:
    with remembered("case") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(Failed, match="newer"), remembered("case"):
        pass


OF_THE_FIRST_PROGRAM = """
CREATE TABLE batches (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, opening TEXT NOT NULL, asked_at REAL NOT NULL,
    intake TEXT, token TEXT);
CREATE TABLE files (id INTEGER PRIMARY KEY, path BLOB NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, run INTEGER NOT NULL, place INTEGER NOT NULL, stand TEXT NOT NULL,
    over INTEGER NOT NULL DEFAULT 0, found INTEGER NOT NULL DEFAULT 0, reason TEXT, described TEXT NOT NULL DEFAULT '{}',
    batch INTEGER, position INTEGER, declared_size INTEGER, intake TEXT, evidence TEXT, exhibit_ref TEXT, upload TEXT,
    part_size INTEGER, part_count INTEGER, sha256 BLOB);
CREATE UNIQUE INDEX file_as_it_was ON files (path, size, mtime_ns);
CREATE UNIQUE INDEX file_by_run ON files (run, place, id);
CREATE INDEX file_by_batch ON files (batch, position);
CREATE INDEX file_by_evidence ON files (evidence);
CREATE INDEX file_by_intake ON files (intake);
CREATE TABLE parts (file INTEGER NOT NULL, number INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (file, number))
    WITHOUT ROWID;
INSERT INTO batches VALUES (1, 'a', '{"exhibit_prefix": "AK"}', 0, NULL, NULL), (2, 'b', '{}', 0, NULL, NULL);
INSERT INTO files (path, name, size, mtime_ns, run, place, stand, batch, evidence, sha256) VALUES
    ('/1', '1', 1, 1, 1, 1, 'sealed', NULL, 'item1', x'01'), ('/2', '2', 1, 1, 1, 2, 'sealed', NULL, 'shared', x'02'),
    ('/3', '3', 1, 1, 1, 3, 'sent', NULL, 'shared', x'02'), ('/4', '4', 1, 1, 1, 4, 'declaring', 1, NULL, NULL),
    ('/5', '5', 1, 1, 1, 5, 'declaring', 2, NULL, NULL);
PRAGMA user_version = 1;
"""


def test_a_plan_of_the_first_program_is_taken_over_and_what_shared_an_item_is_new_again(state: Path) -> None:
    with remembered("case"):
        pass
    [plan] = state.rglob("plan.sqlite3")
    plan.unlink()
    with contextlib.closing(sqlite3.connect(plan)) as old:
        old.executescript(OF_THE_FIRST_PROGRAM)
    for _ in range(2):
        with remembered("case") as db:
            found = db.execute("SELECT path, stand, evidence, sha256, identity FROM files ORDER BY place").fetchall()
            assert keys(db) == ["a"], "what was asked for without its key is not asked for again"
            assert [tuple(row) for row in found] == [
                ("/1", "sealed", "item1", b"\1", None),
                ("/2", "new", None, None, None),
                ("/3", "new", None, None, None),
                ("/4", "declaring", None, None, None),
                ("/5", "new", None, None, None),
            ]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "file"))
    with pytest.raises(Failed, match="DEMS_STATE_DIR"), remembered("case"):
        pass


def test_state_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert state_folder() == tmp_path / "state"
    monkeypatch.delenv("DEMS_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == tmp_path / "xdg" / "dems"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert state_folder() == tmp_path / "home" / ".local" / "state" / "dems"
