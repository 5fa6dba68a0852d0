"""The bytes of one file: read once to hash them, once to send them, and noticed when they changed in between."""

import base64
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dems.cli.screen import Failed

_BLOCK = 1024 * 1024
_CHANGED = "It changed while it was being taken in: close what writes to it and run the same command again."


class Changed(Failed):
    """The file is not what it was when it was hashed."""

    def __init__(self) -> None:
        super().__init__(_CHANGED)


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a file is known to be the one from before, without reading it; `size` in bytes."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Mark":
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was when it was hashed."""

    path: Path
    mark: Mark
    sha256: bytes

    @property
    def digest_header(self) -> str:
        """`Content-Digest` (RFC 9530)."""
        return f"sha-256=:{base64.b64encode(self.sha256).decode()}:"

    def blocks(self, read: Callable[[int], None]) -> Iterator[bytes]:
        """The bytes to send, exactly `mark.size` of them; `read` is told of each block. Raises `Changed`."""
        with _opened(self.path) as descriptor:
            if Mark.of(os.fstat(descriptor)) != self.mark:
                raise Changed
            left = self.mark.size
            while left > 0:
                block = os.read(descriptor, min(_BLOCK, left))
                if not block:
                    raise Changed
                left -= len(block)
                yield block
                read(len(block))
            if Mark.of(os.fstat(descriptor)) != self.mark:
                raise Changed


def mark_of(path: Path) -> Mark:
    """Raises `Failed` when the file cannot be looked at."""
    try:
        return Mark.of(path.lstat())
    except OSError as error:
        raise _unreadable(error) from error


def hash_file(path: Path, read: Callable[[int], None]) -> Content:
    """Read a file once. Raises `Changed` when it grew, shrank or was written to meanwhile, `Failed` when it cannot be read."""
    hashing = hashlib.sha256()
    with _opened(path) as descriptor:
        mark = Mark.of(os.fstat(descriptor))
        size = 0
        while block := os.read(descriptor, _BLOCK):
            hashing.update(block)
            size += len(block)
            if size > mark.size:  # something writes to it, perhaps for ever
                raise Changed
            read(len(block))
        if size != mark.size or Mark.of(os.fstat(descriptor)) != mark:
            raise Changed
    return Content(path, mark, hashing.digest())


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(error) from error
    try:
        yield descriptor
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)


def _unreadable(error: OSError) -> Failed:
    return Failed(f"It cannot be read ({error.strerror or error}): see to it and run the same command again.")
