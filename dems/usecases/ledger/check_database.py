"""Derive the log's tree anew from the database, entry by entry, and compare it with every node and every checkpoint kept."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.hashing import HASH_BYTES, leaf_hashes
from dems.ledger.rederived import Rederived, Row
from dems.ledger.tiles import TILE_WIDTH
from dems.ports import Transactions
from dems.ports.ledger import Stretch
from dems.steps.checkpoints_due import Claim, Claims, of_bucket, of_checkpoint
from dems.steps.kept_checkpoints import KeptCheckpoints
from dems.steps.log_check import Differs, LogCheck
from dems.steps.log_remarks import Remarks, has_its_edge
from dems.steps.published_log import PublishedLog
from dems.steps.read_ahead import answers

HEIGHT = 14
"""Of the subtree over the entries in one question, 16,384: a few megabytes."""

AHEAD = 2
"""Questions that are asked meanwhile, each on a connection of its own."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class CheckDatabase:
    """Memory does not grow with the log. It changes nothing, and stops at the first place that does not hold."""

    transaction: Transactions
    published: PublishedLog

    def __call__(
        self,
        kept: KeptCheckpoints,
        *,
        held: Checkpoint | None = None,
        told: Callable[[int], None] = lambda _: None,
    ) -> LogCheck:
        """`kept` are the signed checkpoints in the bucket, which no database reaches; `held` is one from elsewhere.

        Raises `StoreUnavailable` and the like.
        """
        with self.transaction() as tx:
            head = tx.ledger.head()
        size = head.size if head else 0
        tree, of_kept, remarks = Rederived(HEIGHT), of_bucket(kept), Remarks()
        sources = [
            of_kept,
            of_checkpoint(held),
            Claims(self._heads(size)),
            Claims(self._signed(kept, remarks.hidden)),
        ]
        try:
            at_once = 1 << HEIGHT
            # One after the other: whoever may write a checkpoint may also write one of more entries than there are anywhere.
            stretches = (partial(self._read, at, min(at + at_once, size)) for at in range(0, size, at_once))
            with closing(answers(stretches, ahead=AHEAD)) as coming:
                for stored in coming:
                    self._derive(tree, min(tree.size + at_once, size), stored, sources)
                    remarks.lost = remarks.lost or stored.lost
                    remarks.elsewhere = remarks.elsewhere or stored.elsewhere
                    told(tree.size)
            remarks.largest = max(source.left().largest for source in sources)
        except Differs as differs:
            found: Differs | None = self._located(differs, of_kept.agreed, size)
        else:
            remarks.unsigned = next((each.unsigned for each in sources if each.unsigned), None)
            found = self._beside(remarks, size)
        checked = LogCheck(tree.size, sum(source.compared for source in sources))
        if found is None:
            return checked
        return replace(checked, problem=found.problem, index=found.index, entry=found.entry)

    def _located(self, found: Differs, agreed: int, size: int) -> Differs:
        """With the first entry after `agreed` that is not what was published, where `found` names no place."""
        if found.index is not None or (index := self._where(agreed, size)) is None:
            return found
        with self.transaction() as tx:
            entry = tx.ledger.entry_at(index)
        first = f"the first that differs from what was published is {index} of the log, entry {entry}"
        return Differs(f"{found.problem}; {first}", index, entry)

    def _beside(self, remarks: Remarks, size: int) -> Differs | None:
        """What does not hold of a log of which the tree does."""
        with self.transaction() as tx:
            remarks.lost = remarks.lost or tx.ledger.unlogged(tx.ledger.entry_at(size - 1), None)
            remarks.astray = tx.ledger.astray()
            head = tx.ledger.head()
        remarks.edged = head is None or has_its_edge(head)
        return remarks.worst(size, head.size if head else 0)

    def _read(self, start: int, end: int) -> Stretch:
        with self.transaction() as tx:
            return tx.ledger.stretch(start, end)

    def _derive(self, tree: Rederived, end: int, stored: Stretch, sources: list[Claims]) -> None:
        start = tree.size
        hashes = leaf_hashes(stored.leaves)
        if len(hashes) != end - start or b"".join(hashes) != stored.hashes:
            raise self._first_entry(start, end)
        for row in tree.add(hashes):
            if stored.rows[row.first.level - 1] != row.hashes:
                raise _not_theirs(row, stored.rows[row.first.level - 1])
        for source in sources:
            source.compare(tree)

    def _first_entry(self, start: int, end: int) -> Differs:
        """One by one: which is not what was taken in."""
        each = (found for index in range(start, end) if (found := self._entry(index)) is not None)
        return next(each, Differs(f"the entries {start} to {end - 1} changed while they were read"))

    def _entry(self, index: int) -> Differs | None:
        with self.transaction() as tx:
            entry = tx.ledger.entry_at(index)
            stored, leaves = tx.ledger.hashes(0, index, index + 1), tx.ledger.leaves(index, index + 1)
        if entry is None:
            return Differs(f"place {index} of the log holds no entry any more", index)
        if not leaves:
            return Differs(f"entry {entry}, {index} of the log, is not there any more", index, entry)
        if len(leaves) > 1:
            return Differs(f"entry {entry}, {index} of the log, is there more than once", index, entry)
        if leaf_hashes(leaves) != [stored]:
            return Differs(f"entry {entry}, {index} of the log, is not the one that was taken in", index, entry)
        return None

    def _where(self, agreed: int, size: int) -> int | None:
        """The first place after `agreed` at which the database and the tiles in the bucket differ."""
        for tile_index in range(agreed // TILE_WIDTH, -(-size // TILE_WIDTH)):
            theirs = self.published.hashes(tile_index)
            start = tile_index * TILE_WIDTH
            with self.transaction() as tx:
                ours = tx.ledger.hashes(0, start, min(start + len(theirs), size))
            for at, value in enumerate(theirs[: len(ours) // HASH_BYTES]):
                if ours[at * HASH_BYTES : (at + 1) * HASH_BYTES] != value:
                    return start + at
        return None

    def _heads(self, size: int) -> Iterator[Claim]:
        after = 0
        while True:
            with self.transaction() as tx:
                found = tx.ledger.heads(after, PAGE)
            yield from (
                Claim(head.size, head.root, "the database's own checkpoint") for head in found if head.size <= size
            )
            if len(found) < PAGE:
                return
            after = found[-1].size

    def _signed(self, kept: KeptCheckpoints, hidden: list[int]) -> Iterator[Claim]:
        """What the rows say, and what the notes say that are published of them, by a key of this log that the row names.

        Each was in the bucket before: the first that is not there is noted in `hidden`.
        """
        after, sizes = 0, kept.sizes_after(-1)
        there = next(sizes, None)
        while True:
            with self.transaction() as tx:
                found = tx.ledger.signed(after, PAGE)
            for one in found:
                while there is not None and there < one.size:
                    there = next(sizes, None)
                # What was signed after the names were listed is asked for by its own.
                if (
                    there != one.size
                    and not hidden
                    and next(kept.sizes_after(one.size - 1, at_once=1), None) != one.size
                ):
                    hidden.append(one.size)
                told = kept.authentic(one.note, one.size)
                said = told.checkpoint.root if told and told.key.to_text() == one.vkey else None
                for root in dict.fromkeys([one.root, said]):
                    yield Claim(one.size, root, "a published checkpoint")
            if len(found) < PAGE:
                return
            after = found[-1].size


def _not_theirs(row: Row, stored: bytes) -> Differs:
    """Names the first that is not stored, or not so."""
    level, place = row.first
    *before, last = range(0, len(row.hashes), HASH_BYTES)
    first = next((at for at in before if stored[at : at + HASH_BYTES] != row.hashes[at : at + HASH_BYTES]), last)
    return Differs(f"node {place + first // HASH_BYTES} of level {level} is not what the entries below it make")
