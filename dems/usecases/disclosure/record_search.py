"""Record a search strategy: where was looked for what, and what each term found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.entries_of_review import of_search
from dems.model.disclosure.searches import Hits, SearchStrategy
from dems.model.ids import SearchId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.reviewing import require_under_review, reviewer


@dataclass(frozen=True, slots=True)
class RecordSearch:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        *,
        source: str,
        purpose: str,
        hits: Sequence[Hits],
        examined: int,
        first: date | None = None,
        last: date | None = None,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> SearchStrategy:
        """Raises `NotFound`, `Invalid`, `WrongState` once review has ended, `DisclosureRulesBroken` for whoever does not review."""
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.STRATEGY_RECORD, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            search_id, now = SearchId(new_id()), self.clock()
            earlier = tx.idempotency.first(once, search_id) if once else None
            if earlier is not None:
                return next(s for s in tx.blocks.searches(proceeding_id) if s.id == earlier)
            by = reviewer(tx, actor, case_id, now, role)
            require_under_review(tx, proceeding_id, now)
            made = SearchStrategy(search_id, source, purpose, tuple(hits), examined, by, first, last)
            tx.blocks.add_search(proceeding_id, made)
            tx.custody.append(authority, of_proceeding(proceeding_id), case_id=case_id, facts=of_search(made))
        return made
