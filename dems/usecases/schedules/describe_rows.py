"""Describe rows of a draft anew: each is a decision about what the row lists, made as decisions are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dems.errors import Invalid, PreconditionFailed, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.authority import ROLES
from dems.model.disclosure.contents import Described
from dems.model.disclosure.preparing import prepared
from dems.model.disclosure.putting_together import without_drafts
from dems.model.disclosure.recording import decide
from dems.model.disclosure.redescribing import Redescribed, redescribed
from dems.model.ids import new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Transactions
from dems.steps.acting import acting
from dems.steps.proceeding_files import known_to
from dems.steps.schedules_at_hand import AtHand, at_hand, entered_by
from dems.steps.shown_schedules import FormShown, draft_unchecked
from dems.steps.telling_decisions import tell_decisions


@dataclass(frozen=True, slots=True)
class DescribeRows:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        schedule_id: UUID,
        rows: Sequence[Redescribed],
        *,
        reason: str,
        if_tag: int,
        role: CaseRole | None = None,
    ) -> FormShown:
        """All of them or none. Raises `NotFound`, `WrongState` for what is certified, what `redescribed` raises,
        `DisclosureRulesBroken` for whoever may not describe them, and `PreconditionFailed` where the draft no longer says what
        `if_tag` is of.
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_PREPARE, schedule_id, self.clock())
            proceeding = entrance.proceeding
            tx.disclosure.hold(proceeding)
            # After the wait for whoever held the proceeding: no decision is made before the one whose place it takes.
            now = self.clock()
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=ROLES[Described], done="described")
            hand = at_hand(tx, proceeding, now)
            made = hand.made
            if made is None or schedule_id not in made.parts:
                raise WrongState("This is certified: what changes goes into its next version.", state="certified")
            schedule = next((s for s in hand.file.schedules if s.id == schedule_id), None)
            if schedule is None:
                raise Invalid("Only rows of an MG6C or MG6D are described: this has none.", field="rows")
            if schedule.snapshot is not None:
                raise WrongState("This is certified: what changes goes into its next version.", state="certified")
            if draft_unchecked(entrance, hand, schedule_id).tag != if_tag:
                raise PreconditionFailed("This draft says something else since you read it. Read it again.")
            new = redescribed(hand.file.record, schedule, rows, reason, by, new_id)
            decide(known_to(tx, hand.file, actor, entrance.clearances), new, now)
            tx.disclosure.add_decisions(proceeding, new, ())
            tell_decisions(tx, entrance.authority, entrance.case_id, hand.file.record, new)
            after = replace(without_drafts(hand.file), record=hand.file.record.appended(new))
            again = AtHand(prepared(after, made), made)
            return draft_unchecked(entrance, again, schedule_id)
