"""Certify the next version of a list of material: derived from what was decided, signed, frozen and entered in one act."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure import certifying_lists
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import MaterialList
from dems.model.ids import ListId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.kept_lists import keep_list, one_known, with_lists
from dems.steps.proceeding_files import whole
from dems.steps.schedules_at_hand import entered, officer, require_signs


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
        with self.transaction() as tx:
            now, list_id = self.clock(), ListId(new_id())
            entrance = entered(tx, actor, Act.SCHEDULE_CERTIFY, proceeding_id, now)
            tx.disclosure.hold(proceeding_id)
            earlier = tx.idempotency.first(once, list_id) if once else None
            if earlier is not None:
                return one_known(tx, entrance, earlier)
            by = officer(tx, actor, entrance, now, role, "certified")
            file = with_lists(tx, whole(tx, proceeding_id, now))
            require_signs(tx, actor, entrance, file, by, "certified")
            made = certifying_lists.certify_list(file, form, list_id, by)
            keep_list(tx, entrance, made)
            return made
