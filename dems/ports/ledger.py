"""The custody log as the database holds it: its tree, the checkpoints made of it, and those that were signed and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dems.ledger.nodes import Node
from dems.model.ids import EntryId


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How large the tree in the database is, its root, and the right edge from which it grows: nobody's word for it yet."""

    size: int
    root: bytes
    frontier: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that was signed and is published with all that it covers; `note` is the signed note, byte for byte."""

    size: int
    root: bytes
    note: bytes
    vkey: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """The last word of one of those that watch the log; `held` is false where it found what must not be."""

    name: str
    at: datetime
    held: bool
    detail: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is kept of entries that stand beside one another in the log; fewer of them where some are not there, and more where
    an id is there twice.

    `leaves` are their bytes, `hashes` their leaf hashes, one after the other, and `rows` of each level, from 1 upwards, the
    hashes of the perfect subtrees that they complete. `lost` is an entry that was made after the one before them, and not
    after the last of them, and is neither in the log nor waits for it; `elsewhere` one of them that is kept in another chain,
    or at another place of it, than it says.
    """

    leaves: list[bytes]
    hashes: bytes
    rows: list[bytes]
    lost: EntryId | None
    elsewhere: EntryId | None


@dataclass(frozen=True, slots=True)
class Stray:
    """A leaf (level 0) or node where the log has none: before its first place or behind its last. `entry` is the leaf's."""

    level: int
    place: int
    entry: EntryId | None


class Ledger(Protocol):
    """Proofs are made of what the database holds, so they prove nothing before somebody has verified them."""

    def head(self) -> TreeHead | None:
        """The newest tree; None before the first entry was taken in."""
        ...

    def heads(self, after: int, limit: int) -> list[TreeHead]:
        """Trees that were larger than `after`, the smallest first."""
        ...

    def latest_checkpoint(self) -> SignedCheckpoint | None: ...

    def signed(self, after: int, limit: int) -> list[SignedCheckpoint]:
        """Signed checkpoints of more than `after` leaves, the smallest first."""
        ...

    def indexes_of(self, entry_ids: Sequence[EntryId]) -> Mapping[EntryId, int]:
        """The places in the log, from 0, of those of these entries that do not wait any more."""
        ...

    def entry_at(self, index: int) -> EntryId | None: ...

    def inclusions(self, indexes: Sequence[int], size: int) -> Mapping[int, list[bytes]]:
        """The proofs that the leaves at these indexes are in the tree of the first `size`, by index, the lowest hash first.

        Few questions, however many leaves. Raises `NotProved` if a node is not there, `ValueError` if there is no such leaf.
        """
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` leaves goes on from that of `old`; empty from 0 and between equal sizes.

        Raises `NotProved` if a node is not there, `ValueError` if `old` is more than `new`.
        """
        ...

    def read(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        """The hashes of perfect subtrees; a `NodeReader`: those that are not there are left out."""
        ...

    def hashes(self, level: int, start: int, end: int) -> bytes:
        """The hashes of neighbouring perfect subtrees, one after the other; shorter where some are not there."""
        ...

    def leaves(self, start: int, end: int) -> list[bytes]:
        """The bytes of the entries at these places, in the order of the log; fewer where some are not there."""
        ...

    def stretch(self, start: int, end: int) -> Stretch:
        """All that is kept of the entries at these places."""
        ...

    def astray(self) -> Stray | None:
        """A leaf or node outside the newest tree, which only the sequencer's batches grow, each at once with its checkpoint.

        An entry under such a leaf is in no tree and seems to be; and no batch is taken in that needs such a place.
        """
        ...

    def bundle(self, start: int, end: int) -> bytes:
        """The entries at these places as an entry bundle holds them; fewer of them where some are not there."""
        ...

    def add_signed(self, checkpoint: SignedCheckpoint) -> None:
        """Publish it. One of this size that is there already is left as it is."""
        ...

    def waiting(self) -> tuple[int, float]:
        """How many entries wait to be taken in, and for how many seconds the oldest does."""
        ...

    def unlogged(self, after: EntryId | None, upto: EntryId | None) -> EntryId | None:
        """The oldest entry in this range of ids that is neither in the log nor waits for it: somebody took it out of the queue.

        From the first where `after` is None, to the last where `upto` is.
        """
        ...

    def report(self, report: LedgerReport) -> None:
        """Put it in the place of the last one of that name."""
        ...

    def reports(self) -> Mapping[str, LedgerReport]: ...
