"""Look at disclosure in a proceeding: how it was opened, and what was decided, as far as the reader may know of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.causes import ChangedFindings
from dems.model.disclosure.contents import Handled, Pii
from dems.model.disclosure.decisions import Record
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.reopening import CHANGED, Touched, in_question
from dems.model.disclosure.visibility import record_seen_by
from dems.model.ids import DecisionId, EvidenceId, StrandId
from dems.model.people import Clearance
from dems.ports import Clock, CustodyRow, Page, Transactions
from dems.ports.disclosure import DecisionFilter, Elsewhere, KeptDecision, KeptHappening, Particulars
from dems.steps.acting import clearances, require_clearance
from dems.steps.proceeding_files import Disclosed, as_opened, questioned
from dems.steps.reviewing import sight

MOST_BLOCKS = 4
_STANDING = DecisionFilter(standing=True)


@dataclass(frozen=True, slots=True)
class Reopened:
    """Those in question among the decisions that were looked through, and after which the list goes on: it may where `found` is empty."""

    found: tuple[Touched, ...]
    ahead: DecisionId | None


@dataclass(frozen=True, slots=True)
class LookUpDisclosure:
    """Every answer raises `NotFound` alike for no such proceeding, for one whose disclosure is not open and for one that the actor
    may not know of.
    """

    transaction: Transactions
    clock: Clock
    looked_through: int = 1_000
    """Decisions that one page of what is in question looks through."""

    def opening(self, actor: Actor, proceeding_id: StrandId) -> Disclosed:
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            return as_opened(tx, proceeding_id)

    def happenings(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[KeptHappening]:
        """In the order in which they were recorded; those that were taken back too, and what takes them back."""
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            as_opened(tx, proceeding_id)
            kept = tx.disclosure.happenings(proceeding_id)
        return [h for h in kept if page.after is None or h.id > page.after][: page.limit]

    def placeholders(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[Elsewhere]:
        """All of its case, whichever proceeding they were recorded in; restricted ones for whoever has the clearance."""
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            as_opened(tx, proceeding_id)
            held = clearances(tx, actor, case_id, self.clock())
            return tx.material.elsewhere(case_id, page, restricted=Clearance.SENSITIVE in held)

    def particulars(self, actor: Actor, item: EvidenceId) -> Particulars:
        """What was said last of an item. Raises `NotFound` where nothing was."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.DISCLOSURE_READ, case_id=tx.evidence.get(item).case_id)
            tx.consulted(authority, item)
            said = tx.material.particulars(item)
        if not said:
            raise NotFound("record")
        return said[-1]

    def decisions(
        self, actor: Actor, proceeding_id: StrandId, page: Page, wanted: DecisionFilter
    ) -> list[KeptDecision]:
        """In the order in which they were recorded. What one replaced is the newest before it that is shown too."""
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            as_opened(tx, proceeding_id)
            held = clearances(tx, actor, case_id, self.clock())
            found = tx.disclosure.decisions_page(proceeding_id, page, held, wanted)
            # Of these kinds some may be shown and others not.
            mixed = {k.decision.subject for k in found if isinstance(k.decision.content, Handled | Pii)}
            record = Record(proceeding_id, tuple(tx.disclosure.decisions(proceeding_id, mixed) if mixed else ()))
        seen = {d.id: d.replaces for d in record_seen_by(record, held).decisions}
        return [
            replace(k, decision=replace(k.decision, replaces=seen.get(k.decision.id, k.decision.replaces)))
            for k in found
        ]

    def chain(self, actor: Actor, proceeding_id: StrandId, page: Page, *, restricted: bool) -> list[CustodyRow]:
        """The proceeding's chain or, for whoever has both clearances, its restricted one; each from its beginning.

        Raises `DisclosureRulesBroken` for whoever lacks one, whatever there is.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.CUSTODY_READ, case_id=case_id), proceeding_id, restricted=restricted)
            as_opened(tx, proceeding_id)
            if restricted:
                for clearance in Clearance:
                    require_clearance(tx, actor, case_id, clearance, self.clock(), done="shown")
            return tx.custody.chain(restricted_of(proceeding_id) if restricted else of_proceeding(proceeding_id), page)

    def reopened(self, actor: Actor, proceeding_id: StrandId, page: Page) -> Reopened:
        """The decisions that are in question again, in the order in which they were recorded, each with the first cause that put it
        there.

        What was found in the bytes is named to whoever may read findings.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            now = self.clock()
            held = clearances(tx, actor, case_id, now)
            some = Page(self.looked_through, page.after)
            standing = tx.disclosure.decisions_page(proceeding_id, some, held, _STANDING)
            looked = [k.decision for k in standing[: _until_too_many_blocks(standing)]]
            touched = {t.decision.id: t for t in in_question(questioned(tx, proceeding_id, looked, now))}
            reads_findings = sight(tx, actor, case_id, now).findings
        found = [touched[d.id] for d in looked if d.id in touched]
        ahead = looked[-1].id if len(looked) < len(standing) or len(standing) == some.limit else None
        if len(found) > page.limit:
            found = found[: page.limit]
            ahead = found[-1].decision.id
        return Reopened(
            tuple(
                t if reads_findings or not isinstance(t.cause, ChangedFindings) else replace(t, why=CHANGED)
                for t in found
            ),
            ahead,
        )


def _until_too_many_blocks(standing: Sequence[KeptDecision]) -> int:
    """How many of these are looked through at once: each block brings thousands of items."""
    blocks: set[Subject] = set()
    for place, kept in enumerate(standing):
        subject = kept.decision.subject
        if subject.kind is SubjectKind.BLOCK:
            blocks.add(subject)
        if len(blocks) > MOST_BLOCKS:
            return place
    return len(standing)
