"""An upload that is killed, interrupted or started twice, at moments that nobody chose: it goes on, and doubles nothing."""

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.desk import PART, Desk, kinds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "evidence"
    made.mkdir()
    return made


def test_kill_9_at_any_moment_loses_and_doubles_nothing(desk: Desk, folder: Path) -> None:
    """Each run has files of its own to send and is killed when it has told so much of them, or before it says a word."""
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    wanted = {}
    killed = 0
    for run in range(9):
        for number in range(8):
            size = PART * 2 + 5 if run % 3 == number == 0 else chance.randrange(40_000)
            path = folder / f"f{run}{number}"
            path.write_bytes(os.urandom(size))
            wanted[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        process = desk.begin(folder, "--exhibit-prefix", "AK", "--transport", ("direct", "relay")[run % 2])
        assert process.stdout is not None
        told = (line for line in process.stdout if json.loads(line)["event"] != "already")
        for _ in range(chance.randrange(20)):
            next(told, None)
        time.sleep(chance.random() * 0.05)
        killed += process.poll() is None
        process.kill()
        process.communicate()
    assert killed, "nine uploads of eight files, and each was done before it was killed"
    desk.upload(folder, "--exhibit-prefix", "AK")
    items = desk.items()
    assert {i["name"]: i["digests"]["sha256"] for i in items} == wanted
    assert len(items) == len(wanted), "nothing twice"
    assert sorted(int(i["exhibit_ref"].removeprefix("AK/")) for i in items) == list(range(1, 73))
    assert kinds(desk.upload(folder)) == {"already": 72}


def test_ctrl_c_ends_it_at_once_and_the_same_command_goes_on(desk: Desk, folder: Path) -> None:
    for number in range(4):
        (folder / f"f{number}").write_bytes(os.urandom(PART * 3))
    desk.working.resting.set()  # so that it has no end of its own
    process = desk.begin(folder)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "declared"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    desk.working.resting.clear()
    assert process.returncode == 1
    assert err == "Interrupted; run it again to continue.\n"
    desk.upload(folder)
    assert [i["state"] for i in desk.items()] == ["sealed"] * 4


def test_two_uploads_into_a_case_at_once_are_refused(desk: Desk, folder: Path) -> None:
    (folder / "f").write_bytes(os.urandom(PART * 4))
    desk.working.resting.set()  # so that the first runs until the second was refused
    process = desk.begin(folder)
    assert process.stdout is not None
    process.stdout.readline()
    desk.upload(folder, code=1)
    assert desk.err == "Another `dems upload` into this case runs here: wait until it is done.\n"
    desk.working.resting.clear()
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert len(desk.items()) == 1


def test_a_file_that_is_written_to_meanwhile_is_told_and_nothing_half_made_stays(desk: Desk, folder: Path) -> None:
    path = folder / "log"
    path.write_bytes(os.urandom(PART * 6))
    process = desk.begin(folder, "--jobs", "1")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "declared"
    while process.poll() is None:
        with path.open("ab") as file:
            file.write(b"one more line\n")
        time.sleep(0.02)
    out, err = process.communicate()
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["changed"]
    assert err == "1 file was not sealed.\n"
    [item] = desk.items()
    assert desk.http.get(f"/v1/evidence/{item['id']}").json()["upload"]["state"] == "abandoned"
    assert kinds(desk.upload(folder)) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    before, item = desk.items()
    assert before["state"] in {"declared", "uploading"}, "as far as it was when it was abandoned"
    assert item["digests"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_token_that_opens_nothing_any_more_ends_it_in_words(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "f").write_text("1")
    monkeypatch.setenv("DEMS_TOKEN", "dems_api_ended")
    desk.upload(folder, code=1)
    assert "token" in desk.err
    assert desk.err.count("\n") == 1


def test_with_little_room_on_the_way_it_takes_longer_and_comes_to_an_end(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dems.cli.upload.sending._ON_THE_WAY", 100_000)
    for number in range(20):
        (folder / f"f{number:02}").write_bytes(os.urandom(3 * number))
    (folder / "large").write_bytes(os.urandom(PART * 2 + 1))
    assert kinds(desk.upload(folder)) == {"declared": 21, "sent": 21, "sealed": 21}
