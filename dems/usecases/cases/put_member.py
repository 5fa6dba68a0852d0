"""Say what a person holds on a case: roles and clearances, with dates. What is not said any more ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dems.errors import Invalid, Refused
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, GrantId, PersonId, new_id
from dems.model.people import CaseGrant, CaseRole, Clearance, Person
from dems.model.times import london_date
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class Holding:
    """One role or clearance, from and until London dates (both included); `until` None has no end."""

    name: CaseRole | Clearance
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class PutMember:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        person_id: PersonId,
        holdings: Iterable[Holding],
        *,
        reason: str | None = None,
    ) -> tuple[Person, list[CaseGrant]]:
        """Raises `SelfGrant`, and `Refused` for a role that the person does not hold in the organisation."""
        now = self.clock()
        today = london_date(now)
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.TEAM_GRANT, case_id=case_id, person_id=person_id)
            tx.cases.get(case_id, for_update=True).takes_changes()
            person = tx.people.get(person_id)
            if not person.active:
                raise Refused("This person is not active and cannot join a case.")
            current = tx.cases.grants(case_id, [person_id])
            # Who says nothing of the start means what is held already, or from today on.
            since = {g.name: g.starts_on for g in current}
            wanted = {(h.name, h.starts_on or since.get(h.name, today), h.ends_on) for h in holdings}
            for name, starts_on, ends_on in wanted:
                if isinstance(name, CaseRole) and name not in person.case_roles:
                    raise Refused(
                        f"This person does not hold the role {name.value} in the organisation, so not on a case either.",
                        role=name.value,
                    )
                if ends_on is not None and ends_on < starts_on:
                    raise Invalid("A role ends on or after the day it starts.", field="until")
            kept = [g for g in current if (g.name, g.starts_on, g.ends_on) in wanted]
            missing = wanted - {(g.name, g.starts_on, g.ends_on) for g in kept}
            ended = [g for g in current if g not in kept]
            for grant in ended:
                tx.cases.end_grant(grant.id, now)
            added = [
                CaseGrant(GrantId(new_id()), case_id, person_id, name, starts, ends, now)
                for name, starts, ends in sorted(missing, key=str)
            ]
            for grant in added:
                tx.cases.add_grant(grant)
            if added or ended:
                tx.custody.append(
                    authority,
                    of_case(case_id),
                    case_id=case_id,
                    reason=reason,
                    facts={
                        "person": str(person_id),
                        "name": person.name,
                        "granted": [_facts(g) for g in added],
                        "ended": [_facts(g) for g in ended],
                    },
                )
        return person, kept + added


def _facts(grant: CaseGrant) -> dict[str, Any]:
    return {
        "name": grant.name.value,
        "from": grant.starts_on.isoformat(),
        "until": None if grant.ends_on is None else grant.ends_on.isoformat(),
    }
