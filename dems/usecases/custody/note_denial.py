"""Note that somebody known was refused something. Attempts that failed belong into the record too."""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.ports import Transactions


@dataclass(frozen=True, slots=True)
class NoteDenial:
    transaction: Transactions

    def __call__(self, actor: Actor, what: str, asked: Mapping[str, str], outcome: str) -> None:
        """`what` was asked for (a method and route), of which subjects, and how it was answered."""
        with self.transaction() as tx:
            tx.denied(actor, what, asked, outcome)
