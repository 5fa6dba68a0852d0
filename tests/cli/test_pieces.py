"""What is given to a connection at once: little enough for a slow line to take it within its time limit."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dems.cli.upload.content import opened
from dems.cli.upload.parcels import BLOCK, Going, Piece

MIB = 2**20


def going(path: Path) -> Going:
    with opened(path) as file:
        return Going(cast("Any", SimpleNamespace(path=path, mark=file.mark)), "upload", "intake")


@pytest.mark.parametrize("held", [True, False])
def test_a_slow_connection_is_never_given_more_than_a_block_at_once(tmp_path: Path, held: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(MIB - 7))
    content = path.read_bytes()
    data = bytearray(content[5:]) if held else None
    piece = Piece(going(path), 1, 5, len(content) - 5, hashlib.sha256(content[5:]).digest(), data)
    told: list[int] = []
    given = [bytes(block) for block in piece.blocks(told.append)]
    assert b"".join(given) == content[5:]
    assert max(map(len, given)) == BLOCK == 128 * 1024
    assert told == list(map(len, given))
