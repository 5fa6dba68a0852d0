"""Withdraw every link that a person gave to others: none opens anything from the next request on. What was sent stays."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case, of_person
from dems.model.ids import PersonId
from dems.model.invitations import invited
from dems.model.people import Links
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class WithdrawLinks:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, person_id: PersonId) -> Links:
        """How many there were. Each case that had an invitation says so in its chain. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.LINK_REVOKE, person_id=person_id)
            tx.people.get(person_id)
            now = self.clock()
            live = tx.links.live(person_id, now)
            if live == Links(0, 0, 0):
                return live
            for invitation in tx.links.invitations(person_id, now):
                tx.invitations.revoke(invitation.id, now)
                tx.custody.append(
                    authority,
                    of_case(invitation.case_id),
                    act=Act.INVITATION_REVOKE,
                    case_id=invitation.case_id,
                    facts={**invited(invitation), "intake": str(invitation.intake_id)},
                )
            tx.links.end(person_id, now)
            tx.custody.append(
                authority,
                of_person(person_id),
                facts={"invitations": live.invitations, "intakes": live.intakes, "uploads": live.uploads},
            )
            return live
