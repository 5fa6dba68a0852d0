"""The bytes of a file: read in order through one descriptor, and noticed when they change meanwhile."""

import base64
import hashlib
import io
import os
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dems.cli.screen import Failed

_BLOCK = 1024 * 1024
_CHANGED = "It changed while it was being taken in: close what writes to it and run the same command again."


class Changed(Failed):
    """The file is not what it was when it was looked at before."""

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many bytes of an open file, that need not come into our memory to be sent."""

    file: io.FileIO
    offset: int
    size: int

    def over(self, connection: socket.socket) -> None:
        """Send them, by `sendfile` where the system has it. Raises `Changed` where the file is shorter now."""
        if connection.sendfile(self.file, self.offset, self.size) < self.size:
            raise Changed


class Opened:
    """A file that is being read. Everything raises `Changed` when it is not what was looked at, `Failed` when unreadable."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        self.mark = Mark.of(status)
        self._inode = (status.st_dev, status.st_ino)

    def exactly(self, offset: int, size: int) -> bytearray:
        """`size` bytes from `offset`."""
        data = bytearray(size)
        self.into(memoryview(data), offset)
        return data

    def into(self, room: memoryview, offset: int) -> None:
        """As many bytes from `offset` as there is room for."""
        done = 0
        while done < len(room):
            count = os.preadv(self._descriptor, [room[done : done + _BLOCK]], offset + done)
            if count == 0:
                raise Changed
            done += count

    def blocks(self, offset: int, size: int, memory: bytearray | None = None) -> Generator[memoryview, None, None]:
        """`size` bytes from `offset`, a block at a time. Each is good until the next: all are in the same memory."""
        # No view is released by hand: whoever is interrupted while a block is hashed or sent still holds it.
        room = memoryview(bytearray(min(_BLOCK, size)) if memory is None else memory)
        step = max(1, len(room))
        for begin in range(offset, offset + size, step):
            block = room[: offset + size - begin]
            self.into(block, begin)
            yield block

    def stretches(self, offset: int, size: int) -> Iterator["Stretch"]:
        """The same bytes, not read: for a connection that the system can send them over."""
        with io.FileIO(self._descriptor, closefd=False) as file:
            for begin in range(offset, offset + size, _BLOCK):
                yield Stretch(file, begin, min(_BLOCK, offset + size - begin))

    def unchanged(self, mark: Mark) -> None:
        """Raise `Changed` unless it has that size and time, and its path still leads to it."""
        try:
            now = self._path.lstat()
        except OSError as error:
            raise Changed from error
        if {Mark.of(os.fstat(self._descriptor)), Mark.of(now), self.mark} != {mark}:
            raise Changed
        if (now.st_dev, now.st_ino) != self._inode:
            raise Changed


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file for reading; a symbolic link is not followed and a pipe not waited for. Raises `Failed`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(error) from error
    try:
        yield Opened(path, descriptor)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)


def hash_file(path: Path, read: Callable[[int], None]) -> Content:
    """Read a file once; `read` is told of each block. Raises `Changed` and `Failed`."""
    hashing = hashlib.sha256()
    with opened(path) as file:
        mark = file.mark
        for block in file.blocks(0, mark.size):
            hashing.update(block)
            read(len(block))
        file.unchanged(mark)
    return Content(path, mark, hashing.digest())


def content_digest(sha256: bytes) -> str:
    """`Content-Digest` (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def _unreadable(error: OSError) -> Failed:
    return Failed(f"It cannot be read ({error.strerror or error}): see to it and run the same command again.")
