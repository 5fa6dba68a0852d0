"""Which object keys we ever write: an alphabet every server treats alike, and no shape that one is known to spoil."""

import re

_ALLOWED = re.compile(r"[A-Za-z0-9/_.-]+")
_LONGEST = 1024


def checked_key(key: str) -> str:
    """Return `key`, or raise `ValueError`.

    Refused: other characters than ``A-Z a-z 0-9 / _ . -``; ``//`` and a leading or trailing ``/`` (SeaweedFS stores
    another key, or loses body and lock); ``.versions`` and segments that begin with a dot (its own folders, and
    path walking); more than 1024 bytes.
    """
    if not _ALLOWED.fullmatch(key) or len(key) > _LONGEST:
        raise ValueError(f"not a key we write: {key!r}")
    if ".versions" in key or any(not segment or segment.startswith(".") for segment in key.split("/")):
        raise ValueError(f"not a key we write: {key!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """Return `prefix` (empty, or the beginning of a key, perhaps with a final ``/``), or raise `ValueError`."""
    if prefix:
        checked_key(prefix.removesuffix("/"))
    return prefix
