"""Sign one form of the set that is put together: a schedule is frozen by itself, a report signs for the whole set.

With thousands of rows the rules take seconds. So they are asked before the proceeding is held, and what they found is recorded only
where nothing has changed once it is.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dems.errors import DisclosureRulesBroken, PreconditionFailed, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.certifying import certify_part
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.moving import alerts_due
from dems.model.disclosure.placing import in_rows
from dems.model.disclosure.preparing import Preparation
from dems.model.ids import ReportId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.kept_schedules import keep, keep_nil, tell, tell_of_report
from dems.steps.schedules_at_hand import (
    Entrance,
    certified,
    drafted,
    entered_by,
    keep_made,
    officer,
    require_signs,
)
from dems.steps.shown_schedules import FormShown, draft_unchecked, form_shown
from dems.steps.worked_out import AHEAD, WorkedOut, as_it_is


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Actor
    part: UUID
    role: CaseRole | None
    if_tag: int | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What is signed, who signs it, and all that it rests on."""

    entrance: Entrance
    by: Acting
    file: ProceedingFile
    made: Preparation


@dataclass(frozen=True, slots=True)
class _Signed:
    """The file before and after, the set that it was signed in, and what of that is still put together."""

    before: ProceedingFile
    after: ProceedingFile
    made: Preparation
    left: Preparation | None
    by: Acting


@dataclass(frozen=True, slots=True)
class CertifySchedule:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        schedule_id: UUID,
        *,
        role: CaseRole | None = None,
        if_tag: int | None = None,
        once: Once | None = None,
    ) -> FormShown:
        """What moved from one schedule to the other is told to the reviewing lawyer with it (R26).

        Raises `NotFound`, `DisclosureRulesBroken` for whoever may not certify, of whom nothing else is then asked, and while a rule
        that blocks is broken, with all of them; `WrongState` for what is signed already, `NotPermitted` for the report of somebody
        else, `PreconditionFailed` where the draft no longer says what `if_tag` is of.
        """
        asked = _Asked(actor, schedule_id, role, if_tag)
        if not any(self._recorded(asked, once, self._ahead(asked)) for _ in range(AHEAD)):
            self._recorded(asked, once, None)
        with self.transaction() as tx:
            now = self.clock()
            return form_shown(tx, self._entered(tx, asked, now), schedule_id, now)

    def _ahead(self, asked: _Asked) -> WorkedOut[_Signed]:
        with self.transaction() as tx:
            read = self._read(tx, self._entered(tx, asked, self.clock()), asked)
        return read.then(lambda read: _sign(read, asked))

    def _recorded(self, asked: _Asked, once: Once | None, found: WorkedOut[_Signed] | None) -> bool:
        """Whether it was done now, or before with its key; it was not where something is another by now than what was worked out."""
        with self.transaction() as tx:
            entrance = self._entered(tx, asked, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            if found is None:
                found = self._read(tx, entrance, asked).then(lambda read: _sign(read, asked))
            elif found.of != as_it_is(tx, entrance.proceeding, entrance.case_id, self.clock()):
                return False
            if once is None or tx.idempotency.first(once, new_id()) is None:
                _record(tx, entrance, asked.part, found.result())
        return True

    def _entered(self, tx: Transaction, asked: _Asked, now: datetime) -> Entrance:
        return entered_by(tx, asked.actor, Act.SCHEDULE_CERTIFY, asked.part, now)

    def _read(self, tx: Transaction, entrance: Entrance, asked: _Asked) -> WorkedOut[_Read]:
        as_it_was = as_it_is(tx, entrance.proceeding, entrance.case_id, self.clock())
        # After that: nothing is signed before what it rests on was decided.
        now = self.clock()

        def read() -> _Read:
            by = officer(tx, asked.actor, entrance, now, asked.role, "certified")
            file = certified(tx, entrance.proceeding, now)
            require_signs(tx, asked.actor, entrance, file, by, "certified")
            if as_it_was.made is None or asked.part not in as_it_was.made[0].parts:
                raise WrongState(
                    "Only a draft is certified: what changes goes into its next version.", state="certified"
                )
            return _Read(entrance, by, file, as_it_was.made[0])

        return WorkedOut.by(as_it_was, read)


def _sign(read: _Read, asked: _Asked) -> _Signed:
    hand = drafted(read.file, read.made)
    if asked.if_tag is not None and draft_unchecked(read.entrance, hand, asked.part).tag != asked.if_tag:
        raise PreconditionFailed("This draft says something else since you read it. Read it again.")
    before, made = hand.file, hand.made
    assert made is not None, "what is signed is a form of the set that is put together"
    telling = replace(before, alerts=(*before.alerts, *alerts_due(before, read.by.at)))
    try:
        after, left = certify_part(telling, made, asked.part, read.by)
    except DisclosureRulesBroken as broken:
        raise in_rows(broken, before) from None
    return _Signed(before, after, made, left, read.by)


def _record(tx: Transaction, entrance: Entrance, part: UUID, signed: _Signed) -> None:
    after, made, left = signed.after, signed.made, signed.left
    keep(tx, signed.before, after, made.id, signed.by)
    tell(tx, entrance.authority, signed.before, after)
    nil = after.set_of(made.id).nil if left is None else left.nil
    if made.nil is None and nil is not None and made.mg6d is not None:
        keep_nil(tx, entrance.authority, after, made.id, made.mg6d, nil)
    if left is not None and len(left.signed) > len(made.signed):
        tell_of_report(tx, entrance.authority, entrance.proceeding, left, ReportId(part))
    keep_made(tx, entrance.proceeding, left)
