"""Sign the log's newest tree, if it goes on from all that was signed before: the key's holder is the log's first witness.

What was signed before is read from the ledger bucket and never from the database, so a database that was rolled back,
restored or rewritten is caught here. Two things are asked of it: a consistency proof from the last signed checkpoint, and
the bytes of every entry since, from which the root is computed anew.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dems.errors import LogRefused
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import shown
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hashes
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.keys import Signer
from dems.ledger.nodes import root_of
from dems.ledger.note import Note
from dems.ledger.signing import sign
from dems.ledger.succession import verify_succession
from dems.model.times import rfc3339
from dems.ports import Clock, SignedCheckpoint, Transactions
from dems.steps.kept_checkpoints import Kept, KeptCheckpoints
from storage.interface import Lock

log = logging.getLogger(__name__)

AT_ONCE = 2_048
"""Entries in one question: about a megabyte."""

SAY_IT = "Nothing more is signed until somebody has looked: docs/ledger.md says what to do."

LATER, SOONER = timedelta(hours=1), timedelta(minutes=5)
"""An entry waits for the log no longer than a transaction takes, and clocks differ by less."""

_BEFORE_DATE = b'{"at":"'
"""How the canonical form of a leaf begins: `at` is the first of its members."""


@dataclass
class SignLog:
    """Used by one process for as long as it lives: it remembers what it signed last, and looks whether others signed since."""

    transaction: Transactions
    kept: KeptCheckpoints
    signer: Signer
    clock: Clock
    lock_for: timedelta
    held: Kept | None = field(default=None, init=False)

    def __call__(self) -> Kept | None:
        """The newest signed checkpoint, made now where the log has grown; None before the first entry.

        Raises `LogRefused` where the database is behind what was signed, or differs from it, where another signer's key
        publishes, and where the bucket is another log's; `OSError` where who holds the
        key does not answer.
        """
        with self.transaction() as tx:
            published = tx.ledger.latest_checkpoint()
        self._look_what_was_signed(published)
        with self.transaction() as tx:
            head = tx.ledger.head()
        held = self.held
        if head is None and held is None:
            return None
        if head is None or (held and head.size < held.checkpoint.size):
            there, signed = head.size if head else 0, held.checkpoint.size if held else 0
            raise LogRefused(
                f"The database's log has {there} entries, and {signed} were signed: it was set back. {SAY_IT}"
            )
        offered = Checkpoint(self.signer.key.name, head.size, head.root)
        if held and held.checkpoint == offered:
            return held
        self._must_go_on(offered)
        self._sign(offered)
        return self.held

    def _look_what_was_signed(self, published: SignedCheckpoint | None) -> None:
        """Also by another signer, which there should not be.

        What was `published` before this was in the bucket before. Where it is not, this is another bucket, or somebody emptied
        it; without what was signed last, whatever the database says would be signed.
        """
        if published is None and self.held is None:
            self._must_be_a_bucket_of_its_own()
        if published and self.kept.authentic(published.note, published.size) is None:
            raise LogRefused(
                f"The checkpoint of {published.size} entries that the database publishes was signed, it says, by {published.vkey}, and "
                "not by a key of this log: another signer works on this database, a former key is not named in "
                f"DEMS_LEDGER__FORMER_KEYS, or somebody wrote into the table custody_signed. {SAY_IT}"
            )
        if self.held is None:
            self.held = self.kept.newest()
        else:
            for kept in self.kept.after(self.held.checkpoint.size):
                self.held = kept
        size = self.held.checkpoint.size if self.held else 0
        if published and published.size > size:
            raise LogRefused(
                f"A checkpoint of {published.size} entries was published, and the largest in the ledger bucket is of {size}: "
                f"it is another bucket, or what was signed was taken out of it. {SAY_IT}"
            )

    def _must_be_a_bucket_of_its_own(self) -> None:
        other = self.kept.of_another_log()
        if other is not None:
            raise LogRefused(
                f"The ledger bucket {self.kept.store.bucket} holds checkpoints of the log {shown(other.origin)}, which this "
                "log's key did not sign, and none that it signed: it is another installation's. Nothing was written into it. "
                "Name a bucket of its own in DEMS_S3__BUCKETS__LEDGER; if a former key of this log signed them, name that in "
                f"DEMS_LEDGER__FORMER_KEYS. {SAY_IT}"
            )

    def _must_go_on(self, offered: Checkpoint) -> None:
        """The offered tree is computed anew, from the right edge of the one that was signed and the bytes of every entry since."""
        held = self.held.checkpoint if self.held else None
        start = held.size if held else 0
        try:
            with self.transaction() as tx:
                proof = tx.ledger.consistency(start, offered.size)
                edge = Frontier.read(start, tx.ledger.read)
            verify_succession(held, offered, proof)
        except LedgerInvalid as error:
            raise self._differs(error) from error
        if held and edge.root() != held.root:
            raise self._differs(f"its first {held.size} entries make another root than the one that was signed")
        for first in range(start, offered.size, AT_ONCE):
            end = min(first + AT_ONCE, offered.size)
            with self.transaction() as tx:
                leaves = tx.ledger.leaves(first, end)
            if len(leaves) != end - first:
                raise self._differs(f"of the entries {first} to {end - 1} some are not there")
            self._look_at_dates(first, leaves)
            edge.extend_by_level(leaf_hashes(leaves))
        if edge.root() != offered.root:
            raise self._differs(f"the entries {start} to {offered.size - 1} make another root than its checkpoint says")

    def _sign(self, offered: Checkpoint) -> None:
        before = self.held.checkpoint.size if self.held else -1
        text = offered.to_text()
        try:
            signature = sign(text, self.signer)
        except LedgerInvalid as error:
            raise LogRefused(
                f"What holds the log's key gave something else than its signature ({error}): nothing was signed."
            ) from error
        kept = Kept(Note(text, (signature,)).to_bytes(), offered, self.signer.key, self.clock())
        self.kept.put(kept, Lock(self.clock() + self.lock_for))
        self.kept.store.settle()
        # Of two signers that looked at the same moment, at least the later finds what the earlier signed meanwhile; two
        # trees of this very size are found where they are read.
        for other in self.kept.after(before):
            if other.checkpoint.size < offered.size:
                self._must_be_of_one_log(other)
        self.held = kept

    def _must_be_of_one_log(self, other: Kept) -> None:
        with self.transaction() as tx:
            root = root_of(other.checkpoint.size, tx.ledger.read)
        if root != other.checkpoint.root:
            raise LogRefused(
                f"Another signer signed another tree of {other.checkpoint.size} entries at this moment: this is a fork. {SAY_IT}"
            )

    def _look_at_dates(self, first: int, leaves: Sequence[bytes]) -> None:
        """An entry that says it is older than what was signed before it came, or younger than now, is told of.

        It is in the log all the same, and its place there says when it came.
        """
        latest = _dated(self.clock() + SOONER)
        earliest = _dated(self.held.at - LATER) if self.held and self.held.at else b""
        for index, leaf in enumerate(leaves, start=first):
            said = leaf[len(_BEFORE_DATE) : len(_BEFORE_DATE) + len(latest)]
            if not leaf.startswith(_BEFORE_DATE) or not earliest <= said <= latest:
                log.critical("entry_dated_elsewhere", extra={"index": index, "said": said.decode("ascii", "replace")})
                return

    @staticmethod
    def _differs(why: object) -> LogRefused:
        return LogRefused(f"The database's log is not the one that was signed ({why}): it was changed. {SAY_IT}")


def _dated(at: datetime) -> bytes:
    """As leaves say it, so that it can be compared as it is."""
    return rfc3339(at).encode()
