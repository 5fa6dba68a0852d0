"""Send a certified set to the prosecutor. What its certificate rests on must not have changed: where it did, the certificate is void."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.certifying import require_whole
from dems.model.disclosure.forms import Form
from dems.model.disclosure.placing import in_rows
from dems.model.disclosure.recording import submit, voided
from dems.model.ids import ScheduleId, ScheduleSetId, StrandId
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import certified, entered, officer, require_signs
from dems.steps.submissions import Submission, submission

CHANGED = "R19"
WHY_VOID = "What the certificate rests on changed before it was submitted (R19)."


@dataclass(frozen=True, slots=True)
class SubmitSet:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        named: Sequence[UUID],
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> Submission:
        """`named` are all forms of one certified set: MG6C, MG6D or the statement that there is none, and every MG6E.

        Raises `NotFound`, `Invalid` where that is not all of a set or more, `WrongState` unless it is certified and not sent yet, and
        `DisclosureRulesBroken` for whoever may not certify and where a rule that blocks is broken: where that is R19 the certificate
        is void from then on.
        """
        refused: DisclosureRulesBroken | None = None
        with self.transaction() as tx:
            entrance = entered(tx, actor, Act.SCHEDULE_SUBMIT, proceeding_id, self.clock())
            tx.disclosure.hold(proceeding_id)
            # After the wait for whoever held the proceeding: nothing is signed before what it rests on was decided.
            now = self.clock()
            by = officer(tx, actor, entrance, now, role, "submitted")
            before = certified(tx, proceeding_id, now)
            require_signs(tx, actor, entrance, before, by, "submitted")
            of, nil = _set_of(tx, proceeding_id, named)
            earlier = tx.idempotency.first(once, of) if once else None
            if earlier is not None:
                return _sent(submission(tx, entrance, ScheduleSetId(earlier)))
            require_whole(before, before.set_of(of), nil, named)
            try:
                after = submit(before, of, now)
            except DisclosureRulesBroken as broken:
                if all(p["rule"] != CHANGED for p in broken.data["problems"]):
                    raise in_rows(broken, before) from None
                given_up = voided(before, of)
                keep(tx, before, given_up, of, by, why=WHY_VOID)
                voiding = tx.authorise(actor, Act.SCHEDULE_VOID, case_id=entrance.case_id)
                tell(tx, voiding, before, given_up, why=WHY_VOID)
                refused = in_rows(broken, before)
            else:
                keep(tx, before, after, of, by)
                tell(tx, entrance.authority, before, after)
                return _sent(submission(tx, entrance, of))
        # That the certificate is void stays, whatever becomes of the answer.
        raise DisclosureRulesBroken(
            f"The certificate is void, and nothing was submitted. {refused.message}",
            source=refused.source,
            **refused.data,
        )


def _set_of(tx: Transaction, proceeding: StrandId, named: Sequence[UUID]) -> tuple[ScheduleSetId, ScheduleId | None]:
    """The set that the forms are of, and its statement that there is no sensitive material where it has one."""
    if not named:
        raise Invalid("Name the forms that go to the prosecutor together.", field="schedules")
    forms = {form.id: form for form in tx.schedules.forms(proceeding)}
    whole = tx.schedules.set_digests(proceeding)
    under_way = tx.schedules.preparation(proceeding)
    drafts = () if under_way is None else under_way[0].parts
    for each in named:
        if each not in forms and each not in drafts:
            raise NotFound("schedule")
        if each in drafts or forms[each].of not in whole:
            raise WrongState("Certify the whole set first: its MG6E signs for it.", state="draft")
    of = forms[named[0]].of
    nil = next((ScheduleId(f.id) for f in forms.values() if f.of == of and f.form is Form.MG6D_NIL), None)
    return of, nil


def _sent(found: Submission | None) -> Submission:
    if found is None:
        raise WrongState("This set was not sent: its certificate is void. Draft and certify it anew.", state="void")
    return found
