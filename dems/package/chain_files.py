"""The entries of a chain as a file: one line of canonical JSON for each, with the exact bytes in base64.

``{"detail":"…","leaf":"…","nonce":"…"}``, in the order of `seq`. Where a detail is withheld or was destroyed, `detail`
and `nonce` are null; the leaf, and with it the commitment, is always there.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO

from dems.ledger.canonical import canonical, parse_canonical
from dems.ledger.entry import Entry
from dems.ledger.fields import from_base64, to_base64
from dems.ledger.invalid import Malformed

MAX_LINE_BYTES = 128 * 1024
"""A detail has less than 64 KiB, which base64 makes a third longer."""

_MEMBERS = {"detail", "leaf", "nonce"}


def to_line(entry: Entry) -> bytes:
    """The entry as a line, with its newline."""
    return (
        canonical({"detail": _text(entry.detail), "leaf": to_base64(entry.leaf), "nonce": _text(entry.nonce)}) + b"\n"
    )


def read_entries(name: str, stream: BinaryIO) -> Iterator[Entry]:
    """The entries of a file, one at a time. Raises `Malformed` naming the first line that is none."""
    for number in count(1):
        line = stream.readline(MAX_LINE_BYTES)
        if not line:
            return
        try:
            yield _entry(line)
        except Malformed as error:
            raise Malformed(f"line {number} of {name} {error}") from error


def _entry(line: bytes) -> Entry:
    if not line.endswith(b"\n"):
        raise Malformed("is cut off or too long")
    try:
        value: Any = parse_canonical(line[:-1])
    except (ValueError, RecursionError) as error:
        raise Malformed("is not canonical JSON") from error
    if not isinstance(value, dict) or set(value) != _MEMBERS:
        raise Malformed("is not an entry")
    leaf = _bytes(value["leaf"])
    if leaf is None:
        raise Malformed("has no leaf")
    return Entry(leaf, _bytes(value["nonce"]), _bytes(value["detail"]))


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed("is not an entry")
    try:
        return from_base64(value)
    except Malformed as error:
        raise Malformed("holds something that is not base64") from error


def _text(value: bytes | None) -> str | None:
    return None if value is None else to_base64(value)
