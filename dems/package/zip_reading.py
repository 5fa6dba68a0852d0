"""A zip read as something that somebody made to do harm.

The `zipfile` of the standard library follows whatever a directory says: it unpacks what is packed, reads two members
from the same bytes, and holds a directory of any size. Here members are stored only, each has bytes of its own between
its header and the next one, and no byte belongs to none: what is checked is what every other program will unpack.
"""

import os
import stat
import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from dems.ledger.fields import shown
from dems.package.listing import MAX_FILES, MAX_PROOFS, Listing
from dems.package.paths import checked_path
from dems.package.refusal import Refused
from dems.package.source import PIECE_BYTES, require_state, state_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_END, _END_64, _LOCATOR = struct.Struct("<IHHHHIIH"), struct.Struct("<IQHHIIQQQQ"), struct.Struct("<IIQI")
_CENTRAL, _LOCAL = struct.Struct("<IHHHHHHIIIHHHHHII"), struct.Struct("<IHHHHHIIIHH")
_LOCAL_SIGNATURE, _CENTRAL_SIGNATURE, _END_SIGNATURE = 0x04034B50, 0x02014B50, 0x06054B50
_END_64_SIGNATURE, _LOCATOR_SIGNATURE = 0x06064B50, 0x07064B50
_FULL, _MANY = 0xFFFFFFFF, 0xFFFF
_ENCRYPTED, _UTF8 = 0x2041, 0x0800
_SIZES_FOLLOW = 0x0008
_OTHER_NAME = 0x7075
"""The extra field that gives a member a second name, by which some programs unpack it (APPNOTE 4.6.9)."""
_MOST_AFTER = 24
"""Bytes of the longest descriptor that may follow a member's."""
_MOST_EXTRA = 64
"""Bytes of the extra fields that programs give to a folder, and of its descriptor."""
_CUT_OFF = "it does not end where a zip ends: it was cut off on its way, or something was added to it. Get it again"
_NOT_OURS = "this zip is damaged or of a kind that is not read here; unpack it and give the folder"


