"""Record a sample: items of a block or of a search that somebody looked at in place of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import Invalid, NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.entries_of_review import of_sample
from dems.model.disclosure.searches import Sample
from dems.model.ids import BlockId, EvidenceId, SampleId, SearchId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.ports.disclosure import KeptSample
from dems.steps.reviewing import require_items, require_under_review, reviewer


@dataclass(frozen=True, slots=True)
class RecordSample:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        *,
        items: Sequence[EvidenceId],
        drawn: str,
        found: Sequence[EvidenceId] = (),
        block: BlockId | None = None,
        search: SearchId | None = None,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> KeptSample:
        """Of the block or the search, whichever is given.

        Raises `NotFound` also for a block or search of another proceeding, `Invalid` for items that are not in the block, or not
        of the case; `WrongState` once review has ended, `DisclosureRulesBroken` for whoever does not review.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.SAMPLE_RECORD, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            of = _of(tx, proceeding_id, block, search)
            sample_id, now = SampleId(new_id()), self.clock()
            earlier = tx.idempotency.first(once, sample_id) if once else None
            if earlier is not None:
                return tx.blocks.sample(SampleId(earlier))
            by = reviewer(tx, actor, case_id, now, role)
            require_under_review(tx, proceeding_id, now)
            if block is not None:
                _require_inside(tx, block, items)
            else:
                require_items(tx, case_id, items)
            made = KeptSample(sample_id, Sample(tuple(items), drawn, by, tuple(found)), block, search)
            tx.blocks.add_sample(proceeding_id, made)
            facts = of_sample(sample_id, made.sample, of)
            tx.custody.append(authority, of_proceeding(proceeding_id), case_id=case_id, facts=facts)
        return made


def _of(tx: Transaction, proceeding_id: StrandId, block: BlockId | None, search: SearchId | None) -> BlockId | SearchId:
    if block is not None:
        if tx.blocks.listed(block).proceeding != proceeding_id:
            raise NotFound("block")
        return block
    known = next((s.id for s in tx.blocks.searches(proceeding_id) if s.id == search), None)
    if known is None:
        raise NotFound("search")
    return known


def _require_inside(tx: Transaction, block: BlockId, items: Sequence[EvidenceId]) -> None:
    inside = tx.blocks.inside(block, items)
    if outside := sorted(str(i) for i in items if i not in inside):
        raise Invalid(f"These are not in the block: {', '.join(outside[:5])}.", field="items")
