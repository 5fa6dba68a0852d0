"""What is on its way: files, their parts, and the parcels in which parts are sent; and how much of it there may be."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dems.cli.upload.content import Stretch, opened
from dems.cli.upload.files import File

_MOST_WEIGHT = 16 * 1024 * 1024
"""Of one part: many of a file of terabytes are on their way at once, too."""


class Going:
    """One file that is being sent. What becomes of it is said once, when none of its parts is on the way any more."""

    def __init__(self, file: File, upload: str, intake: str) -> None:
        self.file = file
        self.upload = upload
        self.intake = intake
        self._guard = threading.Lock()
        self._on_the_way = 0
        self._all_read = False
        self.whole: bytes | None = None
        """The SHA-256 of all of it."""
        self.failure: Exception | None = None
        """The first thing that went wrong; what is left of the file need not be sent."""

    @property
    def sha256(self) -> bytes:
        """Of the whole file, once it was read."""
        if self.whole is None:
            raise RuntimeError("the file was not read to its end")
        return self.whole

    def begins(self) -> None:
        """A part of it is put into a parcel."""
        with self._guard:
            self._on_the_way += 1

    def lands(self, failure: Exception | None = None) -> bool:
        """A part was sent, or could not be. True when that was the last word about this file."""
        with self._guard:
            self._on_the_way -= 1
            self.failure = self.failure or failure
            return self._all_read and not self._on_the_way

    def read(self, failure: Exception | None = None) -> bool:
        """It was read to its end, or as far as it could be. True when nothing of it is on the way."""
        with self._guard:
            self._all_read = True
            self.failure = self.failure or failure
            return not self._on_the_way


@dataclass(slots=True, eq=False)
class Piece:
    """One part of a file; `data` is None where it is not held but read again while it is sent, since holding costs more."""

    going: Going
    number: int
    offset: int
    size: int
    sha256: bytes
    data: bytearray | None

    @property
    def weight(self) -> int:
        """How much of the budget it takes."""
        return weight_of(self.size)

    @property
    def key(self) -> tuple[str, int]:
        return self.going.upload, self.number

    def blocks(self, sent: Callable[[int], None]) -> Iterator[memoryview | bytearray]:
        """The bytes to send, each block good until the next; `sent` is told of each that is gone. Raises `Changed`, `Failed`."""
        if self.data is not None:
            yield self.data
            sent(self.size)
            return
        with opened(self.going.file.path) as file:
            file.unchanged(self.going.file.mark)
            for block in file.blocks(self.offset, self.size):
                yield block
                sent(len(block))

    def stretches(self, sent: Callable[[int], None]) -> Iterator[Stretch]:
        """The same of what is not held, for a connection that sends from files."""
        with opened(self.going.file.path) as file:
            file.unchanged(self.going.file.mark)
            for stretch in file.stretches(self.offset, self.size):
                yield stretch
                sent(stretch.size)


@dataclass(slots=True, eq=False)
class Parcel:
    """Parts for which leave to send is asked in one request, all of one intake, and the files that are whole with them."""

    intake: str
    pieces: Sequence[Piece]
    whole: list[Going] = field(default_factory=list)
    left: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def landed(self, going: Going | None) -> bool:
        """One piece less; with it, this file is whole. True when it was the last piece."""
        with self.guard:
            self.left -= 1
            if going is not None:
                self.whole.append(going)
            return self.left == 0


def weight_of(size: int) -> int:
    """In bytes; a small file costs more than its bytes."""
    return min(size, _MOST_WEIGHT) + 16 * 1024


class Budget:
    """How many bytes may be on their way at once, read but not sent: so many the system still has when it sends them.

    Who wants more waits.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        return self._taken

    def take(self, weight: int) -> bool:
        """Take it if it is to be had."""
        with self._changed:
            if self._taken and self._taken + weight > self._most:
                return False
            self._taken += weight
            return True

    def wait(self, seconds: float) -> None:
        """Until something was given back, or that time is over."""
        with self._changed:
            self._changed.wait(seconds)

    def give_back(self, weight: int) -> None:
        with self._changed:
            self._taken -= weight
            self._changed.notify_all()
