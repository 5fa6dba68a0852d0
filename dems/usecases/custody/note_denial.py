"""Note that somebody known was refused something. Attempts that failed belong into the record too."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.ports import Transactions


@dataclass(frozen=True, slots=True)
class NoteDenial:
    transaction: Transactions

    def __call__(self, actor: Actor, what: str, outcome: str) -> None:
        """`what` was asked for (an act, or a method and route), and how it was answered."""
        with self.transaction() as tx:
            tx.denied(actor, what, outcome)
