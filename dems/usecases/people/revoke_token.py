"""Revoke an API token: it stops working with the next request. Links that were made with it do not, and are counted."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId, TokenId
from dems.model.people import Links
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class RevokeToken:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, token_id: TokenId) -> tuple[PersonId, Links]:
        """Whose it was, and the links that still work in their name.

        Revoking twice changes nothing the second time. Raises `NotFound`.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.TOKEN_REVOKE)
            token = tx.tokens.get(token_id, for_update=True)
            if token.revoked_at is None:
                tx.tokens.revoke(token_id, self.clock())
                tx.custody.append(authority, of_person(token.person_id), facts={"token": str(token_id)})
            return token.person_id, tx.links.live(token.person_id, self.clock())
