"""Add a person, or a service, that can act under its own name."""

from collections.abc import Iterable
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId, new_id
from dems.model.people import OrganisationRole, Person
from dems.ports import Clock, Once, Transactions


@dataclass(frozen=True, slots=True)
class AddPerson:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        *,
        name: str,
        email: str,
        roles: Iterable[OrganisationRole],
        force: str | None = None,
        once: Once | None = None,
    ) -> Person:
        """Raises `AlreadyExists` when the address is somebody's."""
        person = Person(PersonId(new_id()), name, email, frozenset(roles), force)
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.PERSON_ADD)
            earlier = tx.idempotency.first(once, person.id) if once else None
            if earlier is not None:
                return tx.people.get(PersonId(earlier))
            tx.people.add(person, self.clock())
            tx.custody.append(
                authority,
                of_person(person.id),
                facts={"name": name, "email": email, "roles": sorted(r.value for r in person.roles), "force": force},
            )
        return person
