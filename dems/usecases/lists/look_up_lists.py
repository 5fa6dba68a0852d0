"""Look at the lists of material of a proceeding, and at what the next version of one would say now."""

from dataclasses import dataclass
from typing import Any

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.certifying_lists import broken_in
from dems.model.disclosure.forms import Form
from dems.model.disclosure.listing import LeftOff, changed_since_certified, draft_list, left_off
from dems.model.disclosure.lists import MaterialList, list_of
from dems.model.disclosure.material import Subject
from dems.model.disclosure.rules import as_data
from dems.model.ids import ListId, StrandId, new_id
from dems.model.people import Clearance
from dems.ports import Clock, Page, Transactions
from dems.steps.acting import require_clearance
from dems.steps.kept_lists import lists_known, one_known, with_lists
from dems.steps.proceeding_files import opened, shown_to, whole
from dems.steps.schedules_at_hand import entered


@dataclass(frozen=True, slots=True)
class ListDrafted:
    """What the next version would say. `problems` are every rule that it would break, for whoever may certify; None for anybody else.

    `changed` is what the newest certified version says otherwise.
    """

    drafted: MaterialList
    left: tuple[LeftOff, ...]
    changed: tuple[Subject, ...]
    problems: tuple[dict[str, Any], ...] | None


@dataclass(frozen=True, slots=True)
class LookUpLists:
    """Every answer raises `NotFound` alike for what is not there and for what the actor may not know of."""

    transaction: Transactions
    clock: Clock

    def page(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[MaterialList]:
        """Every certified version, in the order in which they were certified."""
        with self.transaction() as tx:
            entrance = entered(tx, actor, Act.SCHEDULE_READ, proceeding_id, self.clock())
            opened(tx, proceeding_id)
            tx.consulted(entrance.authority, proceeding_id)
            after = [one for one in lists_known(tx, entrance) if page.after is None or one.id > page.after]
            return after[: page.limit]

    def one(self, actor: Actor, list_id: ListId) -> MaterialList:
        with self.transaction() as tx:
            proceeding = tx.schedules.proceeding_of(list_id)
            entrance = entered(tx, actor, Act.SCHEDULE_READ, proceeding, self.clock())
            found = one_known(tx, entrance, list_id)
            tx.consulted(entrance.authority, list_id)
            return found

    def draft(self, actor: Actor, proceeding_id: StrandId, form: Form | None = None) -> ListDrafted:
        """Of the list that this kind of proceeding has, unless `form` names one.

        Raises `Invalid` for a form that is no list of this proceeding, `DisclosureRulesBroken` for whoever may not know what any
        but the exhibit list says.
        """
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered(tx, actor, Act.SCHEDULE_READ, proceeding_id, now)
            form = form or list_of(opened(tx, proceeding_id))
            if form is not Form.MG12:
                require_clearance(tx, actor, entrance.case_id, Clearance.SENSITIVE, now)
            all_of_it = with_lists(tx, whole(tx, proceeding_id, now))
            file = shown_to(tx, all_of_it, entrance.clearances)
            drafted = draft_list(file, form, ListId(new_id()))
            certified = [one for one in file.lists if one.form is form]
            changed = changed_since_certified(file, certified[-1]) if certified else ()
            problems = tuple(map(as_data, broken_in(all_of_it, drafted))) if entrance.sees_all else None
            tx.consulted(entrance.authority, proceeding_id)
            return ListDrafted(drafted, left_off(file, form), changed, problems)
