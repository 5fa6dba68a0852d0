"""Say of an item what disclosure asks beyond what was declared of it. Said again, the last that was said counts."""

from dataclasses import dataclass

from dems.errors import PreconditionFailed, PreconditionRequired
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, signature_record
from dems.model.disclosure.material import Marking
from dems.model.ids import EvidenceId
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.ports.disclosure import Particulars
from dems.steps.acting import acting


@dataclass(frozen=True, slots=True)
class Particular:
    """`place` and `holder` are of a thing or a paper document; `redaction_set` is of an edited version."""

    marking: Marking = Marking.OFFICIAL
    unexamined: bool = False
    edited: bool = False
    redaction_set: str | None = None
    place: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class RecordParticulars:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        item: EvidenceId,
        said: Particular,
        *,
        reason: str,
        role: CaseRole | None = None,
        if_version: int | None = None,
        once: Once | None = None,
    ) -> Particulars:
        """`if_version` is the number of what was said before; None where nothing was.

        Raises `NotFound`, `PreconditionRequired` and `PreconditionFailed`, `DisclosureRulesBroken` for a role that is not held.
        """
        with self.transaction() as tx:
            case_id = tx.evidence.get(item).case_id
            authority = tx.authorise(actor, Act.MATERIAL_RECORD, case_id=case_id)
            tx.evidence.get(item, for_update=True)
            before = tx.material.particulars(item)
            if once is not None and tx.idempotency.first(once, item) is not None:
                return before[-1]
            if if_version is None and before:
                raise PreconditionRequired(
                    "This was said of the item before: send If-Match with the ETag that you read."
                )
            if if_version is not None and if_version != len(before):
                raise PreconditionFailed("Somebody else said this of the item since you read it. Read it again.")
            by = acting(tx, actor, case_id, self.clock(), role=role, fitting=DISCLOSURE_OFFICERS)
            kept = Particulars(
                item=item,
                number=len(before) + 1,
                marking=said.marking,
                unexamined=said.unexamined,
                edited=said.edited,
                redaction_set=said.redaction_set,
                place=said.place,
                holder=said.holder,
                reason=reason,
                by=by,
            )
            tx.material.add_particulars(case_id, kept)
            tx.custody.append(
                authority,
                of_item(item),
                case_id=case_id,
                evidence_id=item,
                reason=reason,
                facts={
                    "particulars": kept.number,
                    "marking": kept.marking.value,
                    "unexamined": kept.unexamined,
                    "edited": kept.edited,
                    "redaction_set": kept.redaction_set,
                    "place": kept.place,
                    "holder": kept.holder,
                    "by": signature_record(by),
                },
            )
        return kept
