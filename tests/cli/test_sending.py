"""What an upload does against what the server says: nothing twice, and what was cut off is finished."""

import base64
import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dems.cli.client import Client, Problem
from dems.cli.main import main
from dems.cli.upload import command, sender

CASE = "019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11"


class Server(Client):
    """A case without a network: what is declared and sent is sealed at once."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "person")
        self.items: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, str | None]] = []
        self.cut_off = False
        """The next body arrives, and its completion is cut off."""
        self._numbers = itertools.count(1)

    def request(  # noqa: PLR0911  (one answer to each question)
        self, method: str, path: str, *, token: str | None = None, headers: object = None, **more: Any
    ) -> dict[str, Any]:
        del headers
        self.asked.append((method, path, token))
        match method, path.split("/")[2:]:
            case "GET", ["cases", _]:
                return {"id": CASE, "state": "open"}
            case "GET", ["me"]:
                return {"name": "Amina Khan"}
            case "GET", ["cases", _, "evidence"]:
                return {"items": [dict(i) for i in self.items], "next": None}
            case "POST", ["cases", _, "evidence"]:
                return self._declare(more["json"])
            case "GET", ["evidence", evidence_id]:
                return self._item(evidence_id)
            case "GET", ["uploads", upload_id]:
                return dict(self._item(upload_id)["upload"])
            case "PUT", ["uploads", upload_id, "content"]:
                assert b"".join(more["content"]) is not None
                return self._received(self._item(upload_id))
            case "POST", ["uploads", upload_id, "complete"]:
                return self._completed(self._item(upload_id))
        raise AssertionError((method, path))

    def declared(self) -> int:
        return sum(a[:2] == ("POST", f"/v1/cases/{CASE}/evidence") for a in self.asked)

    def _item(self, which: str) -> dict[str, Any]:
        return next(i for i in self.items if which in {i["id"], i["upload"]["id"]})

    def _declare(self, body: dict[str, Any]) -> dict[str, Any]:
        number, file = next(self._numbers), body["file"]
        raw = base64.b64decode(file["name_base64"]) if "name_base64" in file else file["name"].encode()
        item = {
            "id": f"item{number}",
            "exhibit_ref": body["exhibit_ref"],
            "state": "declared",
            "name": raw.decode("utf-8", "replace"),
            "name_base64": file.get("name_base64"),
            "size": file["size"],
            "declared_sha256": file["sha256"],
            "digests": {},
            "upload": {"id": f"upload{number}", "state": "open"},
        }
        self.items.append(item)
        return {**item, "upload_token": f"token{number}"}

    def _received(self, item: dict[str, Any]) -> dict[str, Any]:
        if self.cut_off:
            self.cut_off = False
            item["upload"]["state"], item["state"] = "completing", "uploading"
            raise Problem(503, "unavailable", "Cut off.", {}, None)
        return self._completed(item)

    def _completed(self, item: dict[str, Any]) -> dict[str, Any]:
        item["upload"]["state"], item["state"] = "completed", "sealed"
        return dict(item["upload"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(command, "connect", lambda: made)
    return made


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(tmp_path / "state 0", monkeypatch)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    for module in (sender, command):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr("dems.cli.upload.patience.time", clock)
    yield
    assert now[0] < 60, "nobody waits for long"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "evidence"
    made.mkdir()
    (made / "f").write_text("what it says")
    return made


def forget(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMS_STATE_DIR", str(state))


def upload(*arguments: object) -> int:
    return main(["upload", CASE, *map(str, arguments)])


def events(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str | None]]:
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(e["event"], e.get("state")) for e in told]


def test_a_file_whose_time_has_changed_is_not_taken_in_again(
    server: Server, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upload(folder, "--json") == 0
    assert events(capsys) == [("sent", "sealed"), ("sealed", "sealed")]
    os.utime(folder / "f", (1, 1))
    assert upload(folder, "--json") == 0
    assert events(capsys) == [("already", "sealed")]
    assert len(server.items) == 1


@pytest.mark.parametrize("name", [b"plain", "fu\u0308r".encode(), b"\xff\xfe.bin"])
def test_without_its_memory_nothing_is_doubled_whatever_its_name(
    server: Server, folder: Path, name: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / os.fsdecode(name)).write_text("content")
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    assert upload(folder) == 0
    assert len(server.items) == 2


def test_another_name_or_another_content_is_another_item(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    (folder / "f").rename(folder / "g")
    assert upload(folder) == 0
    (folder / "g").write_text("what it SAYS")
    assert upload(folder) == 0
    assert len(server.items) == 3


def test_two_files_alike_are_two_items_however_often_they_are_sent(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        forget(tmp_path / f"state {number}", monkeypatch)
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / "f").write_text("what it says")
        assert upload(folder / "f", tmp_path / "other" / "f") == 0
    assert len(server.items) == 2


def test_again_takes_in_a_further_item_once(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    assert upload(folder) == 0, "found there, and remembered"
    assert upload(folder, "--again") == 0
    assert len(server.items) == 2
    assert upload(folder, "--again") == 0, "the same command again continues"
    assert len(server.items) == 2


def test_what_is_being_read_back_is_waited_for(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    server.items[0]["state"] = "verifying"

    def read_back(_: float) -> None:
        server.items[0]["state"] = "sealed"

    monkeypatch.setattr(command, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=read_back))
    capsys.readouterr()
    assert upload(folder, "--json") == 0
    assert events(capsys) == [("already", "verifying"), ("sealed", "sealed")]
    assert server.declared() == 1


@pytest.mark.parametrize("state", ["declared", "uploading"])
def test_what_somebody_has_begun_is_left_to_a_person(
    state: str,
    server: Server,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    server.items[0]["state"] = state
    assert upload(folder) == 1
    told = capsys.readouterr()
    assert "dems evidence show item1" in told.out
    assert "--again" in told.out
    assert server.declared() == 1
    assert upload(folder, "--again") == 0
    assert server.declared() == 2


def test_a_file_found_different_is_sent_anew(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(folder) == 0
    forget(tmp_path / "state 1", monkeypatch)
    server.items[0]["state"] = "mismatch"
    assert upload(folder) == 0
    assert [i["state"] for i in server.items] == ["mismatch", "sealed"]


def test_a_completion_that_was_cut_off_is_asked_for(server: Server, folder: Path) -> None:
    server.cut_off = True
    assert upload(folder) == 0
    assert server.asked.count(("POST", "/v1/uploads/upload1/complete", "token1")) == 1
    assert sum(a[0] == "PUT" for a in server.asked) == 1, "the bytes are not sent again"


def test_a_completion_that_was_cut_off_in_an_earlier_run_is_asked_for(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> dict[str, Any]:
        raise KeyboardInterrupt

    server.cut_off = True
    with monkeypatch.context() as killed:
        killed.setattr(server, "_completed", gone)
        assert upload(folder) == 1
    assert upload(folder) == 0
    assert [i["state"] for i in server.items] == ["sealed"]
    assert sum(a[0] == "PUT" for a in server.asked) == 1, "the bytes are not sent again"


def test_a_folder_without_files_is_said_to_be_one(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert upload(tmp_path / "empty") == 1
    assert capsys.readouterr().err == f"No files found in {tmp_path / 'empty'}.\n"
    assert not server.items
