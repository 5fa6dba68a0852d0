"""A data folder by its marker, a folder for backups of it, and the commands on both."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems.cli.main import main
from tests.cli.backup.installation import Home, Said, made

Backup = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a space in its path."""
    folder = tmp_path / "a data folder"
    (folder / "store" / "data" / "empty folder").mkdir(mode=0o700, parents=True)
    folder.chmod(0o700)
    (folder / "dems-data.json").write_text(json.dumps({"format": 1}))
    (folder / "secrets.json").write_text("{}")
    (folder / "secrets.json").chmod(0o600)
    (folder / "store" / "data" / "1.dat").write_bytes(os.urandom(3 * 2**20 + 1))
    (folder / "store" / "data" / "none").touch()
    (folder / "run.json").write_text("{}")
    monkeypatch.setenv("DEMS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "back ups"


@pytest.fixture
def backup(shelf: Path, capsys: pytest.CaptureFixture[str]) -> Backup:
    """Take one by the command, and give what it says."""

    def take(*options: str) -> dict[str, Any]:
        capsys.readouterr()  # what was said before
        code = main(["backup", str(shelf), "--json", *options])
        told = capsys.readouterr()
        assert code == 0, told.err
        found: dict[str, Any] = json.loads(told.out)
        return found

    return take


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    def run(*arguments: str) -> str:
        assert main([str(a) for a in arguments]) == 1
        told = capsys.readouterr().err
        assert "Traceback" not in told
        return told

    return run


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """To be left as it is."""
    return made(tmp_path_factory.mktemp("to be backed up") / "its data")


@pytest.fixture
def dems_program(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run a command on a data folder: its exit code, and what it says."""

    def run(folder: Path, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setenv("DEMS_DATA_DIR", str(folder))
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


@pytest.fixture
def copied(installation: Home, tmp_path: Path) -> Path:
    """A copy of the installation for a test to spoil."""
    folder = tmp_path / "a copy"
    shutil.copytree(installation.folder, folder, ignore=shutil.ignore_patterns("*.sock"))
    return folder
