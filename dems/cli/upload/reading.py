"""From files to pieces: each byte read in order and hashed while it is read; what is sent is read again, from the system's memory.

To hold a part until it is sent costs more than that: its memory is touched anew, and nothing of it is in a cache when it leaves. The
store checks the digest of each part, so what changed in between is not taken.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from dems.cli.screen import Failed
from dems.cli.upload.content import Opened, opened
from dems.cli.upload.parcels import Going, Piece, weight_of
from dems.cli.upload.plan import Plan

MOST_HELD = 1024 * 1024
"""Parts of more bytes are not held."""
_AT_ONCE = 2 * 1024 * 1024
"""What two threads hash side by side: little enough to stay in a cache."""


class AnotherContent(Failed):
    """A part that was sent before has other bytes now."""


class Watcher(Protocol):
    """Who is told how far a file is; in bytes."""

    def sent(self, file_id: int, count: int) -> None: ...


class Reading:
    """Reads files, one after another. For one thread; `room` waits until so many more bytes may be on their way, or fewer are."""

    def __init__(self, plan: Plan, room: Callable[[int], None], watcher: Watcher) -> None:
        self._plan = plan
        self._room = room
        self._watcher = watcher
        self._memory = bytearray(_AT_ONCE)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="hashing")

    def close(self) -> None:
        self._beside.shutdown(wait=False, cancel_futures=True)

    def pieces(self, going: Going, received: frozenset[int]) -> Iterator[Piece]:
        """What is to be sent of a file, of which the store has those parts. At the end it says the SHA-256 of the whole.

        Raises `Changed`, `AnotherContent`, and `Failed` where it cannot be read.
        """
        with opened(going.file.path) as file:
            file.unchanged(going.file.mark)
            if going.file.part_count == 1:
                yield self._only(going, file)
            else:
                yield from self._several(going, file, received)

    def _only(self, going: Going, file: Opened) -> Piece:
        size, data = going.file.mark.size, None
        with self._held(size):
            hashing = hashlib.sha256()
            if size <= MOST_HELD:
                data = file.exactly(0, size)
                hashing.update(data)
            else:
                for block in file.blocks(0, size, self._memory):
                    hashing.update(block)
            file.unchanged(going.file.mark)
        going.begins()
        going.whole = hashing.digest()
        return Piece(going, 1, 0, size, going.whole, data)

    def _several(self, going: Going, file: Opened, received: frozenset[int]) -> Iterator[Piece]:
        part_size, size = going.file.part_size, going.file.mark.size
        before = self._plan.parts(going.file.id)
        whole = hashlib.sha256()
        for number in range(1, going.file.part_count + 1):
            if going.failure is not None:
                return
            offset = (number - 1) * part_size
            piece = self._part(going, file, number, offset, min(part_size, size - offset), whole)
            if before.get(number, piece.sha256) != piece.sha256:
                self._room(-piece.weight)
                raise AnotherContent("It is not what it was when a part of it was sent before.")
            if number in received and number in before:
                self._watcher.sent(going.file.id, piece.size)
                self._room(-piece.weight)
                continue
            if number not in before:
                self._plan.about_to_send(going.file.id, number, piece.sha256)
            going.begins()
            yield piece
        file.unchanged(going.file.mark)
        going.whole = whole.digest()

    def _part(self, going: Going, file: Opened, number: int, offset: int, size: int, whole: "hashlib._Hash") -> Piece:
        with self._held(size):
            part = hashlib.sha256()
            for block in file.blocks(offset, size, self._memory):
                beside = self._beside.submit(part.update, block)
                whole.update(block)
                beside.result()
            return Piece(going, number, offset, size, part.digest(), None)

    @contextmanager
    def _held(self, size: int) -> Iterator[None]:
        """Room for so many bytes, given back if they do not become a piece."""
        self._room(weight_of(size))
        try:
            yield
        except BaseException:
            self._room(-weight_of(size))
            raise
