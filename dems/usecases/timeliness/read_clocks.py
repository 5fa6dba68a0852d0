"""How every clock of a case stands, and why."""

from dataclasses import dataclass
from datetime import date

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.listing import KeptClock
from dems.model.clocks.rules import clocks_by
from dems.model.ids import CaseId
from dems.model.times import london_date
from dems.ports import Clock, Due, DueAfter, DueFilter, Transactions


@dataclass(frozen=True, slots=True)
class ReadClocks:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, case_id: CaseId) -> tuple[KeptClock, ...]:
        """By strand and definition; read from the facts and rules of now, and from no row. Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.CLOCKS_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return clocks_by(tx.clocks.rules(), tx.lives.of_case(case_id), self.clock())


@dataclass(frozen=True, slots=True)
class ListDue:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, wanted: DueFilter, limit: int, after: DueAfter | None = None
    ) -> tuple[date, list[Due]]:
        """Today, and what is due in all cases that the actor may know of, earliest first, overdue ones included."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.DUE_LIST)
            if wanted.case_id is not None:
                tx.consulted(tx.authorise(actor, Act.CLOCKS_READ, case_id=wanted.case_id), wanted.case_id)
            elif actor.human is not None:
                tx.consulted(authority, actor.human.id)
            return london_date(self.clock()), tx.clocks.due(actor.people, wanted, limit, after)
