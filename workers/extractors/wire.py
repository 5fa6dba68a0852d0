"""What goes over the line between a reader and its worker: frames, and the result as JSON. The reader's side is believed in nothing."""

import math
import re
import struct
from enum import IntEnum
from typing import Any, Never

from dems.model.findings import MAX_TEXT, ResultState
from workers.extractors.report import MAX_RENDITION_BYTES

HEADER = struct.Struct("<BI")
"""The kind of a frame, and the length of what follows."""
RANGE = struct.Struct("<QI")
"""Offset and length of a read request."""
MAX_RANGE = 1024 * 1024
MAX_RESULT = 4 * 1024 * 1024
MAX_TOOLS = 64

NAME = re.compile(r"[a-z0-9_.]{1,80}")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,63}/[a-z0-9][a-z0-9.+_-]{0,126}")
_MOST = 2**63


class Kind(IntEnum):
    """Of a frame from the reader."""

    LOCKED = 1
    """First of all, before it asks for a byte: the sandbox's level."""
    READ = 2
    RENDITION = 3
    """The bytes of one; what it shows stands in the result, in the same order."""
    RESULT = 4


class Answer(IntEnum):
    """Of the worker to a read request."""

    BYTES = 1
    REFUSED = 2
    """No more; a sentence follows."""


MAX_LENGTH = {
    Kind.LOCKED: 16 * 1024,
    Kind.READ: RANGE.size,
    Kind.RENDITION: MAX_RENDITION_BYTES,
    Kind.RESULT: MAX_RESULT,
}


class Garbled(Exception):
    """The reader sent what no honest reader sends; the message says what."""


def only(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON without doubled keys, for `object_pairs_hook`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Garbled("a key stands twice")
    return found


def no_constant(name: str) -> Never:
    """For `parse_constant`: what JSON does not have."""
    raise Garbled(f"a number is {name}")


def object_of(value: Any, keys: frozenset[str], what: str) -> dict[str, Any]:
    """With exactly these keys."""
    if not isinstance(value, dict) or value.keys() != keys:
        raise Garbled(f"{what} does not have the keys that it has")
    return value


def list_of(value: Any, most: int, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise Garbled(f"{what}: not a list, or longer than {most}")
    return value


def text_of(value: Any, what: str, most: int = MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise Garbled(f"{what}: not a text, longer than {most}, or with a NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Garbled(f"{what}: half a character") from None
    return value


def text_or_none(value: Any, what: str, most: int = MAX_TEXT) -> str | None:
    return None if value is None else text_of(value, what, most)


def name_of(value: Any, what: str) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise Garbled(f"{what}: no name")
    return value


def integer_of(value: Any, what: str, least: int = -_MOST, most: int = _MOST - 1) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Garbled(f"{what}: no whole number from {least} to {most}")
    return value


def number_of(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Garbled(f"{what}: no number")
    try:
        number = float(value)
    except OverflowError:
        raise Garbled(f"{what}: too large") from None
    if not math.isfinite(number):
        raise Garbled(f"{what}: not finite")
    return number


def boolean_of(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise Garbled(f"{what}: neither true nor false")
    return value


def media_type_of(value: Any) -> str:
    if not isinstance(value, str) or not MEDIA_TYPE.fullmatch(value):
        raise Garbled("the media type is none")
    return value


def state_of(value: Any) -> ResultState:
    try:
        return ResultState(value)
    except ValueError:
        raise Garbled("the state is none") from None
