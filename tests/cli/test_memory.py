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
    process.join(20)
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
