"""Open a case. Who opens it joins its team with the case roles they hold in the organisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import of_case
from dems.model.ids import CaseId, GrantId, new_id
from dems.model.life.lives import Life
from dems.model.life.saying import facts_saying
from dems.model.life.vocabulary import Jurisdiction, Source, Vocabulary
from dems.model.people import CaseGrant
from dems.model.times import london_date, rfc3339
from dems.ports import Clock, Once, Transactions
from dems.steps.telling import tell

WHEN_OPENED = "So it was said when the case was opened."


@dataclass(frozen=True, slots=True)
class OpenCase:
    transaction: Transactions
    clock: Clock
    vocabulary: Vocabulary

    def __call__(
        self,
        actor: Actor,
        *,
        reference: str,
        title: str,
        matter_type: str | None = None,
        jurisdiction: Jurisdiction | None = None,
        force: str | None = None,
        appropriate_authority: str | None = None,
        source: Source | None = None,
        themes: Sequence[str] = (),
        is_major: bool = False,
        received_at: datetime | None = None,
        once: Once | None = None,
    ) -> Case:
        """What is said of the case becomes facts; themes, and being major, hold from the day it was received, or else from today.

        Raises `AlreadyExists` for a reference that is taken, saying nothing about the case that has it.
        """
        now = self.clock()
        fields = {
            "matter_type": matter_type,
            "jurisdiction": jurisdiction,
            "force": force,
            "appropriate_authority": appropriate_authority,
            "source": source,
            "themes": themes,
            "is_major": is_major,
            "received_at": received_at,
        }
        said = self.vocabulary.meant(fields)
        if received_at is not None and received_at > now:
            raise Invalid("A case was not received in the future.", field="received_at")
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CASE_OPEN)
            human = actor.somebody
            case = Case(CaseId(new_id()), reference, title, CaseState.OPEN, human.id, now)
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
                    "matter_type": said["matter_type"] and said["matter_type"].value,
                    "force": force,
                    "themes": list(said["themes"]),
                    "is_major": is_major,
                    "received_at": None if received_at is None else rfc3339(received_at),
                    "team": [{"person": str(human.id), "roles": [r.value for r in roles]}],
                },
            )
            facts = facts_saying(Life(case.id), said, london_date(received_at or now), WHEN_OPENED)
            if facts:
                # Opening the case and saying what it is are one change: the version that the first reader sees is 1.
                unsaid = replace(case, version=0)
                case = tell(tx, actor, unsaid, facts, now=now, vocabulary=self.vocabulary).case
        return case
