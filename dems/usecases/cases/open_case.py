"""Open a case. Who opens it joins its team with the case roles they hold in the organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import of_case
from dems.model.ids import CaseId, GrantId, new_id
from dems.model.people import CaseGrant
from dems.model.times import london_date, rfc3339
from dems.ports import Clock, Once, Transactions


@dataclass(frozen=True, slots=True)
class OpenCase:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        *,
        reference: str,
        title: str,
        matter_type: str | None = None,
        force: str | None = None,
        themes: Sequence[str] = (),
        is_major: bool = False,
        received_at: datetime | None = None,
        once: Once | None = None,
    ) -> Case:
        """Raises `AlreadyExists` for a reference that is taken, saying nothing about the case that has it."""
        now = self.clock()
        if received_at is not None and received_at > now:
            raise Invalid("A case was not received in the future.", field="received_at")
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CASE_OPEN)
            human = actor.human
            if human is None:
                raise RuntimeError("a case is opened by somebody")
            case = Case(
                CaseId(new_id()),
                reference,
                title,
                CaseState.OPEN,
                human.id,
                now,
                matter_type,
                force,
                tuple(themes),
                is_major,
                received_at,
            )
            earlier = tx.idempotency.first(once, case.id) if once else None
            if earlier is not None:
                tx.authorise(actor, Act.CASE_READ, case_id=CaseId(earlier))
                return tx.cases.get(CaseId(earlier))
            tx.cases.add(case)
            roles = sorted(human.case_roles)
            for role in roles:
                tx.cases.add_grant(CaseGrant(GrantId(new_id()), case.id, human.id, role, london_date(now), None, now))
            tx.custody.append(
                authority,
                of_case(case.id),
                case_id=case.id,
                facts={
                    "reference": reference,
                    "title": title,
                    "matter_type": matter_type,
                    "force": force,
                    "themes": list(themes),
                    "is_major": is_major,
                    "received_at": None if received_at is None else rfc3339(received_at),
                    "team": [{"person": str(human.id), "roles": [r.value for r in roles]}],
                },
            )
        return case
