"""Revoke an API token: it stops working with the next request."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import TokenId
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class RevokeToken:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, token_id: TokenId) -> None:
        """Revoking twice changes nothing the second time. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.TOKEN_REVOKE)
            token = tx.tokens.get(token_id, for_update=True)
            if token.revoked_at is not None:
                return
            tx.tokens.revoke(token_id, self.clock())
            tx.custody.append(authority, of_person(token.person_id), facts={"token": str(token_id)})
