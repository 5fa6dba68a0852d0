"""Give up a certificate: of a whole set, or of what was signed of one that is not whole. The numbers stay taken."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import NotFound, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.putting_together import given_up
from dems.model.disclosure.recording import voided
from dems.model.ids import new_id
from dems.model.life.strands import said
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import at_hand, certified, entered_by, keep_made, officer, require_signs
from dems.steps.shown_schedules import FormListed, forms_listed


@dataclass(frozen=True, slots=True)
class VoidCertificate:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        schedule_id: UUID,
        *,
        reason: str,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> list[FormListed]:
        """Returns the forms of what was given up, as they stand now. `schedule_id` is any form of it.

        Raises `NotFound`, `DisclosureRulesBroken` for whoever may not certify, `Invalid` without a reason, `WrongState` where nothing
        of it is signed, or it is with the prosecutor.
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_VOID, schedule_id, self.clock())
            proceeding = entrance.proceeding
            tx.disclosure.hold(proceeding)
            # After the wait for whoever held the proceeding: nothing is signed before what it rests on was decided.
            now = self.clock()
            # A set and a list of material have ids in the same table, and are given up by none.
            of = next((f.of for f in forms_listed(tx, entrance) if f.id == schedule_id), None)
            if of is None:
                raise NotFound("schedule")
            earlier = tx.idempotency.first(once, of) if once else None
            if earlier is not None:
                return [f for f in forms_listed(tx, entrance) if f.of == earlier]
            by = officer(tx, actor, entrance, now, role, "given up")
            hand = at_hand(tx, proceeding, now)
            require_signs(tx, actor, entrance, hand.file, by, "given up")
            said(reason, "why the certificate is given up")
            if hand.made is not None and of == hand.made.id:
                after, left = given_up(hand.file, hand.made, new_id)
                keep(tx, hand.file, after, of, by, why=reason)
                tell(tx, entrance.authority, hand.file, after, why=reason)
                keep_made(tx, proceeding, left)
            else:
                before = certified(tx, proceeding, now)
                if all(s.id != of for s in before.sets):
                    raise WrongState("This is void already: certify its next version.", state="void")
                after = voided(before, of)
                keep(tx, before, after, of, by, why=reason)
                tell(tx, entrance.authority, before, after, why=reason)
            return [f for f in forms_listed(tx, entrance) if f.of == of or f.id == schedule_id]
