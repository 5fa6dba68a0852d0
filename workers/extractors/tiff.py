"""The directories of a TIFF structure, which EXIF and most RAW photos are too: fields by tag, read only when asked for.

Nothing is trusted: counts, types and offsets are bounded, a directory is never read twice, and what points outside the
structure has no value.
"""

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

MAX_FIELDS = 1_000
"""Fields read of one directory."""
MAX_VALUE = 64 * 1024
"""Bytes read of one value."""
MAX_DIRECTORIES = 64

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_FORMS = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONALS = {5: "I", 10: "i"}
_BIG = 43
_MAGICS = {42, _BIG, 85, 0x4F52, 0x5352}
"""TIFF, BigTIFF, Panasonic RW2, Olympus ORF (twice)."""


class Readable(Protocol):
    """Bytes at an offset, fewer at the end, none outside."""

    def at(self, offset: int, length: int) -> bytes: ...


class NoTiff(ValueError):
    """The bytes are no TIFF structure."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a directory as it is stated there. `at` is where its value begins."""

    tag: int
    type: int
    count: int
    at: int

    @property
    def length(self) -> int:
        return _SIZES.get(self.type, 0) * self.count


class Tiff:
    """A TIFF structure. Raises `NoTiff` where its header is none."""

    def __init__(self, data: Readable) -> None:
        self.data = data
        head = data.at(0, 16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None or len(head) < 8:  # noqa: PLR2004 - the shortest header
            raise NoTiff("no byte order")
        self.order = order
        magic = self._unpack("H", head[2:4])
        if magic not in _MAGICS:
            raise NoTiff(f"no TIFF: {magic}")
        self.big = magic == _BIG
        if self.big and len(head) < 16:  # noqa: PLR2004 - the header of a BigTIFF
            raise NoTiff("a BigTIFF that ends in its header")
        self.first = self._unpack("Q", head[8:16]) if self.big else self._unpack("I", head[4:8])
        self._seen: set[int] = set()
        self.cut: list[str] = []
        """What was left unread, in words."""

    def directory(self, offset: int) -> tuple[dict[int, Field], int]:
        """The fields at an offset, the first of each tag, and where the next directory is (0: nowhere).

        Empty where there is none, or where it was read before.
        """
        if offset in self._seen or not offset or len(self._seen) >= MAX_DIRECTORIES:
            return {}, 0
        self._seen.add(offset)
        counter, width, number = ("Q", 20, "Q") if self.big else ("H", 12, "I")
        lead = struct.calcsize(counter)
        count = self._number(counter, offset)
        if count is None:
            return {}, 0
        if count > MAX_FIELDS:
            self.cut.append(f"A directory claims {count:,} fields: only the first {MAX_FIELDS:,} were read.")
        taken = min(count, MAX_FIELDS)
        rows = self.data.at(offset + lead, taken * width)
        fields: dict[int, Field] = {}
        for begin in range(0, len(rows) - width + 1, width):
            tag, kind = struct.unpack(self.order + "HH", rows[begin : begin + 4])
            inline = width - 4 - struct.calcsize(number)
            many = self._unpack(number, rows[begin + 4 : begin + 4 + inline])
            where = offset + lead + begin + 4 + inline
            if _SIZES.get(kind, 0) * many > inline:
                where = self._unpack(number, rows[begin + 4 + inline : begin + width])
            fields.setdefault(tag, Field(tag, kind, many, where))
        following = self._number(number, offset + lead + count * width) if count == taken else None
        return fields, following or 0

    def raw(self, field: Field | None, limit: int = MAX_VALUE) -> bytes:
        """The bytes of a value, at most `limit`; none where the field is not there."""
        if field is None:
            return b""
        return self.data.at(field.at, min(field.length, limit))

    def text(self, field: Field | None) -> str | None:
        """The text of an ASCII field up to its first NUL; UTF-8 where it is that, else Latin-1. None: empty, or no text."""
        if field is None or field.type not in {1, 2, 7}:
            return None
        data = self.raw(field).split(b"\x00", 1)[0]
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        return text.strip() or None

    def numbers(self, field: Field | None, limit: int = 64) -> list[int | float | Fraction]:
        """The numbers of a field, at most `limit`. What is no number is left out, as a rational with a zero below."""
        if field is None or field.type not in _SIZES:
            return []
        data = self.raw(field, min(MAX_VALUE, limit * _SIZES[field.type]))
        if field.type in _RATIONALS:
            many = len(data) // 8 * 2
            pairs = struct.unpack(f"{self.order}{many}{_RATIONALS[field.type]}", data[: many * 4])
            return [Fraction(a, b) for a, b in zip(pairs[::2], pairs[1::2], strict=True) if b]
        form = _FORMS.get(field.type)
        if form is None:
            return []
        many = len(data) // _SIZES[field.type]
        found = struct.unpack(f"{self.order}{many}{form}", data[: many * _SIZES[field.type]])
        return [number for number in found if math.isfinite(number)]

    def integer(self, field: Field | None) -> int | None:
        """The one whole number of a field."""
        numbers = self.numbers(field, 1)
        return numbers[0] if numbers and isinstance(numbers[0], int) else None

    def _number(self, form: str, offset: int) -> int | None:
        size = struct.calcsize(form)
        data = self.data.at(offset, size)
        return self._unpack(form, data) if len(data) == size else None

    def _unpack(self, form: str, data: bytes) -> int:
        return int(struct.unpack(self.order + form, data)[0])
