"""Manifests of a bag (RFC 8493, 2.1.3): a digest in hexadecimal, two spaces and a path on each line."""

import re
from collections.abc import Mapping
from typing import BinaryIO

from dems.ledger.fields import shown
from dems.ledger.invalid import Malformed
from dems.package.listing import MAX_FILES
from dems.package.paths import MAX_PATH_BYTES, checked_path

_LINE = re.compile(r"([0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})[ \t]+\*?(.+)")
_DIGITS = {"sha256": 64, "sha512": 128}
_MOST_LINE = 128 + 8 + 3 * MAX_PATH_BYTES
_ESCAPED = re.compile("%(0[AaDd]|25)")


def to_line(digest: bytes, path: str) -> bytes:
    """A line as we write it. Our paths hold no ``%``, CR or LF, so nothing in them is encoded: see `paths`."""
    return f"{digest.hex()}  {path}\n".encode()


def read_manifest(
    name: str, algorithm: str, stream: BinaryIO, sizes: Mapping[str, int]
) -> tuple[dict[str, bytes], str | None]:
    """The digests by path, and a sentence on files that are not in `sizes`. Raises `Malformed` for what is no manifest.

    Holds only digests of files that are there, so a manifest cannot fill the memory by its length.
    """
    found: dict[str, bytes] = {}
    missing: str | None = None
    more = 0
    for number in range(1, MAX_FILES + 2):
        line = stream.readline(_MOST_LINE)
        if not line:
            break
        path, digest = _line(name, number, algorithm, line)
        if path in found:
            raise Malformed(f"{name} lists {shown(path)} twice")
        if path in sizes:
            found[path] = digest
        else:
            missing, more = missing or path, more + 1
    if missing is None:
        return found, None
    others = f" and {more - 1} more" if more > 1 else ""
    return found, f"{shown(missing)}{others}, which {name} lists, is not there"


def _line(name: str, number: int, algorithm: str, line: bytes) -> tuple[str, bytes]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"line {number} of {name} is not text in UTF-8") from error
    match = _LINE.fullmatch(text.rstrip("\r\n"))
    if match is None or len(match[1]) != _DIGITS[algorithm] or not text.endswith("\n"):
        raise Malformed(f"line {number} of {name} is no digest with a path")
    path = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), match[2])
    return checked_path(path.removeprefix("./")), bytes.fromhex(match[1])
