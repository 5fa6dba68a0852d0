"""Give something that is elsewhere, and is not to be here, a placeholder: so that a schedule can say that it exists."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, signature_record
from dems.model.disclosure.material import Marking, NeverStored
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, StrandId, new_id
from dems.model.people import CaseRole, Clearance
from dems.ports import Clock, Once, Page, Transactions
from dems.ports.disclosure import Elsewhere
from dems.steps.acting import acting, require_clearance
from dems.steps.proceeding_files import as_opened


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What is said of a thing that is elsewhere. That it exists is for whoever has the clearance, where it is `restricted`.

    Raises `Invalid` for what comes from sources or intercept and is not restricted: that there is any tells of them.
    """

    exhibit_ref: ExhibitRef
    description: str
    holder: str
    place: str
    marking: Marking
    never_stored: NeverStored | None
    restricted: bool

    def __post_init__(self) -> None:
        if self.never_stored is not None and not self.restricted:
            raise Invalid(
                "That there is such material tells of where it comes from: record it as restricted.", field="restricted"
            )


@dataclass(frozen=True, slots=True)
class RecordPlaceholder:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        placeholder: Placeholder,
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> Elsewhere:
        """Raises `NotFound`, `AlreadyExists` for a reference that another one as restricted has, and `DisclosureRulesBroken` for a
        role that is not held or where it is restricted and the clearance is not.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.MATERIAL_RECORD, case_id=case_id)
            as_opened(tx, proceeding_id)
            now = self.clock()
            by = acting(tx, actor, case_id, now, role=role, fitting=DISCLOSURE_OFFICERS)
            if placeholder.restricted:
                require_clearance(tx, actor, case_id, Clearance.SENSITIVE, now)
            new = EvidenceId(new_id())
            earlier = tx.idempotency.first(once, new) if once else None
            if earlier is not None:
                return next(
                    e for e in tx.material.elsewhere(case_id, Page(1, UUID(int=earlier.int - 1)), restricted=True)
                )
            kept = Elsewhere(
                id=new,
                case_id=case_id,
                proceeding=proceeding_id,
                exhibit_ref=placeholder.exhibit_ref.text,
                description=placeholder.description,
                holder=placeholder.holder,
                place=placeholder.place,
                marking=placeholder.marking,
                never_stored=placeholder.never_stored,
                restricted=placeholder.restricted,
                by=by,
            )
            tx.material.add_elsewhere(kept)
            facts = {
                "placeholder": str(new),
                "exhibit_ref": kept.exhibit_ref,
                "marking": kept.marking.value,
                "never_stored": None if kept.never_stored is None else kept.never_stored.value,
                "by": signature_record(by),
            }
            if kept.restricted:
                # Without the case: its lists of entries are for everybody on it.
                tx.custody.append(authority, restricted_of(proceeding_id), facts=facts)
            else:
                tx.custody.append(authority, of_proceeding(proceeding_id), case_id=case_id, facts=facts)
        return kept
