"""Open disclosure in a proceeding: when the investigation began, and who is what in it. Said again, the last that was said counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from dems.errors import Invalid, PreconditionFailed, PreconditionRequired
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, signature_record
from dems.model.disclosure.parties import PartyTo
from dems.model.ids import CaseId, StrandId
from dems.model.people import CaseRole
from dems.model.times import london_date
from dems.ports import Clock, Once, Page, Transaction, Transactions
from dems.ports.disclosure import Opening
from dems.steps.acting import acting
from dems.steps.proceeding_files import Disclosed, as_opened, opened_with


@dataclass(frozen=True, slots=True)
class OpenDisclosure:
    """Everything in the case awaits review from then on. Of a large case most of that is written beforehand, `at_once` items in a
    transaction, so that nobody who brings something in waits for it; until the last transaction nothing is open.
    """

    transaction: Transactions
    clock: Clock
    at_once: int = 5_000

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        *,
        investigation_began: date,
        parties: Sequence[PartyTo],
        reason: str,
        role: CaseRole | None = None,
        if_version: int | None = None,
        once: Once | None = None,
    ) -> Disclosed:
        """`if_version` is the number of the opening whose place this takes; None for the first.

        Raises `NotFound`, `Invalid` for parties that the proceeding does not have or cannot have and for an investigation that is
        still to begin, `PreconditionRequired` and `PreconditionFailed`, `DisclosureRulesBroken` for a role that is not held.
        """

        def asked(tx: Transaction, case_id: CaseId) -> Disclosed:
            now = self.clock()
            by = acting(tx, actor, case_id, now, role=role, fitting=DISCLOSURE_OFFICERS)
            number = len(tx.disclosure.openings(proceeding_id)) + 1
            _require_newest(number - 1, if_version)
            if investigation_began > london_date(now):
                raise Invalid(
                    "The investigation has begun already: give the day on which it did.", field="investigation_began"
                )
            opening = Opening(proceeding_id, number, investigation_began, tuple(parties), reason, by)
            return Disclosed(opened_with(tx, opening), opening)

        if if_version is None:
            self._ahead(actor, proceeding_id, asked)
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.DISCLOSURE_OPEN, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            if once is not None and tx.idempotency.first(once, proceeding_id) is not None:
                return as_opened(tx, proceeding_id)
            made = asked(tx, case_id)
            opening = made.opening
            tx.disclosure.open(case_id, opening)
            tx.custody.append(
                authority,
                of_proceeding(proceeding_id),
                case_id=case_id,
                reason=reason,
                facts={
                    "opening": opening.number,
                    "investigation_began": investigation_began.isoformat(),
                    # The chain is for good and a name may have to go: it has the ids.
                    "parties": [{"party": str(p.party), "position": p.position.value} for p in opening.parties],
                    "by": signature_record(opening.by),
                },
            )
        return made

    def _ahead(self, actor: Actor, proceeding_id: StrandId, asked: Callable[[Transaction, CaseId], Disclosed]) -> None:
        """What `asked` refuses is refused before anything is written, and each page is written for whoever may open this."""
        page = Page(self.at_once)
        while True:
            with self.transaction() as tx:
                case_id = tx.disclosure.case_of(proceeding_id)
                tx.authorise(actor, Act.DISCLOSURE_OPEN, case_id=case_id)
                tx.disclosure.hold(proceeding_id)
                if tx.disclosure.openings(proceeding_id):
                    return
                asked(tx, case_id)
                ready = tx.disclosure.will_open(case_id, proceeding_id, page)
            if len(ready) < page.limit:
                return
            page = Page(self.at_once, ready[-1])


def _require_newest(last: int, if_version: int | None) -> None:
    if if_version is not None and if_version != last:
        raise PreconditionFailed("Somebody else opened this or said it anew since you read it. Read it again.")
    if if_version is None and last > 0:
        raise PreconditionRequired(
            "Disclosure is open in this proceeding: send If-Match with the ETag that you read, to say it anew."
        )
