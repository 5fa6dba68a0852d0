"""Take a person off a case, from this moment on."""

from dataclasses import dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, PersonId
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class EndMember:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, case_id: CaseId, person_id: PersonId, *, reason: str | None = None) -> None:
        """Raises `NotFound` when the person is not on the case. Works on closed cases too: access may always end."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.TEAM_END, case_id=case_id, person_id=person_id)
            tx.cases.get(case_id, for_update=True)
            grants = tx.cases.grants(case_id, [person_id])
            if not grants:
                raise NotFound("member")
            for grant in grants:
                tx.cases.end_grant(grant.id, self.clock())
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                reason=reason,
                facts={
                    "person": str(person_id),
                    "name": tx.people.get(person_id).name,
                    "ended": sorted(g.name.value for g in grants),
                },
            )
