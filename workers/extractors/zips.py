"""ZIP by its central directory, read in pieces: who asks for ten entries of three hundred thousand pays for ten. Nothing goes to disk."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from dems.model.findings import Moment
from workers.extractors import stated_times
from workers.extractors.charsets import decoded
from workers.extractors.report import Unreadable
from workers.extractors.source import Source

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_ENTRY_SIZE, _LOCAL_SIZE, _END_SIZE = 46, 30, 22
_LONGEST_END = _END_SIZE + 0xFFFF
_PIECE = 256 * 1024
_UTF8, _ENCRYPTED = 0x800, 0x1
_STORED, _DEFLATED = 0, 8
_32, _16 = 0xFFFF_FFFF, 0xFFFF
_UNIX, _LINK = 3, 0o120000
_KIND_OF_FILE = 0o170000


@dataclass(frozen=True, slots=True)
class Member:
    """One entry as the central directory claims it."""

    name: str
    flags: int
    method: int
    packed: int
    size: int
    at: int
    modified: Moment | None
    link: bool

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED)


class Zip:
    """The end record is read and checked; entries come when asked for. Raises `Unreadable` for what is no ZIP."""

    def __init__(self, source: Source) -> None:
        self._source = source
        start = max(0, source.size - _LONGEST_END)
        tail = source.at(start, _LONGEST_END)
        end = tail.rfind(_END)
        if end < 0 or len(tail) - end < _END_SIZE:
            raise Unreadable("The archive has no end record: it is cut off, or no ZIP file.")
        _, disk, _, _, count, size, at, comment = struct.unpack("<4s4H2LH", tail[end : end + _END_SIZE])
        self.comment = decoded(tail[end + _END_SIZE :][:comment], "utf-8", "cp437")
        finish = start + end
        locator = source.at(finish - 20, 20) if finish >= 20 else b""  # noqa: PLR2004 - the locator's length
        if locator.startswith(_LOCATOR64) and len(locator) == 20:  # noqa: PLR2004
            (where,) = struct.unpack("<8xQ4x", locator)
            record = source.at(where, 56)
            if len(record) == 56 and record.startswith(_END64):  # noqa: PLR2004
                count, size, at = struct.unpack("<32xQQQ", record)
                finish = where
        if disk not in {0, _16}:
            raise Unreadable("The archive is one part of several: its list of entries is in the last part.")
        self.claimed = count
        """Entries, as the end record says."""
        self.size = size
        # Bytes before the archive (a self-extracting program) shift every offset in it.
        self.shift = max(0, finish - size - at)
        self._at = at + self.shift
        if size > source.size or self._at + size > source.size:
            raise Unreadable("The archive's list of entries is said to lie beyond its end: it is cut off or damaged.")

    def members(self) -> Iterator[Member]:
        """In the order of the directory. Ends at its end; raises `Unreadable` where it is damaged."""
        held, at, left = b"", self._at, self.size
        while left > 0 or held:
            if len(held) < _ENTRY_SIZE + 3 * _16 and left > 0:
                piece = self._source.at(at, min(_PIECE, left))
                if not piece:
                    raise Unreadable("The archive's list of entries ends early: the file is cut off.")
                held, at, left = held + piece, at + len(piece), left - len(piece)
            if len(held) < _ENTRY_SIZE or not held.startswith(_ENTRY):
                if held.startswith(b"PK\x05\x05"):  # a signature over the directory
                    return
                raise Unreadable("The archive's list of entries is damaged.")
            member, length = self._member(held)
            held = held[length:]
            yield member

    def _member(self, held: bytes) -> tuple[Member, int]:
        fields = struct.unpack("<4s6H3L5H2L", held[:_ENTRY_SIZE])
        made, flags, method, time, day = fields[1] >> 8, fields[3], fields[4], fields[5], fields[6]
        packed, size, names, extras, comment = fields[8:13]
        attributes, at = fields[15], fields[16]
        length = _ENTRY_SIZE + names + extras + comment
        if length > len(held):
            raise Unreadable("The archive's list of entries is damaged.")
        name = decoded(held[_ENTRY_SIZE : _ENTRY_SIZE + names], "utf-8" if flags & _UTF8 else "cp437", "cp437")
        modified = stated_times.dos(day, time)
        for kind, extra in _extras(held[_ENTRY_SIZE + names : _ENTRY_SIZE + names + extras]):
            if kind == 1:  # ZIP64: the fields that did not fit, in this order
                packed, size, at = _large(extra, packed, size, at)
            elif kind == 0x5455 and len(extra) >= 5 and extra[0] & 1:  # noqa: PLR2004 - extended timestamp
                modified = stated_times.unix(struct.unpack_from("<l", extra, 1)[0]) or modified
            elif kind == 0x000A and len(extra) >= 32:  # noqa: PLR2004 - NTFS
                modified = stated_times.filetime(struct.unpack_from("<Q", extra, 8)[0]) or modified
        link = made == _UNIX and attributes >> 16 & _KIND_OF_FILE == _LINK
        return Member(name, flags, method, packed, size, at + self.shift, modified, link), length

    def read(self, member: Member, most: int) -> bytes:
        """The bytes of an entry. Raises `Unreadable` if they are more than `most`, encrypted or damaged."""
        data = b"".join(self.pieces(member, most))
        if len(data) > most:
            raise Unreadable(f"The part {member.name} is larger than {most:,} bytes and was not read.")
        return data

    def pieces(self, member: Member, most: int) -> Iterator[bytes]:
        """The bytes of an entry as they are inflated, until more than `most` were given."""
        if member.encrypted:
            raise Unreadable(f"The part {member.name} is encrypted.")
        if member.method not in {_STORED, _DEFLATED}:
            raise Unreadable(f"The part {member.name} is packed by method {member.method}, which is not read here.")
        given = 0
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        for packed in self._packed(member):
            rest = packed
            while rest and given <= most:
                if member.method == _STORED:
                    piece, rest = rest, b""
                else:
                    piece, rest = _inflated(inflate, rest, member.name)
                given += len(piece)
                yield piece
            if given > most or inflate.eof:
                return

    def _packed(self, member: Member) -> Iterator[bytes]:
        head = self._source.at(member.at, _LOCAL_SIZE)
        if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
            raise Unreadable(f"The part {member.name} is not where the archive says: the file is damaged.")
        names, extras = struct.unpack("<26x2H", head)
        at, left = member.at + _LOCAL_SIZE + names + extras, member.packed
        while left > 0:
            packed = self._source.at(at, min(64 * 1024, left))
            if not packed:
                raise Unreadable(f"The part {member.name} ends early: the file is cut off.")
            at, left = at + len(packed), left - len(packed)
            yield packed


def _inflated(inflate: "zlib._Decompress", packed: bytes, name: str) -> tuple[bytes, bytes]:
    try:
        return inflate.decompress(packed, 64 * 1024), inflate.unconsumed_tail
    except zlib.error as error:
        raise Unreadable(f"The part {name} is damaged: {error}.") from error


def _extras(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length


def _large(extra: bytes, packed: int, size: int, at: int) -> tuple[int, int, int]:
    words = iter([word for (word,) in struct.iter_unpack("<Q", extra[: len(extra) // 8 * 8])])
    size = next(words, size) if size == _32 else size
    packed = next(words, packed) if packed == _32 else packed
    at = next(words, at) if at == _32 else at
    return packed, size, at
