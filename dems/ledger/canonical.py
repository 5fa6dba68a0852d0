"""Canonical JSON (RFC 8785), for the values that custody entries hold.

Floating point numbers are refused altogether: no custody fact needs one, and they are where
implementations of RFC 8785 differ. Strings are kept as they are: RFC 8785 normalises nothing.
"""

import json
from typing import Any

MAX_INTEGER = 2**53 - 1
"""RFC 8785 builds on I-JSON (RFC 7493): integers beyond this are not exact everywhere."""

type_names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", type(None): "null"}


def canonical(value: Any) -> bytes:
    """The one byte form of a value made of dict, list, str, int, bool and None.

    Raises `ValueError` for other types, for integers beyond 2^53 - 1 and for strings with lone surrogates.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _ordered(value: Any) -> Any:
    if type(value) not in type_names:
        raise ValueError(f"{type(value).__name__} has no canonical form here")
    if type(value) is int and abs(value) > MAX_INTEGER:
        raise ValueError("an integer beyond 2^53 - 1 has no canonical form")
    if isinstance(value, dict):
        if not all(type(k) is str for k in value):
            raise ValueError("the keys of a canonical object are strings")
        # RFC 8785, 3.2.3: members are sorted by the UTF-16 code units of their names; of ASCII names that is their own order.
        plain = all(map(str.isascii, value))
        names = sorted(value) if plain else sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))
        return {k: _ordered(value[k]) for k in names}
    if isinstance(value, list):
        return [_ordered(v) for v in value]
    return value


def parse_canonical(data: bytes) -> Any:
    """Read canonical JSON; anything that would not be written back to the same bytes raises `ValueError`."""
    value = json.loads(data)
    if canonical(value) != data:
        raise ValueError("this JSON is not in canonical form")
    return value
