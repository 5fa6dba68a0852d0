"""Reading one stored version: hashed while it is read, or here and there within a budget; in constant memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from storage.errors import BytesDamaged
from storage.interface import ByteStream, ObjectInfo, ObjectStore, StoredVersion
from storage.parts_hash import new_hash
from storage.seekable import Seekable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Measured on two cores with the store beside us: 4 MiB costs less than 1 MiB (fewer hand-overs), more buffers no less.
BUFFER_BYTES = 4 * 1024 * 1024
BUFFERS = 3
KEEP_ALIVE_SECONDS = 5.0

BLOCK_BYTES = 256 * 1024
CACHED_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class HashedRead:
    """What one read of one version gave: bytes counted, raw digests by algorithm, and HEAD information of that read.

    `resumed_at` are the offsets at which hashing was taken up from a saved state; empty for one read of all bytes.
    """

    size: int
    digests: Mapping[str, bytes]
    info: ObjectInfo
    resumed_at: tuple[int, ...] = ()


class Hash(Protocol):
    """A hash as `hashlib` makes them."""

    def update(self, data: memoryview, /) -> None: ...
    def digest(self) -> bytes: ...


def hash_version(
    store: ObjectStore,
    stored: StoredVersion,
    algorithms: tuple[str, ...],
    *,
    keep_alive: Callable[[int], None] | None = None,
) -> HashedRead:
    """Read a version once, by one GET, and hash it with each of `algorithms` (names of `hashlib`, or of its parts: `storage.parts_hash`).

    One thread reads and one per algorithm hashes, over three reused buffers of 4 MiB, whatever the size; an object
    that fits one buffer is hashed by the thread that reads. `keep_alive` is called in the caller's thread about every
    5 seconds with the bytes read so far, even while the store says nothing; it may raise to stop the work, which
    closes the connection. Raises what `ObjectStore.open` and `ByteStream.readinto` raise, and what `keep_alive`
    raises. Nothing is retried once bytes flow: after `BytesDamaged` or `StoreUnavailable` the caller reads again.
    """
    return hashed(lambda: store.open(stored.key, stored.version_id), _of_hashlib(algorithms), keep_alive)


def hash_latest(
    store: ObjectStore,
    key: str,
    algorithms: tuple[str, ...],
    *,
    keep_alive: Callable[[int], None] | None = None,
) -> HashedRead:
    """As `hash_version`, for an object that somebody else sent and whose version nobody has told us yet.

    `HashedRead.info.stored` says which version was read: the one to keep to from then on.
    """
    return hashed(lambda: store.open(key, None), _of_hashlib(algorithms), keep_alive)


def _of_hashlib(algorithms: tuple[str, ...]) -> Mapping[str, Hash]:
    return {name: new_hash(name) for name in algorithms}


def hashed(
    ask: Callable[[], AbstractContextManager[ByteStream]],
    hashes: Mapping[str, Hash],
    keep_alive: Callable[[int], None] | None,
    *,
    begun_at: int = 0,
) -> HashedRead:
    """What `hash_version` does, with the stream that `ask` opens and hashes that have had `begun_at` bytes before."""
    if not hashes:
        raise ValueError("no algorithm to hash with")
    work = _Work(hashes, begun_at)
    if keep_alive is None:
        # Nobody wants to hear from it meanwhile: a thread for each of many small objects would cost more than its bytes.
        work.read(ask)
        return work.result()
    threading.Thread(target=work.read, args=(ask,), name="version-reader", daemon=True).start()
    try:
        while not work.finished.wait(KEEP_ALIVE_SECONDS):
            if keep_alive is not None:
                keep_alive(work.size)
    except BaseException:
        work.stop()
        raise
    return work.result()


class _Work:
    """One read and its threads.

    Buffers travel: the reader takes an index from `_returned`, fills that buffer and puts it on every hasher's queue;
    each hasher returns it. The reader refills a buffer only when all hashers have returned it.
    """

    def __init__(self, hashes: Mapping[str, Hash], size: int) -> None:
        self.size = size
        self.finished = threading.Event()
        self._hashes = hashes
        self._returned: SimpleQueue[int] = SimpleQueue()
        self._guard = threading.Lock()
        self._stream: ByteStream | None = None
        self._info: ObjectInfo | None = None
        self._failure: BaseException | None = None
        self._stopped = False

    def read(self, ask: Callable[[], AbstractContextManager[ByteStream]]) -> None:
        """The reader thread, from the request to the last byte; it ends after the hashers that it started."""
        try:
            with ask() as stream:
                try:
                    with self._guard:
                        self._stream, self._info = stream, stream.info
                    if stream.info.stored.size <= BUFFER_BYTES:
                        self._hash_here(stream)
                    else:
                        self._hash_elsewhere(stream)
                finally:
                    with self._guard:
                        self._stream = None
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._failure = self._failure or error
        self.finished.set()

    def stop(self) -> None:
        """End all threads and free the socket, and wait for that.

        A request that the store has not answered yet cannot be interrupted: its thread is not waited for, it closes
        the connection by itself when the answer or the time-out comes.
        """
        with self._guard:
            self._stopped = True
            reading = self._stream is not None
            if self._stream is not None:
                self._stream.abort()
        if reading:
            self.finished.wait()

    def result(self) -> HashedRead:
        if self._failure is not None:
            raise self._failure
        assert self._info is not None
        return HashedRead(self.size, {name: each.digest() for name, each in self._hashes.items()}, self._info)

    def _hash_here(self, stream: ByteStream) -> None:
        buffer = memoryview(bytearray(max(stream.info.stored.size, 1)))
        while count := self._fill(stream, buffer):
            for each in self._hashes.values():
                each.update(buffer[:count])

    def _hash_elsewhere(self, stream: ByteStream) -> None:
        buffers = [memoryview(bytearray(BUFFER_BYTES)) for _ in range(BUFFERS)]
        queues: list[SimpleQueue[tuple[int, memoryview] | None]] = [SimpleQueue() for _ in self._hashes]
        hashers = [
            threading.Thread(target=self._hash, args=(each, queue), name=f"hash-{name}", daemon=True)
            for (name, each), queue in zip(self._hashes.items(), queues, strict=True)
        ]
        for thread in hashers:
            thread.start()
        out = [0] * BUFFERS
        try:
            index = 0
            while count := self._fill(stream, buffers[index]):
                for queue in queues:
                    queue.put((index, buffers[index][:count]))
                out[index] = len(queues)
                while 0 not in out:
                    out[self._returned.get()] -= 1
                index = out.index(0)
        finally:
            for queue in queues:
                queue.put(None)
            for thread in hashers:
                thread.join()

    def _hash(self, mine: Hash, queue: SimpleQueue[tuple[int, memoryview] | None]) -> None:
        # hashlib releases the interpreter lock in update, so this overlaps with the next read.
        while (block := queue.get()) is not None:
            index, data = block
            mine.update(data)
            self._returned.put(index)

    def _fill(self, stream: ByteStream, buffer: memoryview) -> int:
        """Read until the buffer is full, the stream ends, or the work is stopped."""
        filled = 0
        while not self._stopped and filled < buffer.nbytes and (count := stream.readinto(buffer[filled:])):
            filled += count
            self.size += count
        return filled


class BudgetExhausted(Exception):
    """Whoever reads wanted more bytes or requests than it was given. Not the store's failure: asking again is wrong."""


