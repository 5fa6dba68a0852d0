import hashlib
import os
from pathlib import Path

import pytest

from dems.cli.screen import Failed
from dems.cli.upload.content import Changed, hash_file


def ignored(_: int) -> None:
    pass


def test_a_file_is_hashed_once_and_sent_as_it_was_hashed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_001))
    counted: list[int] = []
    content = hash_file(path, counted.append)
    assert content.sha256 == hashlib.sha256(path.read_bytes()).digest()
    assert sum(counted) == content.mark.size == 3_000_001
    assert b"".join(content.blocks(counted.append)) == path.read_bytes()
    assert sum(counted) == 2 * content.mark.size


def test_an_empty_file_has_no_blocks(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    content = hash_file(tmp_path / "empty", ignored)
    assert content.digest_header == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    assert list(content.blocks(ignored)) == []


def test_a_file_that_changed_since_it_was_hashed_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    content = hash_file(path, ignored)
    path.write_bytes(b"behind")
    with pytest.raises(Changed):
        list(content.blocks(ignored))


def test_a_file_that_changes_while_it_is_sent_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000_000)
    content = hash_file(path, ignored)
    blocks = content.blocks(ignored)
    next(blocks)
    os.truncate(path, 1_500_000)
    with pytest.raises(Changed):
        list(blocks)


def test_a_file_that_grows_while_it_is_hashed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 2_000_000)

    def append(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(Changed):
        hash_file(path, append)


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "file").symlink_to("secret")
    with pytest.raises(Failed, match="cannot be read"):
        hash_file(tmp_path / "file", ignored)
