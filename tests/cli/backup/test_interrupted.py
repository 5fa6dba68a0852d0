"""What an interruption leaves, and how it goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems.cli.main import main
from dems.engines import FolderRefused
from dems.engines.folder import DataFolder

MIB = 2**20
Backup = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


ROOT = Path(__file__).parents[3]


def many(home: Path) -> list[str]:
    """So many files that there is time to interrupt."""
    names = [f"{number}.dat" for number in range(2, 42)]
    for name in names:
        (home / "store" / "data" / name).write_bytes(os.urandom(4 * MIB))
    return names


def interrupt(number: signal.Signals, begun: Callable[[], bool], *arguments: object) -> tuple[int, str]:
    """Run a command, signal it once it has begun; how it ended, and what it said."""
    process = subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-m", "dems.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not begun():
        assert time.monotonic() < deadline
        assert process.poll() is None, "it was done before it could be interrupted"
        time.sleep(0.002)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_backup_leaves_the_one_before_whole_and_is_continued(
    home: Path, shelf: Path, backup: Backup, number: signal.Signals
) -> None:
    first = backup()
    names = many(home)
    journal = shelf / ".unfinished" / "journal"
    code, err = interrupt(number, lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 3, "backup", shelf)
    assert (code, err) == {
        signal.SIGKILL: (-signal.SIGKILL, ""),
        signal.SIGINT: (1, "Interrupted; run it again to continue.\n"),
    }[number]
    assert main(["backup", "--check", str(shelf), "--sha256", first["manifest_sha256"]]) == 0

    (home / "store" / "data" / names[0]).unlink()  # copied, most likely, and gone meanwhile
    again = backup()
    assert again["kept"] - first["copied"] >= 2 * 4 * MIB
    assert again["copied"] + again["kept"] == 4 * MIB * (len(names) - 1) + first["copied"]
    assert main(["backup", "--check", again["backup"]]) == 0
    assert not (shelf / ".unfinished").exists()
    copy = Path(again["backup"]) / "files" / "store" / "data" / names[1]
    assert copy.read_bytes() == (home / "store" / "data" / names[1]).read_bytes()


def test_a_folder_whose_restore_was_killed_is_used_by_nobody(
    home: Path, shelf: Path, tmp_path: Path, backup: Backup, refused: Refused
) -> None:
    many(home)
    backup()
    new = tmp_path / "new"
    code, _ = interrupt(
        signal.SIGKILL,
        lambda: len(list(new.glob("store/data/*.dat"))) >= 3,
        *("restore", shelf, "--data-dir", new),
    )
    assert code == -signal.SIGKILL
    with pytest.raises(FolderRefused, match="run `dems restore` again"):
        DataFolder(new).hold()
    assert "is not empty" in refused("restore", str(shelf), "--data-dir", str(new))
