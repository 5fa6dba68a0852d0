"""What is certified is frozen: one byte form, and its SHA-256.

The form is that of RFC 8785, in which custody entries are written too. `dems.model` may not import `dems.ledger`, where that form is
written; but the names of a snapshot's members are ASCII, sorted alike by every rule, and its values are texts, whole
numbers, booleans and None. A test holds the two writers together.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from dems.model.digests import Digest


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Frozen bytes, and the digest under which they were signed."""

    data: bytes
    digest: Digest

    @property
    def intact(self) -> bool:
        return hashlib.sha256(self.data).digest() == self.digest.value


def frozen(value: dict[str, Any]) -> Snapshot:
    """The snapshot of a value made of dict, list, str, int, bool and None. Raises `ValueError` for texts that are no UTF-8."""
    data = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Snapshot(data, Digest.sha256(hashlib.sha256(data).digest()))
