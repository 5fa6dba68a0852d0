"""Record facts of the life of a case, correct one, or take one back."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import Invalid, PreconditionFailed
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import CaseId, FactId, new_id
from dems.model.life.saying import NewFact
from dems.model.life.vocabulary import Vocabulary
from dems.ports import Clock, Once, Transactions
from dems.steps.telling import Told, tell


@dataclass(frozen=True, slots=True)
class RecordFacts:
    transaction: Transactions
    clock: Clock
    vocabulary: Vocabulary

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        new: Sequence[NewFact],
        *,
        if_version: int | None = None,
        once: Once | None = None,
    ) -> Told:
        """All of them or, where they cannot be true of the case, none. Also of a case that is closed: its life goes on.

        Raises what `tell` raises, and `PreconditionFailed` where `if_version` is not the current one.
        """
        if not new:
            raise Invalid("Say what happened: there is no fact in this.", field="facts")
        with self.transaction() as tx:
            tx.authorise(actor, Act.LIFE_RECORD, case_id=case_id)
            case = tx.cases.get(case_id, for_update=True)
            first = FactId(new_id())
            earlier = tx.idempotency.first(once, first) if once else None
            if earlier is not None:
                life = tx.lives.of_case(case_id)
                again = next(f for f in life.facts if f.id == earlier)
                return Told(case, life, tuple(f for f in life.facts if f.recorded_at == again.recorded_at), ())
            if if_version is not None and case.version != if_version:
                raise PreconditionFailed("Somebody else changed this case since you read it. Read it again.")
            return tell(tx, actor, case, new, now=self.clock(), vocabulary=self.vocabulary, first=first)
