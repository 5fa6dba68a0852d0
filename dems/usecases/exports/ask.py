"""Ask for a package of items and their chains. That somebody did, for whom and why, is an entry of the case before anything is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dems.errors import Invalid, NotFound, Refused
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import ChainOf, of_case, of_item
from dems.model.evidence import Evidence, Kind
from dems.model.exports import MAX_ITEMS, Export, bytes_to_give, snapshot, withholdable
from dems.model.ids import CaseId, EvidenceId, ExportId, new_id
from dems.ports import Clock, EvidenceFilter, Job, JobKind, Once, Page, Transaction, Transactions
from dems.steps.packaging import AT_ONCE, MOST_PROOFS


@dataclass(frozen=True, slots=True)
class AskForExport:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        *,
        items: Sequence[EvidenceId] | None,
        with_bytes: bool,
        recipient: str,
        reason: str,
        withhold: Sequence[Act] = (),
        once: Once | None = None,
    ) -> Export:
        """`items` None means all of the case. What is exported is what there is now; what comes later is not in it.

        Raises `NotFound` for an item of another case, `NotReadable` where bytes are asked for by name and are not there
        to give, `Refused` for a case without items and for more entries than a verifier reads, `Invalid` for too many items or
        for a detail that cannot be withheld.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.EXPORT_ASK, case_id=case_id)
            withheld = withholdable(withhold)
            human = actor.somebody
            export_id = ExportId(new_id())
            earlier = tx.idempotency.first(once, export_id) if once else None
            if earlier is not None:
                return tx.exports.get(ExportId(earlier))
            found = _all(tx, case_id) if items is None else _named(tx, case_id, items, with_bytes=with_bytes)
            export = Export(
                export_id,
                case_id,
                human.id,
                human.name,
                self.clock(),
                recipient,
                reason,
                items is None,
                with_bytes,
                withheld,
                len(found),
            )
            lengths = tx.custody.lengths([of_item(item.id) for item in found])
            _require_checkable(lengths)
            tx.exports.add(export, [snapshot(item, lengths[of_item(item.id)]) for item in found])
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                reason=reason,
                facts={
                    "export": str(export.id),
                    "recipient": recipient,
                    "items": len(found),
                    "whole_case": export.whole_case,
                    "bytes": with_bytes,
                    "withheld": [act.value for act in withheld],
                },
            )
            tx.jobs.due(Job(JobKind.EXPORT, export.id))
        return export


def _require_checkable(lengths: Mapping[ChainOf, int]) -> None:
    """Nobody is given what the verifier would not read to its end. Entries may be added while the package is made."""
    if sum(lengths.values()) + len(lengths) > MOST_PROOFS:
        raise Refused(
            f"These items have more than {MOST_PROOFS} entries together, and no verifier reads more: "
            "name fewer items for each package."
        )


def _all(tx: Transaction, case_id: CaseId) -> list[Evidence]:
    found: list[Evidence] = []
    after: UUID | None = None
    while len(found) <= MAX_ITEMS:
        page = tx.evidence.page(case_id, Page(AT_ONCE, after), EvidenceFilter())
        found += page
        if len(page) < AT_ONCE:
            break
        after = page[-1].id
    if not found:
        raise Refused("This case has no items, so there is nothing to give out.")
    if len(found) > MAX_ITEMS:
        raise Refused(f"This case has more than {MAX_ITEMS} items: name those of each package.")
    return found


def _named(tx: Transaction, case_id: CaseId, items: Sequence[EvidenceId], *, with_bytes: bool) -> list[Evidence]:
    wanted = sorted(set(items))
    if not 1 <= len(wanted) <= MAX_ITEMS:
        raise Invalid(f"A package has from 1 to {MAX_ITEMS} items.", field="items")
    found = tx.evidence.many(wanted)
    if any(item not in found or found[item].case_id != case_id for item in wanted):
        raise NotFound("item")
    chosen = [found[item] for item in wanted]
    for item in chosen:
        if with_bytes and item.kind is Kind.DIGITAL and not bytes_to_give(item):
            item.readable()
    return chosen
