"""Draft a report on timeliness."""

from dataclasses import dataclass

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.letters import REPORT_CLOCKS, Letter, Wanted, letter_of
from dems.model.clocks.rules import clocks_by
from dems.model.custody import of_case
from dems.model.ids import CaseId, LetterId, new_id
from dems.model.times import london_date
from dems.ports import Clock, Once, Transactions


@dataclass(frozen=True, slots=True)
class DraftLetter:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, case_id: CaseId, wanted: Wanted, *, once: Once | None = None) -> Letter:
        """As of today. Drafting it again leaves the first as it was; nothing is sent, which is a milestone of its own.

        Raises `Invalid` where the record does not say enough, or does not ask for such a report.
        """
        if wanted.clock not in REPORT_CLOCKS:
            raise Invalid(
                f"There is no report of that kind: use one of {', '.join(sorted(REPORT_CLOCKS))}.", field="clock"
            )
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.LETTER_DRAFT, case_id=case_id)
            tx.cases.get(case_id, keep_as_is=True)
            human = actor.somebody
            letter_id = LetterId(new_id())
            earlier = tx.idempotency.first(once, letter_id) if once else None
            if earlier is not None:
                return tx.letters.get(case_id, LetterId(earlier))
            now, life = self.clock(), tx.lives.of_case(case_id)
            kept = clocks_by(tx.clocks.rules(), life, now)
            answer = next((k.answer for k in kept if k.answer.definition.id == wanted.clock), None)
            if answer is None:
                raise Invalid("This case asks for no such report: it is not investigated in that mode.", field="clock")
            letter = letter_of(life, answer, wanted, london_date(now), letter_id=letter_id, by=human.id, at=now)
            tx.letters.add(letter)
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                facts={
                    "report": str(letter.id),
                    "clock": wanted.clock,
                    "period": letter.number,
                    "recipients": sorted(r.value for r in letter.recipients),
                    "missing": [part.value for part in letter.missing],
                },
            )
            return letter
