"""The values of CBOR (RFC 8949) that a claim of content credentials is made of, read within bounds."""

import math
import struct
from typing import TypeAlias

MAX_VALUES = 20_000
MAX_DEPTH = 24
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _, _TAG, _OTHER = range(8)
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None, 23: None}

Value: TypeAlias = "int | float | bool | str | bytes | list[Value] | dict[str, Value] | None"


class NoCbor(ValueError):
    """The bytes are no CBOR, or more of it than is read."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._left = MAX_VALUES

    def value(self, depth: int = 0) -> Value:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise NoCbor("too much")
        first = self._take(1)[0]
        major, more = first >> 5, first & 31
        if major == _OTHER:
            return self._simple(more)
        number = self._number(more)
        if major in {_UNSIGNED, _NEGATIVE}:
            return number if major == _UNSIGNED else -1 - number
        if major in {_BYTES, _TEXT}:
            data = self._take(number)
            return data if major == _BYTES else data.decode("utf-8", "replace")
        return self.value(depth + 1) if major == _TAG else self._many(major, number, depth)

    def _many(self, major: int, number: int, depth: int) -> Value:
        if number > self._left:
            raise NoCbor("too much")
        if major == _ARRAY:
            return [self.value(depth + 1) for _ in range(number)]
        # What is named by something else than text is of no interest here.
        pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(number)]
        return {key: value for key, value in pairs if isinstance(key, str)}

    def _simple(self, more: int) -> Value:
        if more in _FLOATS:
            form = _FLOATS[more]
            (number,) = struct.unpack(form, self._take(struct.calcsize(form)))
            return float(number) if math.isfinite(number) else None
        if more not in _SIMPLE:
            raise NoCbor(f"a value of kind 7.{more}")
        return _SIMPLE[more]

    def _number(self, more: int) -> int:
        if more < min(_LENGTHS):
            return more
        if more not in _LENGTHS:
            # Lengths that are told later are not allowed in the deterministic form that claims have.
            raise NoCbor("a length that is told later")
        return int.from_bytes(self._take(_LENGTHS[more]), "big")

    def _take(self, length: int) -> bytes:
        piece = self._data[self._at : self._at + length]
        if len(piece) < length:
            raise NoCbor("it ends early")
        self._at += length
        return piece


def read(data: bytes) -> Value:
    """The first value. Raises `NoCbor`."""
    return _Reader(data).value()
