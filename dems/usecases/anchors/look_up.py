"""See how the log is held from outside: the cosignatures of a checkpoint, and how much of the log nothing holds yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.ledger.policy import NO_QUORUM, Policy
from dems.ports import Clock, SignedCheckpoint, Transaction, Transactions
from dems.ports.anchors import Anchor, AnchorKind
from dems.steps.anchoring import with_cosignatures

MOST = 200
"""Anchors looked at for the newest that holds: those of several checkpoints, however many witnesses there are."""


@dataclass(frozen=True, slots=True)
class Held:
    """How the log is held in one way.

    `size` is of the largest checkpoint that is, 0 for none, and `age` how long ago that was signed. `unheld_for` is how long
    the oldest signed checkpoint that goes beyond it has waited; zero where all that was signed is held. Where the signer's
    clock and ours differ, it is by how much they do, so that it is told of.
    """

    kind: AnchorKind
    size: int
    unheld_for: timedelta
    age: timedelta | None = None

    @property
    def text(self) -> str:
        """The same as one sentence."""
        how = {
            AnchorKind.COSIGNATURE: "cosigned by a quorum of witnesses",
            AnchorKind.TIMESTAMP: "stamped by an authority",
        }
        ago = "" if self.age is None else f"{_minutes(self.age)} min ago"
        if not self.unheld_for:
            return f"all that is signed ({self.size} entries{ago and ', '}{ago}) is {how[self.kind]}"
        waits = f"what goes beyond {self.size} entries waits for {_minutes(self.unheld_for)} min to be {how[self.kind]}"
        return f"{waits}; the newest checkpoint that is was signed {ago}" if ago else waits


@dataclass(frozen=True, slots=True)
class LookUpAnchors:
    """`policy` names the witnesses and their quorum, `authorities` those who stamp."""

    transaction: Transactions
    clock: Clock
    policy: Policy
    authorities: Sequence[str]

    def held(self) -> list[Held]:
        """By each way that the settings ask for; nothing where they ask for none."""
        ways = []
        with self.transaction() as tx:
            if self.policy.quorum != NO_QUORUM:
                ways.append(self._held(tx, AnchorKind.COSIGNATURE, self._cosigned(tx)))
            if self.authorities:
                stamped = tx.anchors.largest_by(AnchorKind.TIMESTAMP, self.authorities)
                ways.append(self._held(tx, AnchorKind.TIMESTAMP, max(stamped.values(), default=0)))
        return ways

    def cosigned(self, checkpoint: SignedCheckpoint) -> bytes:
        """The signed note with the cosignatures that were given for it, as it is published."""
        with self.transaction() as tx:
            return with_cosignatures(tx, checkpoint)

    def timestamps(self, size: int) -> list[Anchor]:
        """The timestamps of one checkpoint, by the authority's name."""
        with self.transaction() as tx:
            return tx.anchors.of(size, AnchorKind.TIMESTAMP)

    def _cosigned(self, tx: Transaction) -> int:
        """The largest size that a quorum cosigned. A quorum for a smaller tree holds no more than that tree."""
        names = {witness.key.to_text(): witness.name for witness in self.policy.witnesses}
        by_size: dict[int, set[str]] = {}
        for anchor in tx.anchors.newest(AnchorKind.COSIGNATURE, MOST):
            if anchor.by in names:
                by_size.setdefault(anchor.size, set()).add(names[anchor.by])
        return max((size for size, who in by_size.items() if self.policy.witnessed_by(who)), default=0)

    def _held(self, tx: Transaction, kind: AnchorKind, size: int) -> Held:
        beyond, now = tx.ledger.signed(size, 1), self.clock()
        held = [one for one in tx.ledger.signed(size - 1, 1) if one.size == size]
        return Held(kind, size, abs(now - beyond[0].at) if beyond else timedelta(0), now - held[0].at if held else None)


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:.0f}"
