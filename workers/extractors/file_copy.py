"""What a reader was given of a file, kept in memory at its offsets: for programs that want a file to seek in.

A copy of a large file has holes, which read as zeros; `whole` says whether it has.
"""

import fcntl
import os
from types import TracebackType
from typing import Self

from workers.extractors.source import Bytes

BLOCK = 64 * 1024
MOST = 48 * 1024 * 1024
"""Bytes that are kept; what is given beyond is passed on only."""
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


class Copy:
    """`Bytes` that keep what they give. Has no name in any file system, and is gone when closed."""

    def __init__(self, bytes_: Bytes, size: int) -> None:
        self._bytes = bytes_
        self.size = size
        self._have: set[int] = set()
        self._file = os.memfd_create("evidence", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.truncate(self._file, size)
        self.fetched = 0
        """Bytes asked for by `fetch`."""
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._file)

    @property
    def whole(self) -> bool:
        return len(self._have) * BLOCK >= self.size

    def at(self, offset: int, length: int) -> bytes:
        """As the bytes that it copies; raises what they raise."""
        data = self._bytes.at(offset, length)
        if len(self._have) * BLOCK + len(data) <= MOST:
            os.pwrite(self._file, data, offset)
            end = offset + len(data)
            # The last block of the file is shorter; any other counts when all of it is there.
            beyond = (end + BLOCK - 1) // BLOCK if end == self.size else end // BLOCK
            self._have.update(range((offset + BLOCK - 1) // BLOCK, beyond))
        return data

    def fetch(self, begin: int, end: int) -> None:
        """Have these bytes too, from the block of the first to the block of the last. Raises what the copied bytes raise."""
        for number in range(begin // BLOCK, (min(end, self.size) + BLOCK - 1) // BLOCK):
            if number not in self._have:
                length = min(BLOCK, self.size - number * BLOCK)
                self.at(number * BLOCK, length)
                self.fetched += length
                self.requests += 1

    def sealed(self) -> int:
        """The descriptor of the copy, which nobody can change from now on."""
        fcntl.fcntl(self._file, fcntl.F_ADD_SEALS, _SEALS)
        return self._file
