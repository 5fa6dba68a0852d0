"""A part of the file read through a small cache: parsers that hop about cost few requests, and cannot leave the part."""

import io
from collections import OrderedDict

from workers.extractors.source import Source

BLOCK = 64 * 1024
"""Bytes fetched at once."""
KEPT = 32
"""Blocks held at a time: at most 2 MiB."""


class Window:
    """The `size` bytes of the file from `start`, offsets counted from there. `Refused` passes through."""

    def __init__(self, source: Source, start: int = 0, size: int | None = None, block: int = BLOCK) -> None:
        self._source = source
        self._start = start
        self._block = block
        left = max(0, source.size - start)
        self.size = left if size is None else max(0, min(size, left))
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self.fetched = 0
        """Bytes asked of the source until now."""

    def at(self, offset: int, length: int) -> bytes:
        """Bytes at an offset; fewer where the part ends, none outside it."""
        if offset < 0:
            return b""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        first, last = offset // self._block, (offset + length - 1) // self._block
        if last - first > 1:
            self.fetched += length
            return self._source.at(self._start + offset, length)
        data = b"".join(self._fetched(number) for number in range(first, last + 1))
        begin = offset - first * self._block
        return data[begin : begin + length]

    def part(self, start: int, size: int) -> "Window":
        """A part of this part, with a cache of its own."""
        size = max(0, min(size, self.size - start))
        return Window(self._source, self._start + start, size, self._block)

    def _fetched(self, number: int) -> bytes:
        held = self._held.get(number)
        if held is None:
            begin = number * self._block
            held = self._source.at(self._start + begin, min(self._block, self.size - begin))
            self.fetched += len(held)
            self._held[number] = held
            if len(self._held) > KEPT:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(number)
        return held


class WindowFile:
    """A window as parsers in C want it: a file without a name, since they judge and open by names.

    `most`: bytes that may be read in all; more is an `OSError`.
    """

    def __init__(self, window: Window, most: int | None = None) -> None:
        self._window = window
        self._most = most
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        size = max(0, self._window.size - self._at) if size < 0 else size
        if self._most is not None:
            self._most -= max(0, min(size, self._window.size - self._at))
            if self._most < 0:
                raise OSError("more bytes than this reading is worth")
        data = self._window.at(self._at, size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._window.size}[whence] + offset
        if at < 0:
            raise ValueError(f"before the first byte: {at}")
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