class VersionReader(Seekable):
    """A seekable file over one version, for parsers that jump about. For one thread; nothing is held open.

    Reads whole blocks of 256 KiB by range, missing neighbours in one request, and keeps the 64 used last (16 MiB).
    `byte_budget` and `request_budget` bound what is asked of the store over the reader's life: the request that would
    exceed one is not made and raises `BudgetExhausted`. Raises what `ObjectStore.open` raises, too.
    """

    def __init__(self, store: ObjectStore, stored: StoredVersion, *, byte_budget: int, request_budget: int) -> None:
        super().__init__(stored.size)
        self._store = store
        self._stored = stored
        self._blocks: OrderedDict[int, bytearray] = OrderedDict()
        self.bytes_left = byte_budget
        self.requests_left = request_budget

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill `buffer` as far as the version reaches; at most half the cache in one call."""
        self._checkClosed()
        view = memoryview(buffer).cast("B")
        end = min(self._at + min(view.nbytes, BLOCK_BYTES * CACHED_BLOCKS // 2), self._stored.size)
        if end <= self._at:
            return 0
        first, last = self._at // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        self._bring(first, last)
        begun = self._at
        for number in range(first, last + 1):
            offset = number * BLOCK_BYTES
            piece = memoryview(self._blocks[number])[self._at - offset : end - offset]
            view[self._at - begun : self._at - begun + piece.nbytes] = piece
            self._at += piece.nbytes
        return end - begun

    def _bring(self, first: int, last: int) -> None:
        """Have blocks `first` to `last` in the cache, each run of missing ones by one request."""
        number = first
        while number <= last:
            if number in self._blocks:
                self._blocks.move_to_end(number)
                number += 1
                continue
            beyond = number + 1
            while beyond <= last and beyond not in self._blocks:
                beyond += 1
            self._fetch(number, beyond)
            number = beyond
        while len(self._blocks) > CACHED_BLOCKS:
            self._blocks.popitem(last=False)

    def _fetch(self, first: int, beyond: int) -> None:
        start, end = first * BLOCK_BYTES, min(beyond * BLOCK_BYTES, self._stored.size)
        if not self.requests_left or end - start > self.bytes_left:
            raise BudgetExhausted(
                f"{self._stored.key}: {self.requests_left} requests, {self.bytes_left} bytes are left"
            )
        self.requests_left -= 1
        self.bytes_left -= end - start
        with self._store.open(self._stored.key, self._stored.version_id, start=start, end=end) as stream:
            if stream.info.stored.size != self._stored.size:
                raise BytesDamaged(f"{self._stored.key} has {stream.info.stored.size} bytes, not {self._stored.size}")
            for number in range(first, beyond):
                block = bytearray(min(BLOCK_BYTES, end - number * BLOCK_BYTES))
                filled = 0
                while filled < len(block) and (count := stream.readinto(memoryview(block)[filled:])):
                    filled += count
                self._blocks[number] = block
