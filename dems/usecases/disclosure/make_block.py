"""List items together: a question is frozen with its answer, or things that are not here are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.blocks import MOST_LISTED, AnnexLine, Block, FrozenQuery
from dems.model.disclosure.entries_of_review import of_block
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.ids import BlockId, CaseId, SearchId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.ports.disclosure import KeptBlock
from dems.ports.reviewing import Sight
from dems.steps.reviewing import require_under_review, require_words, reviewer, sight


@dataclass(frozen=True, slots=True)
class NewBlock:
    """`asks` is None for things that are not here, whose `quantity` is counted by hand. `question` says in words what was asked."""

    title: str
    source: str
    reason: str
    question: str
    asks: ReviewFilter | None = None
    quantity: int | None = None
    searches: tuple[SearchId, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class MakeBlock:
    transaction: Transactions
    clock: Clock
    patience: timedelta = timedelta(seconds=20)
    """How long any one question to the database may take."""

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        new: NewBlock,
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> KeptBlock:
        """Its annex has what the question finds, but for items that something was decided about by themselves: they have rows of
        their own. No decision that is kept from anybody makes a difference to it.

        Raises `NotFound`, `Invalid` for a question that finds nothing or too much, `WrongState` once review has ended,
        `DisclosureRulesBroken` for whoever does not review.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.BLOCK_RECORD, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            block_id, now = BlockId(new_id()), self.clock()
            earlier = tx.idempotency.first(once, block_id) if once else None
            if earlier is not None:
                [kept] = tx.blocks.blocks(proceeding_id, [BlockId(earlier)])
                return kept
            by = reviewer(tx, actor, case_id, now, role)
            require_under_review(tx, proceeding_id, now)
            _require_searches(tx, proceeding_id, new.searches)
            annex: Sequence[AnnexLine] = ()
            if new.asks is not None:
                if new.asks == ReviewFilter():
                    raise Invalid("Ask at least one thing: a block of everything would say nothing.", field="asks")
                require_words(tx, new.asks, self.patience)
                annex = _annex(tx, proceeding_id, case_id, new.asks, sight(tx, actor, case_id, now))
            block = Block(
                id=block_id,
                title=new.title,
                quantity=_quantity(new, len(annex)),
                source=new.source,
                reason=new.reason,
                query=FrozenQuery(new.question, now, new.searches),
                annex=tuple(annex),
                first=new.first,
                last=new.last,
            )
            made = KeptBlock(block, new.asks, by)
            tx.blocks.add_block(proceeding_id, made)
            facts = of_block(block, new.asks, by)
            tx.custody.append(authority, of_proceeding(proceeding_id), case_id=case_id, facts=facts)
        return made


def _annex(
    tx: Transaction, proceeding_id: StrandId, case_id: CaseId, asks: ReviewFilter, seen: Sight
) -> list[AnnexLine]:
    found = tx.reviewing.found(proceeding_id, case_id, asks, seen, MOST_LISTED + 1)
    if len(found) > MOST_LISTED:
        raise Invalid(
            f"This question finds more than {MOST_LISTED:,} items: narrow it, by dates for instance, and make several blocks.",
            field="asks",
        )
    lines = [AnnexLine(item, one.digest) for item, one in found.items() if not one.apart]
    if not lines:
        raise Invalid(
            f"This question finds {len(found)} sealed items, and each of them was decided on by itself: nothing is left to list "
            "together. Ask another question.",
            field="asks",
        )
    return lines


def _quantity(new: NewBlock, found: int) -> int:
    if new.asks is not None:
        if new.quantity is not None:
            raise Invalid("What a question finds is counted: leave the quantity out.", field="quantity")
        return found
    if new.quantity is None:
        raise Invalid("Say how many there are, or ask a question that finds them.", field="quantity")
    return new.quantity


def _require_searches(tx: Transaction, proceeding_id: StrandId, searches: Sequence[SearchId]) -> None:
    known = {s.id for s in tx.blocks.searches(proceeding_id)} if searches else set()
    if strangers := sorted(str(s) for s in searches if s not in known):
        raise Invalid(f"These are no searches of this proceeding: {', '.join(strangers[:5])}.", field="searches")
