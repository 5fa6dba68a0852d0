"""A folder on a disk, read as something that somebody else put there: no link is followed, nothing but files is opened."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dems.ledger.fields import shown
from dems.package.listing import Listing
from dems.package.paths import checked_path
from dems.package.refusal import Refused
from dems.package.source import PIECE_BYTES, require_state, state_of

_DEEPEST = 32


class Folder:
    """See `dems.package.source.Source`."""

    def __init__(self, root: Path) -> None:
        """Lists everything below `root`. Raises `Refused` for links, devices, paths that are not ours, and too many files."""
        self._root = root
        found = Listing()
        for path, size in _files(root, "", 0):
            found.add(checked_path(path), size)
        found.require_untwinned()
        self.sizes: Mapping[str, int] = found

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """See `Source`."""
        if path not in self.sizes:
            raise Refused(f"there is no {shown(path)}")
        # Whatever was a file when it was listed may be a link or a pipe by now.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(self._root / path, flags)
        # Manifests and chains are read by the line, which without a buffer is a question to the system for each byte.
        with os.fdopen(handle, "rb", buffering=PIECE_BYTES // 16) as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused(f"{shown(path)} is not a file")
            before = self.sizes[path], state_of(handle)[1]
            try:
                yield stream
            finally:
                require_state(handle, before, path)


def _files(folder: Path, before: str, depth: int) -> Iterator[tuple[str, int]]:
    if depth > _DEEPEST:
        raise Refused(f"its folders are more than {_DEEPEST} deep")
    try:
        # The proofs of a folder come in the order of their numbers. Of very many files names take less than entries do.
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            path, below = before + name, folder / name
            found = below.lstat()
            if stat.S_ISLNK(found.st_mode):
                raise Refused(f"{shown(path)} is a link")
            if stat.S_ISDIR(found.st_mode):
                yield from _files(below, f"{path}/", depth + 1)
            elif stat.S_ISREG(found.st_mode):
                yield path, found.st_size
            else:
                raise Refused(f"{shown(path)} is neither a file nor a folder")
    except OSError as error:
        raise Refused(f"the folder {shown(before or '.')} cannot be read: {error.strerror}") from error
