"""The real store, with what is read of it counted, and made as slow or cut off where a test wants it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from storage.interface import ByteStream, ObjectInfo, ObjectStore
from tests.faults.faults import Faults
from tests.faults.faulty_store import FaultyStore

PIECE = 256 * 1024


class CountedStore(FaultyStore):
    """`taken` is told of every piece as it is given out, in the thread that reads, and may raise.

    `pause` is how many seconds each piece of 256 KiB takes.
    """

    def __init__(self, real: ObjectStore, *, pause: float = 0.0, taken: Callable[[int], None] | None = None) -> None:
        super().__init__(real, Faults(), by_version_only=False)
        self.read = 0
        self.starts: list[int] = []
        self.settled = 0
        self.slow_settle: threading.Event | None = None
        self._pause, self._taken = pause, taken

    def open(
        self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None
    ) -> AbstractContextManager[ByteStream]:
        self.starts.append(start)
        return self._counted(super().open(key, version_id, start=start, end=end))

    def settle(self) -> None:
        """With `slow_settle`, wait until that is set."""
        if self.slow_settle is not None:
            assert self.slow_settle.wait(120)
        super().settle()
        self.settled += 1

    @contextmanager
    def _counted(self, reading: AbstractContextManager[ByteStream]) -> Iterator[ByteStream]:
        with reading as stream:
            yield _Counted(self, stream)

    def took(self, count: int) -> None:
        self.read += count
        if self._taken is not None:
            self._taken(count)
        time.sleep(self._pause)


class _Counted:
    def __init__(self, store: CountedStore, real: ByteStream) -> None:
        self.info: ObjectInfo = real.info
        self._store, self._real = store, real

    def readinto(self, buffer: memoryview) -> int:
        count = self._real.readinto(buffer[:PIECE])
        self._store.took(count)
        return count

    def abort(self) -> None:
        self._real.abort()
