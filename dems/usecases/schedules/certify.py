"""Sign one form of the set that is put together: a schedule is frozen by itself, a report signs for the whole set."""

from dataclasses import dataclass, replace
from uuid import UUID

from dems.errors import DisclosureRulesBroken, PreconditionFailed, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.certifying import certify_part
from dems.model.disclosure.moving import alerts_due
from dems.model.disclosure.placing import in_rows
from dems.model.ids import ReportId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.kept_schedules import keep, keep_nil, tell, tell_of_report
from dems.steps.schedules_at_hand import at_hand, entered_by, keep_made, officer, require_signs
from dems.steps.shown_schedules import FormShown, draft_shown, form_shown


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
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_CERTIFY, schedule_id, self.clock())
            proceeding = entrance.proceeding
            tx.disclosure.hold(proceeding)
            # After the wait for whoever held the proceeding: nothing is signed before what it rests on was decided.
            now = self.clock()
            earlier = tx.idempotency.first(once, new_id()) if once else None
            if earlier is not None:
                return form_shown(tx, entrance, schedule_id, now)
            by = officer(tx, actor, entrance, now, role, "certified")
            hand = at_hand(tx, proceeding, now)
            require_signs(tx, actor, entrance, hand.file, by, "certified")
            made = hand.made
            if made is None or schedule_id not in made.parts:
                raise WrongState(
                    "Only a draft is certified: what changes goes into its next version.", state="certified"
                )
            if if_tag is not None and draft_shown(tx, entrance, hand, schedule_id, checked=False).tag != if_tag:
                raise PreconditionFailed("This draft says something else since you read it. Read it again.")
            before = hand.file
            telling = replace(before, alerts=(*before.alerts, *alerts_due(before, now)))
            try:
                after, left = certify_part(telling, made, schedule_id, by)
            except DisclosureRulesBroken as broken:
                raise in_rows(broken, before) from None
            keep(tx, before, after, made.id, by)
            tell(tx, entrance.authority, before, after)
            signed = after.set_of(made.id).nil if left is None else left.nil
            if made.nil is None and signed is not None and made.mg6d is not None:
                keep_nil(tx, entrance.authority, after, made.id, made.mg6d, signed)
            if left is not None and len(left.signed) > len(made.signed):
                tell_of_report(tx, entrance.authority, proceeding, left, ReportId(schedule_id))
            keep_made(tx, proceeding, left)
            return form_shown(tx, entrance, schedule_id, now)
