"""The signer's memory: every checkpoint that it signed, write-once in the ledger bucket, where no database reaches.

Whoever may write into the bucket may put other things there, so an object counts only when a key of this log signed it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from dems.errors import LogRefused
from dems.layout import CHECKPOINT_PREFIX, checkpoint_key, parse_checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.keys import VerifierKey
from dems.ledger.note import Note
from dems.ledger.signing import attested
from dems.steps.log_objects import put_beside, put_once, versions_of
from storage.interface import Lock, ObjectStore

log = logging.getLogger(__name__)

MOST_SIZE = 10**20 - 1
"""The largest number that a key can say."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as it is kept: signed note, byte for byte, what it says, and the key of this log that signed it."""

    note: bytes
    checkpoint: Checkpoint
    key: VerifierKey
    at: datetime | None = field(default=None, compare=False)
    """When the store had it, by its clock."""


@dataclass(frozen=True, slots=True)
class KeptCheckpoints:
    """`keys` are the public keys of this log: the one that signs, and those that signed before it."""

    store: ObjectStore
    keys: Sequence[VerifierKey]

    def newest(self) -> Kept | None:
        """The largest; None where this log signed nothing yet. Two or three questions to the store for each power of two in it."""
        below = MOST_SIZE + 1
        while (size := self._largest(below)) is not None:
            kept = self.at(size)
            if kept is not None:
                return kept
            log.critical("foreign_checkpoint", extra={"size": size})
            below = size
        return None

    def of_another_log(self) -> Checkpoint | None:
        """What another key signed, where that is found before anything that this log signed: another log's bucket.

        Junk is nobody's. What was laid there after this log's first checkpoint is mostly larger, and not looked at.
        """
        for size in self.sizes_after(-1):
            if self.at(size) is not None:
                return None
            for data, _ in versions_of(self.store, checkpoint_key(size)):
                with suppress(LedgerInvalid):
                    return Checkpoint.from_text(Note.from_bytes(data).text)
        return None

    def at(self, size: int) -> Kept | None:
        """The one of this size. Raises `LogRefused` where this log signed two different ones."""
        found: Kept | None = None
        for data, at in versions_of(self.store, checkpoint_key(size)):
            kept = self.authentic(data, size, at)
            if kept and found:
                _must_be_one_tree(kept, found)
            found = found or kept
        return found

    def after(self, size: int) -> Iterator[Kept]:
        """All of more than `size` leaves, the smallest first, page by page."""
        return (kept for _, kept in self.each_after(size) if kept is not None)

    def each_after(self, size: int) -> Iterator[tuple[int, Kept | None]]:
        """The same, and with None each size at which lies only what this log did not sign."""
        return ((found, self.at(found)) for found in self.sizes_after(size))

    def sizes_after(self, size: int, *, at_once: int | None = None) -> Iterator[int]:
        """The sizes at which anything lies, whoever laid it there, the smallest first; `at_once` as the store's `versions`."""
        last, after = size, checkpoint_key(size) if size >= 0 else None
        for entry in self.store.versions(CHECKPOINT_PREFIX, after=after, at_once=at_once):
            found = parse_checkpoint_key(entry.key)
            if found is not None and found > last:
                yield found
                last = found

    def put(self, kept: Kept, lock: Lock) -> None:
        """Keep it; beside what somebody else laid in its place, under its digest, which nobody foresees before it is signed.

        Raises `LogRefused` where this log signed another tree of this size, and where there is no room beside either.
        """
        size = kept.checkpoint.size
        if put_once(self.store, checkpoint_key(size), kept.note, lock):
            return
        other = self.at(size)
        if other is None:
            log.critical("foreign_checkpoint", extra={"size": size})
        else:
            _must_be_one_tree(kept, other)
        if not put_beside(self.store, checkpoint_key(size), kept.note, lock):
            raise LogRefused(
                f"Something that this log did not sign lies where its checkpoint of {size} entries was to go, and beside that. "
                "It is passed over as soon as there is another entry; find out who writes into the ledger bucket."
            )

    def authentic(self, data: bytes, size: int, at: datetime | None = None) -> Kept | None:
        """What a key of this log signed, and is of this size; None for anything else."""
        try:
            note = Note.from_bytes(data)
            signer = attested(note, self.keys)[0].key
            checkpoint = Checkpoint.from_text(note.text)
        except LedgerInvalid:
            return None
        if checkpoint.origin != signer.name or checkpoint.size != size:
            return None
        return Kept(data, checkpoint, signer, at)

    def _largest(self, below: int) -> int | None:
        """The largest size less than `below` at which anything lies.

        Steps that double reach beyond it from the smallest one, and halves come back to it.
        """
        found = self._first_after(-1)
        if found is None or found >= below:
            return None
        high, step = below, 1
        while high - found > 1:
            middle = min(found + step, (found + high) // 2)
            first = self._first_after(middle - 1)
            if first is None or first >= below:
                high = middle
            else:
                found = first
            step *= 2
        return found

    def _first_after(self, size: int) -> int | None:
        return next(self.sizes_after(size, at_once=1), None)


def _must_be_one_tree(one: Kept, other: Kept) -> None:
    if one.checkpoint != other.checkpoint:
        raise LogRefused(
            f"Two different trees of {one.checkpoint.size} leaves were signed: this is a fork. Stop the signer and find out who "
            "signed."
        )
