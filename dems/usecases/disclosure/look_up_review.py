"""Look at how material was reviewed: searches, blocks with their annexes, and what was looked at."""

from dataclasses import dataclass
from datetime import timedelta

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.blocks import MOST_LISTED, AnnexLine, AskedAgain, asked_again
from dems.model.disclosure.coverage import ItemCoverage, coverage
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.searches import SearchStrategy
from dems.model.ids import BlockId, CaseId, StrandId
from dems.ports import Clock, Page, Transaction, Transactions
from dems.ports.reviewing import Counted, ListedBlock
from dems.steps.reviewing import require_open, sight


@dataclass(frozen=True, slots=True)
class BlockNow:
    """A block, and how its question's answer differs now.

    None of things that are not here, where it finds too much, and for whoever may not read the findings that answer it.
    """

    block: ListedBlock
    again: AskedAgain | None


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """`items` are those of one page, and `counted` is about all, on the first page alone."""

    counted: Counted | None
    items: tuple[ItemCoverage, ...]


@dataclass(frozen=True, slots=True)
class LookUpReview:
    """Every answer raises `NotFound` alike for what is not there and for what the actor may not know of."""

    transaction: Transactions
    clock: Clock
    patience: timedelta = timedelta(seconds=20)

    def searches(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[SearchStrategy]:
        """Each with its samples, oldest first."""
        with self.transaction() as tx:
            self._allowed(tx, actor, proceeding_id)
            found = tx.blocks.searches(proceeding_id)
            return [s for s in found if page.after is None or s.id > page.after][: page.limit]

    def blocks(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[ListedBlock]:
        """Each with its samples and without its annex, oldest first."""
        with self.transaction() as tx:
            self._allowed(tx, actor, proceeding_id)
            return tx.blocks.page(proceeding_id, page)

    def block(self, actor: Actor, block_id: BlockId) -> BlockNow:
        with self.transaction() as tx:
            block = tx.blocks.listed(block_id)
            case_id = self._allowed(tx, actor, block.proceeding, block_id)
            seen = sight(tx, actor, case_id, self.clock())
            if block.asks is None or not (seen.findings or _of_bytes_alone(block.asks)):
                return BlockNow(block, None)
            tx.searching.within(self.patience)
            found = tx.reviewing.found(block.proceeding, case_id, block.asks, seen, MOST_LISTED + 1)
            if len(found) > MOST_LISTED:
                return BlockNow(block, None)
            [kept] = tx.blocks.blocks(block.proceeding, [block_id])
        inside = kept.block.items
        # As when it was made, but for what was decided on by itself since: that stays.
        now = {item: one.digest for item, one in found.items() if item in inside or not one.apart}
        return BlockNow(block, asked_again(kept.block, now))

    def annex(self, actor: Actor, block_id: BlockId, page: Page) -> list[AnnexLine]:
        with self.transaction() as tx:
            self._allowed(tx, actor, tx.blocks.listed(block_id).proceeding, block_id)
            return tx.reviewing.annex(block_id, page)

    def coverage(self, actor: Actor, proceeding_id: StrandId, page: Page) -> CoveragePage:
        """Of the case's items in the order of their ids. What bytes were sent to whom is no viewing: it is not said how long
        anybody looked, nor for which proceeding.
        """
        with self.transaction() as tx:
            case_id = self._allowed(tx, actor, proceeding_id)
            ids = tx.reviewing.items(case_id, page)
            lengths = tx.reviewing.lengths(case_id, ids)
            these = coverage(tx.reviewing.viewings_of(proceeding_id, ids), lengths.items())
            counted = tx.reviewing.counted(proceeding_id, case_id) if page.after is None else None
        return CoveragePage(counted, these.items)

    @staticmethod
    def _allowed(tx: Transaction, actor: Actor, proceeding_id: StrandId, subject: BlockId | None = None) -> CaseId:
        case_id = tx.disclosure.case_of(proceeding_id)
        tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), subject or proceeding_id)
        require_open(tx, proceeding_id)
        return case_id


def _of_bytes_alone(asks: ReviewFilter) -> bool:
    """No word is looked for: whoever may read no findings finds the same."""
    return asks.term is None and asks.device is None
