import os
import socket
from pathlib import Path

import pytest

from dems.cli.upload.walk import Found, LeftOut, walk


def names(*paths: Path) -> list[bytes]:
    return [found.name for found in walk(paths) if isinstance(found, Found)]


def test_names_are_relative_to_the_folder_given_and_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y/x.txt", "B.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert names(tmp_path) == [b"B.txt", b"a/y/x.txt", b"a/z.txt", b"b.txt"]
    assert names(tmp_path / "a" / "z.txt") == [b"z.txt"]


def test_a_name_that_is_not_utf8_keeps_its_bytes(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.bin")).write_bytes(b"x")
    assert names(tmp_path) == [b"\xff\xfe.bin"]


def test_a_file_reached_by_two_arguments_is_meant_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    assert names(tmp_path, tmp_path / "one", tmp_path) == [b"one"]


def test_symbolic_links_are_reported_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_text("1")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to("nowhere")
    found = list(walk([tmp_path]))
    left = [f for f in found if isinstance(f, LeftOut)]
    assert [f.path.name for f in left] == ["dangling", "loop"]
    assert all("symbolic link" in f.why and not f.failure for f in left)
    assert names(tmp_path) == [b"real/file"]


def test_what_has_no_content_is_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
    left = [f for f in walk([tmp_path]) if isinstance(f, LeftOut)]
    assert [f.path.name for f in left] == ["pipe", "socket"]


def test_a_path_that_is_not_there_is_a_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("1")
    found = list(walk([tmp_path / "gone", tmp_path / "there"]))
    assert isinstance(found[0], LeftOut)
    assert found[0].failure
    assert isinstance(found[1], Found)


def test_a_file_reached_by_other_spellings_is_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "f").write_text("1")
    (tmp_path / "link").symlink_to("k")
    monkeypatch.chdir(tmp_path)
    spellings = [Path("./k/../k/f"), Path("k/f"), Path("link/f"), Path("link/../k/f"), Path("k/../k"), Path("k/..")]
    assert [f.path for f in walk(spellings) if isinstance(f, Found)] == [(tmp_path / "k" / "f").resolve()]


def test_the_parent_of_a_link_is_the_parent_of_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "far" / "k").mkdir(parents=True)
    (tmp_path / "far" / "f").write_text("the one that is meant")
    (tmp_path / "f").write_text("another")
    (tmp_path / "link").symlink_to("far/k")
    [found] = walk([tmp_path / "link" / ".." / "f"])
    assert found.path == (tmp_path / "far" / "f").resolve()


def test_two_names_of_one_file_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    assert names(tmp_path) == [b"one", b"two"]


def test_a_folder_within_another_that_was_given_is_not_walked_again(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_text("1")
    (tmp_path / "a" / "g").write_text("2")
    assert names(tmp_path / "a", tmp_path / "a" / "b") == [b"b/f", b"g"]
    assert names(tmp_path / "a" / "b", tmp_path / "a") == [b"f", b"g"]


def test_folders_may_be_as_deep_as_the_system_allows(tmp_path: Path) -> None:
    folders = [tmp_path]
    for _ in range(1200):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    (folders[-1] / "f").write_text("1")
    [found] = walk([tmp_path])
    assert isinstance(found, Found)
    assert found.name == b"d/" * 1200 + b"f"
    (folders[-1] / "f").unlink()
    for folder in reversed(folders[1:]):
        folder.rmdir()  # what removes the folders of tests would call itself too often


def test_the_size_and_time_of_a_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("123")
    os.utime(tmp_path / "f", ns=(5, 7))
    [found] = walk([tmp_path])
    assert isinstance(found, Found)
    assert (found.size, found.mtime_ns) == (3, 7)
