"""Derive the log's tree anew from the database, entry by entry, and compare it with every node and every checkpoint kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dems.ledger.bundles import from_bundle
from dems.ledger.hashing import HASH_BYTES, leaf_hash
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.rederived import Rederived, Row
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH
from dems.ports import Transactions
from dems.steps.checkpoints_due import Claim, Claims
from dems.steps.kept_checkpoints import KeptCheckpoints
from dems.steps.log_check import Differs, LogCheck
from dems.steps.published_log import PublishedLog

AT_ONCE = 64 * TILE_WIDTH
"""Entries in one question: a few megabytes."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class CheckDatabase:
    """Memory does not grow with the log. It changes nothing, and stops at the first place that does not hold."""

    transaction: Transactions
    published: PublishedLog

    def __call__(self, kept: KeptCheckpoints, *, told: Callable[[int], None] = lambda _: None) -> LogCheck:
        """`kept` are the signed checkpoints in the bucket, which no database reaches. Raises `StoreUnavailable` and the like."""
        with self.transaction() as tx:
            head = tx.ledger.head()
        size = head.size if head else 0
        tree = Rederived()
        of_bucket = Claims(
            Claim(s, k.checkpoint.root if k else None, "a kept checkpoint") for s, k in kept.each_after(-1)
        )
        sources = [of_bucket, Claims(self._heads(size)), Claims(self._signed())]
        try:
            for start in range(0, size, AT_ONCE):
                self._derive(tree, start, min(start + AT_ONCE, size), sources)
                told(tree.size)
        except Differs as found:
            compared = sum(source.compared for source in sources)
            index, entry = found.index, found.entry
            if index is None:
                index = self._where(of_bucket.agreed, size)
                if index is not None:
                    with self.transaction() as tx:
                        entry = tx.ledger.entry_at(index)
            return LogCheck(tree.size, compared, problem=_named(found.problem, index, entry), index=index, entry=entry)
        compared = sum(source.compared for source in sources)
        beyond = max(source.left().largest for source in sources)
        with self.transaction() as tx:
            head = tx.ledger.head()
            unlogged = tx.ledger.unlogged()
        if unlogged is not None:
            problem = f"entry {unlogged} is neither in the log nor waits for it: it was taken out of the queue"
            return LogCheck(size, compared, problem=problem, entry=unlogged)
        # It may have grown meanwhile, and what was signed then is for the next check.
        if beyond > (head.size if head else 0):
            problem = f"checkpoints of up to {beyond} entries were signed, and the log has {size}: it was set back"
            return LogCheck(size, compared, problem=problem)
        return LogCheck(size, compared)

    def _derive(self, tree: Rederived, start: int, end: int, sources: list[Claims]) -> None:
        with self.transaction() as tx:
            bundle = tx.ledger.bundle(start, end)
            stored = tx.ledger.hashes(0, start, end)
            rows = {level: tx.ledger.hashes(level, start >> level, end >> level) for level in range(1, TILE_HEIGHT + 1)}
        try:
            hashes = [leaf_hash(leaf) for leaf in from_bundle(bundle, end - start)]
        except LedgerInvalid:
            hashes = []
        if b"".join(hashes) != stored or len(hashes) != end - start:
            raise self._first_entry(start, end)
        above: list[Row] = []
        for first in range(0, end - start, TILE_WIDTH):
            made = tree.add(hashes[first : first + TILE_WIDTH])
            for row in made:
                level, place = row.first
                if level > TILE_HEIGHT:
                    above.append(row)
                    continue
                at = (place - (start >> level)) * HASH_BYTES
                if rows[level][at : at + len(row.hashes)] != row.hashes:
                    raise Differs(f"nodes of level {level} from {place} on are not what the entries below them make")
            for source in sources:
                source.compare(tree)
        with self.transaction() as tx:
            found = tx.ledger.read([row.first for row in above]) if above else {}
        for row in above:
            if found.get(row.first) != row.hashes:
                level, place = row.first
                raise Differs(f"node {place} of level {level} is not what the entries below it make")

    def _first_entry(self, start: int, end: int) -> Differs:
        """One by one: which is not what was taken in."""
        each = (found for index in range(start, end) if (found := self._entry(index)) is not None)
        return next(each, Differs(f"the entries {start} to {end - 1} changed while they were read"))

    def _entry(self, index: int) -> Differs | None:
        with self.transaction() as tx:
            entry = tx.ledger.entry_at(index)
            stored, bundle = tx.ledger.hashes(0, index, index + 1), tx.ledger.bundle(index, index + 1)
        if entry is None:
            return Differs(f"place {index} of the log holds no entry any more", index)
        if not bundle:
            return Differs(f"entry {entry}, {index} of the log, is not there any more", index, entry)
        if leaf_hash(from_bundle(bundle, 1)[0]) != stored:
            return Differs(f"entry {entry}, {index} of the log, is not the one that was taken in", index, entry)
        return None

    def _where(self, agreed: int, size: int) -> int | None:
        """The first place after `agreed` at which the database and the tiles in the bucket differ."""
        for tile_index in range(agreed // TILE_WIDTH, -(-size // TILE_WIDTH)):
            tile = self.published.widest(tile_index)
            if tile is None:
                return None
            start = tile_index * TILE_WIDTH
            theirs = next(self.published.tile(tile))
            with self.transaction() as tx:
                ours = tx.ledger.hashes(0, start, min(start + tile.width, size))
            for at in range(0, len(ours), HASH_BYTES):
                if ours[at : at + HASH_BYTES] != theirs[at : at + HASH_BYTES]:
                    return start + at // HASH_BYTES
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

    def _signed(self) -> Iterator[Claim]:
        after = 0
        while True:
            with self.transaction() as tx:
                found = tx.ledger.signed(after, PAGE)
            yield from (Claim(one.size, one.root, "a published checkpoint") for one in found)
            if len(found) < PAGE:
                return
            after = found[-1].size


def _named(problem: str, index: int | None, entry: object) -> str:
    if index is None or f"{index} of the log" in problem:
        return problem
    return f"{problem}; the first that differs from what was published is {index} of the log, entry {entry}"
