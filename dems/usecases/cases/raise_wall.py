"""Raise a wall: keep a person, or everyone of a force, from knowing of a case."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, GrantId, PersonId, new_id
from dems.model.people import Wall, same_force
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class RaiseWall:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        *,
        person_id: PersonId | None = None,
        force: str | None = None,
        reason: str | None,
    ) -> Wall:
        """Against one person or one force. A wall that stands already is given back as it is. Raises `NotFound`."""
        if (person_id is None) == (force is None):
            raise ValueError("a wall is against a person or against a force")
        wall = Wall(GrantId(new_id()), case_id, person_id, force, reason or "", self.clock())
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.WALL_RAISE, case_id=case_id, person_id=person_id)
            tx.cases.get(case_id, for_update=True)
            name = None if person_id is None else tx.people.get(person_id).name
            for standing in tx.cases.walls(case_id):
                if standing.person_id == person_id and same_force(standing.force or "", force or ""):
                    return standing
            tx.cases.add_wall(wall)
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                reason=reason,
                facts={"person": None if person_id is None else str(person_id), "name": name, "force": force},
            )
        return wall
