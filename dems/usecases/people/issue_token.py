"""Issue an API token. It is shown once; what stays is its hash, who issued it and until when it works."""

from dataclasses import dataclass
from datetime import timedelta

from dems.errors import Invalid, Refused
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId, TokenId, new_id
from dems.model.people import OrganisationRole, Token, TokenKind
from dems.model.secrets import Prefix, new_token
from dems.ports import Clock, Transactions

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class IssueToken:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, person_id: PersonId, *, lasts: timedelta, kind: TokenKind = TokenKind.PERSON
    ) -> tuple[Token, str]:
        """The record and the token itself. Raises `SelfGrant`, `Invalid` for a life beyond `LONGEST`."""
        if not timedelta(0) < lasts <= LONGEST:
            raise Invalid(f"A token lasts between a moment and {LONGEST.days} days.", field="expires")
        secret, secret_hash = new_token(Prefix.API)
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.TOKEN_ISSUE, person_id=person_id)
            person = tx.people.get(person_id)
            if not person.active:
                raise Refused("This person is not active: no token is issued to them.")
            if kind is TokenKind.SERVICE and OrganisationRole.INTEGRATION not in person.roles:
                raise Refused("A service token is issued only to somebody with the role integration.")
            now = self.clock()
            token = Token(
                TokenId(new_id()), person_id, kind, None if actor.human is None else actor.human.id, now, now + lasts
            )
            tx.tokens.add(token, secret_hash)
            tx.custody.append(
                authority,
                of_person(person_id),
                facts={"token": str(token.id), "kind": kind.value, "lasts_seconds": int(lasts.total_seconds())},
            )
        return token, secret
