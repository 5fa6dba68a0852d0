"""What a damaged backup is told by."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems.cli.backup.manifest import Manifest
from dems.ledger.canonical import canonical

MIB = 2**20
Backup = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def linked(files: Path) -> None:
    (files / "secrets.json").rename(files.parent / "secrets")
    (files / "secrets.json").symlink_to(files.parent / "secrets")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit": (lambda f: flip(f / "store/data/1.dat"), "store/data/1.dat: its bytes are not those of the manifest"),
    "a length": (lambda f: os.truncate(f / "store/data/1.dat", 7), "store/data/1.dat: it has 7 bytes"),
    "a file": (lambda f: (f / "secrets.json").unlink(), "secrets.json: cannot be read (No such file or directory)"),
    "a folder": (lambda f: (f / "store/data/empty folder").rmdir(), "store/data/empty folder: it is not there"),
    "one too many": (lambda f: (f / "store/more").touch(), "store/more: it is not in the manifest"),
    "a link": (linked, "secrets.json is a symbolic link"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_check_names_what_is_not_as_it_was(
    home: Path, shelf: Path, backup: Backup, refused: Refused, damage: str
) -> None:
    del home
    told = backup()
    act, sentence = DAMAGES[damage]
    act(Path(told["backup"]) / "files")
    said = refused("backup", "--check", str(shelf))
    assert "WRONG: " in said
    assert sentence in said
    assert said.count("WRONG") == 1
    assert "1 thing is wrong" in said


def test_a_manifest_that_is_not_the_one_written_down_is_refused(
    home: Path, shelf: Path, backup: Backup, refused: Refused
) -> None:
    del home
    generation = Path(backup()["backup"])
    assert "is not the manifest that was written down" in refused("backup", "--check", str(shelf), "--sha256", "0" * 64)
    manifest = (generation / "manifest.json").read_bytes()
    (generation / "manifest.json").write_bytes(manifest + b"\n")
    assert "is damaged" in refused("backup", "--check", str(generation))
    (generation / "manifest.json").unlink()
    assert "cannot be read" in refused("backup", "--check", str(generation / "files" / "gone"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"files": [{"mark": "", "mode": 384, "path": "../out", "sha256": "0" * 64, "size": 0}]}, "no path within"),
        ({"files": [{"mark": "", "mode": 384, "path": "/etc/x", "sha256": "0" * 64, "size": 0}]}, "no path within"),
        ({"files": [{"mark": "", "mode": 384, "path": "gone/x", "sha256": "0" * 64, "size": 0}]}, "the folder of"),
        ({"files": [{"mark": "", "mode": 384, "path": "x", "sha256": "0" * 63, "size": 0}]}, "64 hexadecimal"),
        ({"files": [{"mark": "", "mode": 384, "path": "x", "sha256": "0" * 64, "size": -1}]}, "out of its range"),
        ({"files": [{"mark": "", "mode": 384, "path": "x", "sha256": "0" * 64, "size": 0}] * 2}, "twice"),
        ({"files": {}}, "files"),
        ({"versions": []}, "versions"),
        ({"schema": 1}, "a text is wanted"),
        ({"format": "dems-backup/2"}, "format"),
    ],
)
def test_a_manifest_that_no_backup_has_is_refused(change: dict[str, object], word: str) -> None:
    good = json.loads(Manifest(1, "2026-01-01T00:00:00.000000Z", "/x", "18", None, {}, (), ()).to_bytes())
    assert Manifest.from_bytes(canonical(good)).number == 1
    with pytest.raises((ValueError, TypeError), match=word):
        Manifest.from_bytes(canonical({**good, **change}))
