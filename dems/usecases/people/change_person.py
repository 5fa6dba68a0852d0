"""Change what is known of a person: name, organisation roles, force, whether they are active."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from dems.errors import PreconditionFailed
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId
from dems.model.people import OrganisationRole, Person
from dems.ports import Transactions


@dataclass(frozen=True, slots=True)
class ChangePerson:
    transaction: Transactions

    def __call__(
        self,
        actor: Actor,
        person_id: PersonId,
        *,
        if_version: int,
        name: str | None = None,
        roles: Iterable[OrganisationRole] | None = None,
        force: str | None = None,
        active: bool | None = None,
    ) -> Person:
        """None leaves a field as it is; an empty `force` takes it away.

        Raises `SelfGrant` when people change themselves, `PreconditionFailed` when `if_version` is not current.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.PERSON_CHANGE, person_id=person_id)
            before = tx.people.get(person_id, for_update=True)
            if before.version != if_version:
                raise PreconditionFailed("Somebody else changed this person since you read it. Read it again.")
            after = replace(
                before,
                name=before.name if name is None else name,
                roles=before.roles if roles is None else frozenset(roles),
                force=before.force if force is None else force or None,
                active=before.active if active is None else active,
            )
            if after == before:
                return before
            after = replace(after, version=before.version + 1)
            tx.people.save(after)
            tx.custody.append(authority, of_person(person_id), facts={"before": _facts(before), "after": _facts(after)})
        return after


def _facts(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "roles": sorted(r.value for r in person.roles),
        "force": person.force,
        "active": person.active,
    }
