from dataclasses import replace
from pathlib import Path

import pytest

from dems.cli.screen import Failed
from dems.cli.upload.content import Mark
from dems.cli.upload.memory import Memory, Remembered, state_folder

BODY = {"exhibit_ref": "AK/1", "file": {"name": "a", "size": 1, "sha256": "00"}}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_what_is_kept_is_recalled_and_readable_by_its_owner_only(state: Path) -> None:
    with Memory("case").held() as memory:
        key = memory.key(Path("/a/b"), Mark(1, 2))
        assert memory.recall(key) is None
        intent = Remembered(BODY, "idempotent")
        memory.keep(key, intent)
        memory.keep(key, replace(intent, evidence_id="e", upload_token="secret"))
        recalled = memory.recall(key)
    assert recalled is not None
    assert (recalled.evidence_id, recalled.upload_token, recalled.body) == ("e", "secret", BODY)
    assert "secret" not in repr(recalled)
    files = [p for p in state.rglob("*") if p.is_file()]
    assert {p.stat().st_mode & 0o777 for p in files} == {0o600}
    assert not [p for p in files if p.suffix == ".new"]


def test_another_place_size_time_or_case_is_another_file() -> None:
    path, mark = Path("/a/b"), Mark(1, 2)
    keys = [
        Memory("case").key(path, mark),
        Memory("case").key(Path("/a/c"), mark),
        Memory("case").key(path, Mark(2, 2)),
        Memory("case").key(path, Mark(1, 3)),
        Memory("other").key(path, mark),
    ]
    assert len(set(keys)) == len(keys)


def test_a_case_is_held_by_one_upload_at_a_time() -> None:
    with (
        Memory("case").held(),
        pytest.raises(Failed, match="runs here"),
        Memory("case").held(),
    ):
        pass
    with Memory("case").held(), Memory("other").held():
        pass


def test_a_damaged_record_is_not_taken_for_none(state: Path) -> None:
    with Memory("case").held() as memory:
        key = memory.key(Path("/a/b"), Mark(1, 2))
        memory.keep(key, Remembered(BODY, "idempotent"))
        next(state.rglob("*.json")).write_text("{")
        with pytest.raises(Failed, match="cannot be read"):
            memory.recall(key)


def test_state_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert state_folder() == tmp_path / "state"
    monkeypatch.delenv("DEMS_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == tmp_path / "xdg" / "dems"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert state_folder() == tmp_path / "home" / ".local" / "state" / "dems"
