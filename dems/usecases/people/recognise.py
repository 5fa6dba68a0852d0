"""Recognise who a credential stands for. Says who, never may."""

from dataclasses import dataclass

from dems.errors import BadRequest, NotAuthenticated, NotPermitted
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.ids import PersonId
from dems.model.people import Person, TokenKind
from dems.model.secrets import Prefix, token_hash
from dems.ports import Clock, IntakeToken, Transaction, Transactions, UploadToken

_UNKNOWN = "This token is unknown, expired or revoked. Ask an administrator for a new one."


@dataclass(frozen=True, slots=True)
class Recognise:
    transaction: Transactions
    clock: Clock

    def __call__(self, token: str, *, on_behalf_of: str | None, request_id: str | None) -> Actor:
        """The actor behind a bearer token.

        Raises `NotAuthenticated` alike for every token that does not work, `NotPermitted` for a person's token
        with `On-Behalf-Of`, or a service's with the address of nobody who is active.
        """
        with self.transaction() as tx:
            if token.startswith(Prefix.UPLOAD):
                return self._upload(tx, token, on_behalf_of, request_id)
            if token.startswith(Prefix.INTAKE):
                return self._intake(tx, token, on_behalf_of, request_id)
            found = tx.tokens.by_hash(token_hash(token))
            if found is None or not found.usable(self.clock()):
                raise NotAuthenticated(_UNKNOWN)
            person = self._active(tx, found.person_id)
            if found.kind is TokenKind.PERSON:
                if on_behalf_of is not None:
                    raise NotPermitted("Only a service acts on behalf of somebody: leave On-Behalf-Of out.")
                return Actor(ActorKind.PERSON, person.name, person, token_id=found.id, request_id=request_id)
            principal = None if on_behalf_of is None else tx.people.by_email(on_behalf_of)
            if on_behalf_of is not None and (principal is None or not principal.active):
                raise NotPermitted("On-Behalf-Of names nobody who is known and active here.")
            return Actor(ActorKind.SERVICE, person.name, person, principal, found.id, request_id=request_id)

    def _upload(self, tx: Transaction, token: str, on_behalf_of: str | None, request_id: str | None) -> Actor:
        found = tx.uploads.token_by_hash(token_hash(token))
        if found is None:
            raise NotAuthenticated(_UNKNOWN)
        person, principal = self._behind(tx, found, on_behalf_of)
        return Actor(ActorKind.UPLOAD, person.name, person, principal, found.id, found.upload_id, request_id)

    def _intake(self, tx: Transaction, token: str, on_behalf_of: str | None, request_id: str | None) -> Actor:
        found = tx.intakes.token_by_hash(token_hash(token))
        if found is None:
            raise NotAuthenticated(_UNKNOWN)
        invitation = tx.invitations.of_intake(found.intake_id)
        if invitation is not None:
            # Said before anything else: who holds it is not to be sent to an administrator.
            invitation.opens(Act.INVITATION_OPEN, self.clock())
        person, principal = self._behind(tx, found, on_behalf_of)
        return Actor(
            ActorKind.INTAKE if invitation is None else ActorKind.INVITATION,
            person.name if invitation is None else invitation.terms.recipient,
            person,
            principal,
            found.id,
            request_id=request_id,
            intake_id=found.intake_id,
        )

    def _behind(
        self, tx: Transaction, found: UploadToken | IntakeToken, on_behalf_of: str | None
    ) -> tuple[Person, Person | None]:
        """For whom a credential of narrow use stands."""
        if found.revoked_at is not None or self.clock() >= found.expires_at:
            raise NotAuthenticated(_UNKNOWN)
        if on_behalf_of is not None:
            raise BadRequest("This token already says for whom it acts: leave On-Behalf-Of out.")
        principal = None if found.on_behalf_of is None else self._active(tx, found.on_behalf_of)
        return self._active(tx, found.person_id), principal

    @staticmethod
    def _active(tx: Transaction, person_id: PersonId) -> Person:
        person = tx.people.get(person_id)
        if not person.active:
            raise NotAuthenticated(_UNKNOWN)
        return person
