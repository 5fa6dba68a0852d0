"""A zip written from its first byte to its last, without going back and without holding more than a piece of it.

Members are stored as they are: recordings do not get smaller, `Range` finds them at fixed places, and a reader that
takes stored members only cannot be given a bomb. Sizes beyond 4 GiB and more than 65,535 members are written as ZIP64
(PKWARE APPNOTE 6.3, 4.3 to 4.5). The central directory, which grows with the number of members, waits in a file.

The same members in the same order with the same time make the same bytes.
"""

import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from dems.package.paths import Paths

Write = Callable[[bytes], object]
"""Takes the next bytes; each call is at most a few MiB."""

_VERSION = 45
_UNIX = 3 << 8
_UTF8 = 0x0800
_SIZES_FOLLOW = 0x0008
_FULL = 0xFFFFFFFF
_MANY = 0xFFFF
_FILE_MODE = 0o100644 << 16
_HELD_BYTES = 1024 * 1024
_EARLIEST, _LATEST = 1980, 2107


class WrongSize(ValueError):
    """A member came with more or fewer bytes than were said."""


class StoredZip:
    """Writes members one after another. `at` is the time that they all bear, in UTC; a zip has even seconds."""

    def __init__(self, write: Write, at: datetime) -> None:
        self._write = write
        self._time, self._date = _dos(at.astimezone(UTC))
        self._directory = tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES)  # noqa: SIM115 closed by __exit__
        self._directory_bytes = self._members = self.written = 0
        self._paths = Paths()
        self._open: _Member | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._directory.close()

    def begin(self, path: str, size: int) -> None:
        """Begin a member of `size` bytes, which come by `data`."""
        if self._open is not None:
            raise ValueError("another member is not finished")
        self._open = _Member(self._paths.add(path).encode(), size, self.written)
        self._put(self._local(self._open))

    def data(self, piece: bytes) -> None:
        """The next bytes of the member that was begun."""
        member = self._current()
        member.come += len(piece)
        member.crc = zlib.crc32(piece, member.crc)
        self._put(piece)

    def end(self) -> None:
        """Finish the member. `WrongSize` if it has not as many bytes as was said."""
        member = self._current()
        if member.come != member.size:
            raise WrongSize(f"{member.path.decode()!r} has {member.come} bytes, not the {member.size} that were said")
        form = "<IIQQ" if member.is_large else "<IIII"
        self._put(struct.pack(form, 0x08074B50, member.crc, member.size, member.size))
        row = self._central(member)
        self._directory.write(row)
        self._directory_bytes += len(row)
        self._members += 1
        self._open = None

    def close(self) -> None:
        """Write the directory: after this the zip is whole."""
        start = self.written
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, _Sink(self._put))
        end = self.written
        if self._members >= _MANY or start >= _FULL or self._directory_bytes >= _FULL:
            numbers = (self._members, self._members, self._directory_bytes, start)
            self._put(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, _UNIX | _VERSION, _VERSION, 0, 0, *numbers))
            self._put(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
        members = min(self._members, _MANY)
        sizes = min(self._directory_bytes, _FULL), min(start, _FULL)
        self._put(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, members, members, *sizes, 0))

    def _current(self) -> "_Member":
        if self._open is None:
            raise ValueError("no member was begun")
        return self._open

    def _put(self, data: bytes) -> None:
        self._write(data)
        self.written += len(data)

    def _local(self, member: "_Member") -> bytes:
        """The header before the bytes; checksum and sizes follow them."""
        size, extra = (_FULL, struct.pack("<HHQQ", 1, 16, 0, 0)) if member.is_large else (0, b"")
        fixed = (
            _VERSION,
            _UTF8 | _SIZES_FOLLOW,
            0,
            self._time,
            self._date,
            0,
            size,
            size,
            len(member.path),
            len(extra),
        )
        return struct.pack("<IHHHHHIIIHH", 0x04034B50, *fixed) + member.path + extra

    def _central(self, member: "_Member") -> bytes:
        large = [member.size, member.size] if member.is_large else []
        if member.at >= _FULL:
            large.append(member.at)
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size = _FULL if member.is_large else member.size
        head = (_UNIX | _VERSION, _VERSION, _UTF8 | _SIZES_FOLLOW, 0, self._time, self._date, member.crc, size, size)
        tail = (len(member.path), len(extra), 0, 0, 0, _FILE_MODE, min(member.at, _FULL))
        return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, *head, *tail) + member.path + extra


class _Member:
    def __init__(self, path: bytes, size: int, at: int) -> None:
        self.path, self.size, self.at = path, size, at
        self.come = self.crc = 0

    @property
    def is_large(self) -> bool:
        return self.size >= _FULL


class _Sink:
    def __init__(self, put: Write) -> None:
        self.write = put


def _dos(at: datetime) -> tuple[int, int]:
    if not _EARLIEST <= at.year <= _LATEST:
        raise ValueError(f"a zip has times from {_EARLIEST} to {_LATEST}")
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - _EARLIEST) << 9 | at.month << 5 | at.day
