"""Cursors of the feed: a place in the log, sealed, so that nobody reads from two of them how much lies between."""

import base64
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from dems.errors import BadRequest

_SALT_BYTES = 16
_PLACE_BYTES = 8
_WRITTEN = re.compile(r"[A-Za-z0-9_-]{54}")
"""Salt, tag (16 bytes) and place in base64url, without padding."""


def sealed(key: bytes, place: int) -> str:
    """The cursor of a place. Two of one place differ, so that nothing is learned from one that stays the same.

    AES-SIV (RFC 5297) with 16 random bytes: nothing is lost where they come twice but that these two are of one place.
    """
    salt = os.urandom(_SALT_BYTES)
    closed = AESSIV(key).encrypt(place.to_bytes(_PLACE_BYTES, "big"), [salt])
    return base64.urlsafe_b64encode(salt + closed).rstrip(b"=").decode()


def opened(key: bytes, cursor: str) -> int:
    """The place of a cursor that `sealed` made with this key. Raises `BadRequest` for anything else."""
    if not _WRITTEN.fullmatch(cursor):
        raise _not_ours()
    closed = base64.urlsafe_b64decode(cursor + "==")
    try:
        place = AESSIV(key).decrypt(closed[_SALT_BYTES:], [closed[:_SALT_BYTES]])
    except InvalidTag:
        raise _not_ours() from None
    return int.from_bytes(place, "big")


def _not_ours() -> BadRequest:
    return BadRequest(
        "`after` is not a cursor of this feed: use the `next` of an answer before, or leave it out to begin anew."
    )
