"""The bytes of a custody entry: what is hashed, what is kept beside it, and how both are checked.

A *leaf* says nothing about anyone: format, chain, place in the chain, the hash of the chain's
previous leaf, a time and a commitment. The *detail* (who did what to which item, and why) lies
beside it with a random nonce; ``SHA-256(nonce ‖ detail)`` is the commitment, so a detail can be
withheld or destroyed without breaking the chain, and cannot be guessed from the leaf.

The format is fixed by ``tests/ledger/golden/entries.json``. A change to it is a new `FORMAT`.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from dems.ledger.canonical import MAX_INTEGER, canonical, parse_canonical
from dems.ledger.hashing import leaf_hash
from dems.ledger.invalid import LedgerInvalid

__all__ = [
    "FORMAT",
    "NONCE_BYTES",
    "Entry",
    "EntryInvalid",
    "Following",
    "Leaf",
    "commit",
    "leaf_hash",
    "next_leaf",
    "verify_chain",
]

FORMAT = "dems-custody/1"
NONCE_BYTES = 32
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_HEX32 = re.compile(r"[0-9a-f]{64}")
_MEMBERS = {"at", "chain", "commitment", "format", "previous", "seq"}


class EntryInvalid(LedgerInvalid):
    """These bytes are not a leaf of this format, or do not belong where they are said to."""


def commit(nonce: bytes, detail: bytes) -> bytes:
    """SHA-256(nonce ‖ detail), with a nonce of exactly 32 bytes so that the boundary between the two is fixed."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    return hashlib.sha256(nonce + detail).digest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """`seq` counts from 1 within `chain`; `previous` is the leaf hash of `seq` - 1, None only for the first."""

    chain: UUID
    seq: int
    previous: bytes | None
    at: datetime
    commitment: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.seq <= MAX_INTEGER:
            raise EntryInvalid("the place in a chain counts from 1")
        if (self.previous is None) != (self.seq == 1):
            raise EntryInvalid("the first leaf of a chain has no previous leaf, and every other has one")
        if self.at.tzinfo is None:
            raise EntryInvalid("a leaf's time has a zone")
        for value in (self.previous, self.commitment):
            if value is not None and len(value) != hashlib.sha256().digest_size:
                raise EntryInvalid("hashes in a leaf have 32 bytes")

    def to_bytes(self) -> bytes:
        """The leaf as hashed: canonical JSON, times with six digits of fraction, hashes in lower-case hexadecimal."""
        return canonical(
            {
                "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z",
                "chain": str(self.chain),
                "commitment": self.commitment.hex(),
                "format": FORMAT,
                "previous": None if self.previous is None else self.previous.hex(),
                "seq": self.seq,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Leaf":
        """Read a leaf. What would not be written back to the same bytes raises `EntryInvalid`."""
        try:
            value = parse_canonical(data)
        except (ValueError, RecursionError) as error:
            raise EntryInvalid("a leaf is canonical JSON in UTF-8") from error
        if not isinstance(value, dict) or set(value) != _MEMBERS or value["format"] != FORMAT:
            raise EntryInvalid(f"this is not a leaf of format {FORMAT}")
        leaf = cls._from_members(value)
        if leaf.to_bytes() != data:
            raise EntryInvalid("this leaf is written in another way than the format says")
        return leaf

    @classmethod
    def _from_members(cls, value: dict[str, Any]) -> "Leaf":
        at, chain, commitment, previous, seq = (value[k] for k in ("at", "chain", "commitment", "previous", "seq"))
        texts_fit = (
            isinstance(at, str)
            and _TIME.fullmatch(at)
            and isinstance(chain, str)
            and isinstance(commitment, str)
            and _HEX32.fullmatch(commitment)
            and (previous is None or (isinstance(previous, str) and _HEX32.fullmatch(previous)))
            and type(seq) is int
        )
        if not texts_fit:
            raise EntryInvalid("a member of the leaf has another form than the format says")
        try:
            return cls(
                chain=UUID(chain),
                seq=seq,
                previous=None if previous is None else bytes.fromhex(previous),
                at=datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
                commitment=bytes.fromhex(commitment),
            )
        except EntryInvalid:
            raise
        except ValueError as error:
            raise EntryInvalid("a member of the leaf has another form than the format says") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf's exact bytes, with its nonce and detail where they are to be had."""

    leaf: bytes
    nonce: bytes | None
    detail: bytes | None

    def opened(self) -> dict[str, Any]:
        """The detail, after checking that the leaf commits to it. Raises `EntryInvalid`."""
        if self.nonce is None or self.detail is None:
            raise EntryInvalid("the detail of this entry is not here")
        if len(self.nonce) != NONCE_BYTES or not hmac.compare_digest(
            commit(self.nonce, self.detail), Leaf.from_bytes(self.leaf).commitment
        ):
            raise EntryInvalid("the leaf does not commit to this detail")
        try:
            value = parse_canonical(self.detail)
        except (ValueError, RecursionError) as error:
            raise EntryInvalid("a detail is canonical JSON in UTF-8") from error
        if not isinstance(value, dict):
            raise EntryInvalid("a detail is a JSON object")
        return value


def next_leaf(chain: UUID, previous: bytes | None, *, at: datetime, nonce: bytes, detail: bytes) -> Leaf:
    """The leaf that follows `previous` (a leaf's bytes, None to begin a chain)."""
    if previous is None:
        return Leaf(chain, 1, None, at, commit(nonce, detail))
    before = Leaf.from_bytes(previous)
    if before.chain != chain:
        raise EntryInvalid("the previous leaf belongs to another chain")
    return Leaf(chain, before.seq + 1, leaf_hash(previous), at, commit(nonce, detail))


class Following:
    """A chain read entry by entry, from its beginning: what each must be to follow those before it. Holds one leaf hash."""

    def __init__(self, chain: UUID | None = None) -> None:
        """`chain` is whose entries these must be; None takes whose the first one is."""
        self._chain = chain
        self._place = 0
        self._previous: bytes | None = None

    def take(self, entry: Entry) -> None:
        """The next entry, which commits to its detail where that is present. Raises `EntryInvalid` naming its place."""
        self._place += 1
        try:
            leaf = Leaf.from_bytes(entry.leaf)
            if entry.nonce is not None or entry.detail is not None:
                entry.opened()
        except EntryInvalid as error:
            raise EntryInvalid(f"entry {self._place}: {error}") from error
        self._chain = self._chain or leaf.chain
        if leaf.chain != self._chain:
            raise EntryInvalid(f"entry {self._place} belongs to another chain")
        if leaf.seq != self._place:
            raise EntryInvalid(f"entry {self._place} says that it is number {leaf.seq}")
        if leaf.previous != self._previous:
            raise EntryInvalid(f"entry {self._place} does not follow from the one before it")
        self._previous = leaf_hash(entry.leaf)


def verify_chain(entries: Iterable[Entry], *, chain: UUID | None = None) -> None:
    """Check that entries are one chain from its beginning, without a gap, each committing to its detail where present.

    Needs nothing but the entries. Raises `EntryInvalid` naming the first place that does not hold.
    """
    following = Following(chain)
    for entry in entries:
        following.take(entry)
