import ctypes
import hashlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dems.cli.screen import Failed
from dems.cli.upload.content import Changed, content_digest, hash_file, opened


def ignored(_: int) -> None:
    pass


def test_a_file_is_hashed_once_and_every_block_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_001))
    counted: list[int] = []
    content = hash_file(path, counted.append)
    assert content.sha256 == hashlib.sha256(path.read_bytes()).digest()
    assert sum(counted) == content.mark.size == 3_000_001


def test_any_stretch_of_a_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_001))
    whole = path.read_bytes()
    with opened(path) as file:
        assert file.exactly(1_500_000, 1_500_001) == whole[1_500_000:]
        assert b"".join(map(bytes, file.blocks(7, 2_999_000))) == whole[7:2_999_007]
        file.unchanged(file.mark)


def test_whoever_is_interrupted_with_a_block_in_hand_may_hold_it(tmp_path: Path) -> None:
    """As a hash or a connection does at Ctrl-C: that the reading then ends is no error."""
    path = tmp_path / "file"
    path.write_bytes(b"bytes of a recording")
    with opened(path) as file:
        reading = file.blocks(0, 20)
        held = ctypes.c_char.from_buffer(next(reading))
        reading.close()
    assert held.value == b"b"


def test_stretches_of_a_file_go_over_a_connection_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_001))
    here, there = socket.socketpair()
    with here, there, opened(path) as file, ThreadPoolExecutor(1) as beside:
        received = beside.submit(lambda: there.recv(2_999_000, socket.MSG_WAITALL))
        for stretch in file.stretches(7, 2_999_000):
            stretch.over(here)
        assert received.result(20) == path.read_bytes()[7:2_999_007]


def test_a_stretch_of_a_file_that_was_cut_short_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000)
    here, there = socket.socketpair()
    with here, there, opened(path) as file:
        os.truncate(path, 1_500)
        for stretch in file.stretches(0, 3_000):
            with pytest.raises(Changed):
                stretch.over(here)


def test_an_empty_file_has_no_blocks(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    content = hash_file(tmp_path / "empty", ignored)
    assert content_digest(content.sha256) == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    with opened(tmp_path / "empty") as file:
        assert list(file.blocks(0, 0)) == []


def test_a_file_that_was_cut_short_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000_000)
    with opened(path) as file:
        os.truncate(path, 1_500_000)
        with pytest.raises(Changed):
            file.exactly(0, 3_000_000)


def test_a_file_that_grows_while_it_is_read_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 2_000_000)

    def append(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(Changed):
        hash_file(path, append)


def test_another_file_in_its_place_of_the_same_size_and_time_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with opened(path) as file:
        (tmp_path / "other").write_bytes(b"behind")
        os.utime(tmp_path / "other", ns=(file.mark.mtime_ns, file.mark.mtime_ns))
        (tmp_path / "other").replace(path)
        with pytest.raises(Changed):
            file.unchanged(file.mark)


def test_a_file_that_is_gone_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with opened(path) as file:
        path.unlink()
        with pytest.raises(Changed):
            file.unchanged(file.mark)


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "file").symlink_to("secret")
    with pytest.raises(Failed, match="cannot be read"):
        hash_file(tmp_path / "file", ignored)


def test_a_pipe_put_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = hash_file(tmp_path / "pipe", ignored)
    assert content.mark.size == 0
