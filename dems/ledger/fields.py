"""What the text formats of the ledger are made of: decimals, base64 and lines, each with one way to be written.

The readers of the standard library take more than the formats allow: `int` reads ``+5``, ``05``, ``5_0`` and digits of
other scripts, `b64decode` skips characters and reads unused bits, `splitlines` divides at seven characters beside the
newline. Two texts for one meaning would make two signatures, two proofs or two files out of one.
"""

import base64
import binascii
import re

from dems.ledger.hashing import HASH_BYTES
from dems.ledger.invalid import Malformed

MAX_NUMBER = 2**63 - 1
"""The largest size, index or time. It is that of a signed 64-bit integer, in which other programs hold them."""

_MOST_SHOWN = 80
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_HASH_CHARACTERS = 44


def decimal(text: str) -> int:
    """Read ``0|[1-9][0-9]*`` up to 2^63 - 1. Raises `Malformed`."""
    if _DECIMAL.fullmatch(text) and (number := int(text)) <= MAX_NUMBER:
        return number
    raise Malformed("a number is written in decimal digits without leading zeros, up to 2^63 - 1")


def from_base64(text: str) -> bytes:
    """Read base64 (RFC 4648, 4) as it would be written back: padded, with unused bits zero. Raises `Malformed`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Malformed("this is not base64") from error
    if to_base64(data) != text:
        raise Malformed("this base64 is written in another way than RFC 4648 says")
    return data


def to_base64(data: bytes) -> str:
    """Base64 (RFC 4648, 4), padded."""
    return base64.b64encode(data).decode("ascii")


def hash_from_base64(text: str) -> bytes:
    """Read the base64 of one SHA-256. Raises `Malformed`."""
    if len(text) != _HASH_CHARACTERS or len(value := from_base64(text)) != HASH_BYTES:
        raise Malformed(f"a hash is the base64 of {HASH_BYTES} bytes")
    return value


def from_utf8(data: bytes, *, most: int, what: str) -> str:
    """Read text in UTF-8 of at most `most` bytes. Raises `Malformed` naming `what` it should have been."""
    if len(data) > most:
        raise Malformed(f"{what} has at most {most} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"{what} is text in UTF-8") from error


def require_printable(text: str, what: str) -> None:
    """Raise `Malformed` if the text holds a control character other than newline, or half a surrogate pair."""
    if _UNPRINTABLE.search(text):
        raise Malformed(f"{what} holds a control character, or is not Unicode")


def shown(text: str) -> str:
    """Foreign text as a message may show it: quoted, with what does not print escaped, and cut when it is long."""
    return repr(text) if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]!r}…"
