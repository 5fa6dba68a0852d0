"""Lower a wall. Nobody lowers one that is against themselves: they cannot know of the case."""

from dataclasses import dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, PersonId
from dems.model.people import same_force
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class LowerWall:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        *,
        person_id: PersonId | None = None,
        force: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Raises `NotFound` when no such wall stands."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.WALL_LOWER, case_id=case_id, person_id=person_id)
            tx.cases.get(case_id, for_update=True)
            for wall in tx.cases.walls(case_id):
                if wall.person_id == person_id and same_force(wall.force or "", force or ""):
                    tx.cases.lower_wall(wall.id, self.clock())
                    break
            else:
                raise NotFound("wall")
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                reason=reason,
                facts={"person": None if person_id is None else str(person_id), "force": force},
            )
