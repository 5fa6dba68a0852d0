"""Request bodies that can be sent again from their first byte, without a copy of the whole."""

import io
from typing import BinaryIO

# http.client asks for 16 KiB at a time; giving more than it asked for saves most of the calls.
_PIECE = 256 * 1024
# Below this a copy costs less than the round trip of `Expect: 100-continue`, which botocore sends for files.
_COPY_UP_TO = 64 * 1024


class _Body:
    """What botocore needs of a file: read, tell, seek. Always begins at 0, whatever the source's position."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def __len__(self) -> int:
        return self._size

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(base + offset, 0), self._size)
        return self._at


class ViewBody(_Body):
    """A memoryview as a file; `read` hands out slices, not copies."""

    def __init__(self, view: memoryview) -> None:
        super().__init__(view.nbytes)
        self._view = view

    def read(self, wanted: int = -1) -> memoryview:
        end = self._size if wanted < 0 else min(self._at + max(wanted, _PIECE), self._size)
        piece = self._view[self._at : end]
        self._at = end
        return piece


class FileBody(_Body):
    """`size` bytes of a seekable file from where it stood."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__(size)
        self._file = file
        self._origin = file.tell()
        if (there := file.seek(0, io.SEEK_END) - self._origin) < size:
            raise ValueError(f"the file holds {there} bytes, {size} were announced")
        self._file.seek(self._origin)

    def read(self, wanted: int = -1) -> bytes:
        left = self._size - self._at
        self._file.seek(self._origin + self._at)
        piece = self._file.read(left if wanted < 0 else min(max(wanted, _PIECE), left))
        if left and not piece:
            raise OSError(f"the file ended {left} bytes before its announced size")
        self._at += len(piece)
        return piece


def body_of(data: bytes | bytearray | memoryview | BinaryIO, size: int) -> bytes | bytearray | ViewBody | FileBody:
    """Wrap `data` for botocore; a file is taken from where it stands.

    Raises `ValueError` if there are not `size` bytes, or if it cannot be rewound for a retry.
    """
    if isinstance(data, bytes | bytearray | memoryview):
        view = memoryview(data).cast("B")
        if view.nbytes != size:
            raise ValueError(f"{view.nbytes} bytes were given, {size} announced")
        if size <= _COPY_UP_TO:
            return bytes(view)
        return ViewBody(view)
    if not data.seekable():
        raise ValueError("the body cannot be rewound, so a lost connection could not be tried again")
    if size > _COPY_UP_TO:
        return FileBody(data, size)
    small = data.read(size)
    if len(small) != size:
        raise ValueError(f"the file holds {len(small)} bytes, {size} were announced")
    return small
