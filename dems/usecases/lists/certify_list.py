"""Certify the next version of a list of material: derived from what was decided, signed, frozen and entered in one act.

As with schedules, what takes long is worked out before the proceeding is held, and recorded only where nothing has changed once it is.
"""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure import certifying_lists
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import MaterialList
from dems.model.ids import ListId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.kept_lists import keep_list, one_known, with_lists
from dems.steps.proceeding_files import whole
from dems.steps.schedules_at_hand import Entrance, entered, officer, require_signs
from dems.steps.worked_out import AHEAD, WorkedOut, as_it_is


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Actor
    proceeding: StrandId
    form: Form
    role: CaseRole | None
    id: ListId


@dataclass(frozen=True, slots=True)
class CertifyList:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        form: Form,
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> MaterialList:
        """Raises `NotFound`, `Invalid` for a form that is no list of this proceeding and for a list of nothing, and
        `DisclosureRulesBroken` for whoever may not certify, of whom nothing else is then asked, and while a rule that blocks is
        broken, with all of them.
        """
        asked = _Asked(actor, proceeding_id, form, role, ListId(new_id()))
        for _ in range(AHEAD):
            made = self._recorded(asked, once, self._ahead(asked))
            if made is not None:
                return made
        made = self._recorded(asked, once, None)
        assert made is not None, "while the proceeding is held nothing changes"
        return made

    def _ahead(self, asked: _Asked) -> WorkedOut[MaterialList]:
        with self.transaction() as tx:
            read = self._read(tx, self._entered(tx, asked), asked)
        return read.then(lambda read: _certified(read, asked))

    def _recorded(self, asked: _Asked, once: Once | None, found: WorkedOut[MaterialList] | None) -> MaterialList | None:
        """What was certified now, or before with its key; None where something is another by now than what was worked out."""
        with self.transaction() as tx:
            entrance = self._entered(tx, asked)
            tx.disclosure.hold(asked.proceeding)
            if found is None:
                found = self._read(tx, entrance, asked).then(lambda read: _certified(read, asked))
            elif found.of != as_it_is(tx, asked.proceeding, entrance.case_id, self.clock()):
                return None
            earlier = tx.idempotency.first(once, asked.id) if once else None
            if earlier is not None:
                return one_known(tx, entrance, earlier)
            made = found.result()
            keep_list(tx, entrance, made)
            return made

    def _entered(self, tx: Transaction, asked: _Asked) -> Entrance:
        return entered(tx, asked.actor, Act.SCHEDULE_CERTIFY, asked.proceeding, self.clock())

    def _read(self, tx: Transaction, entrance: Entrance, asked: _Asked) -> WorkedOut[tuple[ProceedingFile, Acting]]:
        as_it_was = as_it_is(tx, asked.proceeding, entrance.case_id, self.clock())
        # After that: nothing is signed before what it rests on was decided.
        now = self.clock()

        def read() -> tuple[ProceedingFile, Acting]:
            by = officer(tx, asked.actor, entrance, now, asked.role, "certified")
            file = with_lists(tx, whole(tx, asked.proceeding, now))
            require_signs(tx, asked.actor, entrance, file, by, "certified")
            return file, by

        return WorkedOut.by(as_it_was, read)


def _certified(read: tuple[ProceedingFile, Acting], asked: _Asked) -> MaterialList:
    file, by = read
    return certifying_lists.certify_list(file, asked.form, asked.id, by)
