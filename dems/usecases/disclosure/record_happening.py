"""Record that something happened in a proceeding that rules of disclosure count from, or that it did not happen after all."""

from collections.abc import Callable
from dataclasses import dataclass

from dems.errors import NotFound, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, Acting, signature_record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.parties import Happening
from dems.model.disclosure.recording import did_not_happen, happened
from dems.model.ids import HappeningId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.ports.disclosure import KeptHappening
from dems.steps.acting import acting
from dems.steps.proceeding_files import about

_Made = Callable[[Transaction, ProceedingFile, HappeningId, Acting], KeptHappening]


@dataclass(frozen=True, slots=True)
class RecordHappening:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        happening: Happening,
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> KeptHappening:
        """Raises what `happened` raises, `NotFound`, and `DisclosureRulesBroken` for a role that is not held."""

        def made(_: Transaction, file: ProceedingFile, new: HappeningId, by: Acting) -> KeptHappening:
            happened(file, happening)
            return KeptHappening(new, happening, by)

        return self._recorded(actor, proceeding_id, made, role, once)

    def take_back(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        wrong: HappeningId,
        *,
        reason: str,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> KeptHappening:
        """As recording; raises `NotFound` for one that is not of this proceeding, and `WrongState` for one that does not stand."""

        def made(tx: Transaction, file: ProceedingFile, new: HappeningId, by: Acting) -> KeptHappening:
            kept = tx.disclosure.happenings(proceeding_id)
            found = next((h for h in kept if h.id == wrong), None)
            if found is None:
                raise NotFound("happening")
            if found.takes_back is not None or any(h.takes_back == wrong for h in kept):
                raise WrongState("This was taken back already: what did happen is recorded anew.", state="taken back")
            did_not_happen(file, found.happening)
            return KeptHappening(new, found.happening, by, wrong, reason)

        return self._recorded(actor, proceeding_id, made, role, once)

    def _recorded(
        self, actor: Actor, proceeding_id: StrandId, made: _Made, role: CaseRole | None, once: Once | None
    ) -> KeptHappening:
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.DISCLOSURE_HAPPENING, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            new = HappeningId(new_id())
            earlier = tx.idempotency.first(once, new) if once else None
            if earlier is not None:
                return next(h for h in tx.disclosure.happenings(proceeding_id) if h.id == earlier)
            now = self.clock()
            by = acting(tx, actor, case_id, now, role=role, fitting=DISCLOSURE_OFFICERS)
            kept = made(tx, about(tx, proceeding_id, (), now), new, by)
            tx.disclosure.add_happening(proceeding_id, kept)
            tx.custody.append(
                authority,
                of_proceeding(proceeding_id),
                case_id=case_id,
                reason=kept.reason,
                facts={
                    "happening": str(new),
                    "kind": kept.happening.kind.value,
                    "on": kept.happening.on.isoformat(),
                    "party": None if kept.party is None else str(kept.party),
                    "takes_back": None if kept.takes_back is None else str(kept.takes_back),
                    "by": signature_record(by),
                },
            )
        return kept
