"""The file under examination as an extractor sees it: bytes at an offset, a size, and the extension of its name. Nothing else."""

from typing import TYPE_CHECKING, Protocol

from storage.seekable import Seekable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Bytes(Protocol):
    """Where the bytes come from: in the child a socket to the worker, in tests memory."""

    def at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes at `offset`, all of them unless the file ends. Raises `Refused` beyond the budget."""
        ...


class Refused(OSError):
    """No more bytes are given: the budget is used up, or the store failed. The message is a sentence for people."""


class Source(Seekable):
    """A seekable file for parsers. `refused` is kept, since parsers written in C swallow what a read raises."""

    def __init__(self, bytes_: Bytes, size: int, extension: str = "") -> None:
        super().__init__(size)
        self._bytes = bytes_
        self.extension = extension
        """Lower case, without the dot; of the name, which is only a claim."""
        self.refused: str | None = None

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.at(self._at, view.nbytes)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def at(self, offset: int, length: int) -> bytes:
        """Bytes without moving; fewer where the file ends."""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        try:
            return self._bytes.at(offset, length)
        except Refused as refused:
            self.refused = self.refused or str(refused)
            raise


class Held:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def at(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]
