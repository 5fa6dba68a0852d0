"""Look up people and their tokens (never the tokens themselves)."""

from dataclasses import dataclass
from datetime import datetime

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import PersonId
from dems.model.people import Links, Person, Token
from dems.ports import Page, Transactions


@dataclass(frozen=True, slots=True)
class LookUpPeople:
    transaction: Transactions

    def page(self, actor: Actor, page: Page, *, email: str | None = None) -> list[Person]:
        with self.transaction() as tx:
            tx.authorise(actor, Act.PERSON_LIST)
            return tx.people.page(page, email=email)

    def one(self, actor: Actor, person_id: PersonId) -> Person:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.PERSON_READ), person_id)
            return tx.people.get(person_id)

    def links(self, actor: Actor, person_id: PersonId, at: datetime) -> Links:
        """What opens something in this person's name, in other hands. Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LINK_LIST), person_id)
            tx.people.get(person_id)
            return tx.links.live(person_id, at)

    def tokens(self, actor: Actor, person_id: PersonId, page: Page) -> list[Token]:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.TOKEN_LIST), person_id)
            tx.people.get(person_id)
            return tx.tokens.page(person_id, page)