class Zip:
    """See `dems.package.source.Source`."""

    def __init__(self, path: Path) -> None:
        """Reads the directory. Raises `Refused`."""
        self._path = path
        try:
            with path.open("rb") as file:
                self._state = state_of(file.fileno())
                self._directory = _Directory(file, self._state[0])
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror}") from error
        self._listing = self._directory.listing
        self.sizes: Mapping[str, int] = self._listing
        self._listing.require_untwinned()

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """See `Source`."""
        try:
            size, at = self._listing.place(path)
        except KeyError:
            raise Refused(f"there is no {shown(path)}") from None
        beyond = self._directory.beyond(at)
        with self._path.open("rb", buffering=0) as file, self._unchanged(file):
            file.seek(at)
            header = file.read(_LOCAL.size)
            if len(header) < _LOCAL.size:
                raise Refused(_NOT_OURS)
            signature, _, flags, method, *_, packed, unpacked, name_bytes, extra_bytes = _LOCAL.unpack(header)
            start = at + _LOCAL.size + name_bytes + extra_bytes
            if signature != _LOCAL_SIGNATURE or method or flags & _ENCRYPTED or file.read(name_bytes) != path.encode():
                raise Refused(f"{shown(path)} is another file where it begins than in the directory of the zip")
            extra = file.read(extra_bytes)
            _require_one_name(extra, path)
            # Programs that read a zip from its beginning go by these sizes, where they do not follow the bytes.
            if not (flags & _SIZES_FOLLOW and {packed, unpacked} <= {0, _FULL}):
                packed, unpacked = _large(extra, packed, unpacked)
                if (packed, unpacked) != (size, size):
                    raise Refused(f"{shown(path)} has another size where it begins than in the directory of the zip")
            if not start + size <= beyond <= start + size + _MOST_AFTER:
                raise Refused(f"{shown(path)} shares its bytes with another file, or others lie hidden behind it")
            file.seek(start)
            # A buffered reader closes what it reads from; this one reads from a window of the file.
            yield cast("BinaryIO", BufferedReader(_Window(file, size), PIECE_BYTES // 16))

    @contextmanager
    def _unchanged(self, file: RawIOBase) -> Iterator[None]:
        """Whatever is found in a file that changes meanwhile, or is still on its way, is not said of it."""
        try:
            yield
        finally:
            require_state(file.fileno(), self._state, self._path.name)


class _Window(RawIOBase):
    """The next `size` bytes of a file."""

    def __init__(self, file: RawIOBase, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")[: self._left]
        count = self._file.readinto(view) or 0
        self._left -= count
        return count


class _Directory:
    """`listing` says of each member where its header begins, and its size."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        count, directory_bytes, start, end = self._extent(size)
        if count > MAX_FILES + MAX_PROOFS:
            raise Refused(f"it holds more than {MAX_FILES} files beside {MAX_PROOFS} proofs")
        if start + directory_bytes != end:
            raise Refused(_NOT_OURS)
        file.seek(start)
        self.listing = Listing()
        self._starts, folders = array("Q"), []
        for name, at, length in self._members(count, directory_bytes):
            self.listing.add(name, length, at)
            self._starts.append(at)
            if name.endswith("/"):
                folders.append((name, at))
        self._starts.append(start)
        if any(one >= other for one, other in pairwise(self._starts)):
            self._sort()
        if count and self._starts[0] != 0:
            raise Refused("something lies before the first file of the zip")
        for folder, at in folders:
            self.listing.remove(folder)
            if self.beyond(at) - at > _LOCAL.size + len(folder.encode()) + _MOST_EXTRA:
                raise Refused(f"something lies hidden behind the folder {shown(folder)}")

    def _sort(self) -> None:
        """Whoever packed it listed the files in another order than that in which they lie."""
        self._starts = array("Q", sorted(self._starts))
        if any(one == other for one, other in pairwise(self._starts)):
            raise Refused("a file in it shares its bytes with another one")

    def beyond(self, at: int) -> int:
        """Where the next member begins, or the directory, behind the member that begins at `at`."""
        place = bisect_right(self._starts, at)
        if place == len(self._starts):
            raise Refused(_NOT_OURS)
        return self._starts[place]

    def _extent(self, size: int) -> tuple[int, int, int, int]:
        """How many members there are, the size of the directory, where it begins, and where what follows it begins."""
        end = size - _END.size
        if end < 0:
            raise Refused(_CUT_OFF)
        signature, disk, first, here, count, directory_bytes, start, comment = _END.unpack(self._at(end, _END.size))
        if signature != _END_SIGNATURE or comment:
            raise Refused(_CUT_OFF)
        if disk or first or here != count:
            raise Refused(_NOT_OURS)
        said = count, directory_bytes, start
        large = self._extent_64(end)
        if large is None:
            # Where the fields have no room for it, there must be a record that says it.
            if count == _MANY or _FULL in said:
                raise Refused(_NOT_OURS)
            return *said, end
        # Some programs go by these fields wherever they can, some by the record wherever there is one.
        for value, full, known in zip(said, (_MANY, _FULL, _FULL), large, strict=False):
            if value not in {full, known}:
                raise Refused("its end says twice where the list of its files is, and not the same")
        return large

    def _extent_64(self, end: int) -> tuple[int, int, int, int] | None:
        """The same as ZIP64 says it before what lies at `end`; None where it does not."""
        place = end - _LOCATOR.size
        if place < 0:
            return None
        signature, disk, end_64, disks = _LOCATOR.unpack(self._at(place, _LOCATOR.size))
        if signature != _LOCATOR_SIGNATURE:
            return None
        if disk or disks != 1 or end_64 + _END_64.size != place:
            raise Refused(_NOT_OURS)
        signature, *_, disk, first, here, count, directory_bytes, start = _END_64.unpack(self._at(end_64, _END_64.size))
        if signature != _END_64_SIGNATURE or disk or first or here != count:
            raise Refused(_NOT_OURS)
        return count, directory_bytes, start, end_64

    def _at(self, place: int, size: int) -> bytes:
        if place < 0:
            raise Refused(_NOT_OURS)
        self._file.seek(place, os.SEEK_SET)
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise Refused(_NOT_OURS)
        return data

    def _members(self, count: int, most: int) -> Iterator[tuple[str, int, int]]:
        for _ in range(count):
            if most < _CENTRAL.size:
                raise Refused(_NOT_OURS)
            fields = _CENTRAL.unpack(self._read(_CENTRAL.size))
            signature, _, _, flags, method, _, _, _, packed, size, name_bytes, extra_bytes, comment = fields[:13]
            attributes, at = fields[15:]
            most -= _CENTRAL.size + name_bytes + extra_bytes + comment
            if signature != _CENTRAL_SIGNATURE or most < 0:
                raise Refused(_NOT_OURS)
            name = _name(self._read(name_bytes), flags)
            extra = self._read(extra_bytes)
            if comment:  # other files could lie there, for programs that are led to them
                raise Refused(f"{shown(name)} has a comment in the zip, which nothing checks")
            _require_one_name(extra, name)
            if method or flags & _ENCRYPTED:
                raise Refused(
                    f"{shown(name)} is packed or encrypted in the zip; unpack it yourself and give the folder"
                )
            if stat.S_IFMT(attributes >> 16) not in {0, stat.S_IFDIR if name.endswith("/") else stat.S_IFREG}:
                raise Refused(f"{shown(name)} is a link or a device, or a folder that is called a file")
            size, packed, at = _large(extra, size, packed, at)
            if size != packed or (name.endswith("/") and size):
                raise Refused(_NOT_OURS)
            yield name, at, size
        if most:
            raise Refused(_NOT_OURS)


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError as error:
        raise Refused("it holds a file whose name is not text in UTF-8") from error
    checked_path(name.removesuffix("/"))
    return name


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a member: what each is, and what it holds. Raises `Refused` where they do not fill their room."""
    at = 0
    while at < len(extra):
        if at + 4 > len(extra):
            raise Refused(_NOT_OURS)
        kind, size = struct.unpack_from("<HH", extra, at)
        if at + 4 + size > len(extra):
            raise Refused(_NOT_OURS)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _require_one_name(extra: bytes, name: str) -> None:
    """Raise `Refused` for a member that some programs unpack under another name than the one that was checked."""
    if any(kind == _OTHER_NAME for kind, _ in _fields(extra)):
        raise Refused(f"{shown(name)} has a second name in the zip, by which some programs unpack it")


def _large(extra: bytes, *values: int) -> list[int]:
    """Sizes and place of a member, from the ZIP64 field where the 32 bits have no room for them."""
    if _FULL not in values:
        return list(values)
    wanted = sum(value == _FULL for value in values)
    for kind, field in _fields(extra):
        if kind == 1 and len(field) >= 8 * wanted:
            given = iter(struct.unpack_from(f"<{wanted}Q", field))
            return [next(given) if value == _FULL else value for value in values]
    raise Refused(_NOT_OURS)
