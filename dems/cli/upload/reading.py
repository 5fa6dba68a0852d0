"""From files to pieces: each byte read once, in order, hashed while it is read, and no more in memory than is allowed."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from dems.cli.screen import Failed
from dems.cli.upload.content import Opened, opened
from dems.cli.upload.parcels import Going, Piece, weight_of
from dems.cli.upload.plan import Plan

MOST_HELD = 64 * 1024 * 1024
"""Larger parts are hashed first and read a second time while they are sent."""


class AnotherContent(Failed):
    """A part that was sent before has other bytes now."""


class Watcher(Protocol):
    """Who is told how far a file is; in bytes."""

    def sent(self, file_id: int, count: int) -> None: ...


class Reading:
    """Reads files, one after another. For one thread; `room` waits until so many more bytes may be in memory, or fewer are,
    and `memory` then gives as many.
    """

    def __init__(
        self, plan: Plan, room: Callable[[int], None], memory: Callable[[int], bytearray], watcher: Watcher
    ) -> None:
        self._plan = plan
        self._room = room
        self._memory = memory
        self._watcher = watcher
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
        size = going.file.mark.size
        with self._held(size):
            data = file.exactly(0, size)
            file.unchanged(going.file.mark)
            sha256 = hashlib.sha256(data).digest()
        going.begins()
        going.whole = sha256
        return Piece(going, 1, 0, size, sha256, data)

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
        if size > MOST_HELD:
            with self._held(0):
                part = hashlib.sha256()
                for block in file.blocks(offset, size):
                    whole.update(block)
                    part.update(block)
                return Piece(going, number, offset, size, part.digest(), None)
        with self._held(size):
            data = file.exactly(offset, size, self._memory(size))
            beside = self._beside.submit(hashlib.sha256, data)
            whole.update(data)
            return Piece(going, number, offset, size, beside.result().digest(), data)

    @contextmanager
    def _held(self, size: int) -> Iterator[None]:
        """Room for so many bytes, given back if they do not become a piece."""
        self._room(weight_of(size))
        try:
            yield
        except BaseException:
            self._room(-weight_of(size))
            raise
