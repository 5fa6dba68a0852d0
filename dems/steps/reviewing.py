"""Who reviews, how much of the material they see, and that it is still under review."""

from collections.abc import Collection
from datetime import datetime, timedelta

from dems.errors import Invalid, NotFound
from dems.model.actors import Actor
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.awaiting import REVIEWERS, reviewed_by, under_review
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.ids import CaseId, EvidenceId, StrandId
from dems.model.people import CaseRole, Clearance, standing_of
from dems.model.permission import FINDINGS_ROLES
from dems.model.times import london_date
from dems.ports import Transaction
from dems.ports.reviewing import Sight
from dems.steps.acting import acting, clearances
from dems.steps.proceeding_files import about


def require_open(tx: Transaction, proceeding_id: StrandId) -> None:
    """Raises `NotFound` where the disclosure of a proceeding is not open."""
    if not tx.disclosure.openings(proceeding_id):
        raise NotFound("proceeding")


def require_under_review(tx: Transaction, proceeding_id: StrandId, now: datetime) -> None:
    """Raises `NotFound` where disclosure is not open, `WrongState` once review has ended."""
    under_review(about(tx, proceeding_id, [], now))


def reviewer(
    tx: Transaction, actor: Actor, case_id: CaseId, now: datetime, role: CaseRole | None, done: str = "recorded"
) -> Acting:
    """Who reviews. Raises `DisclosureRulesBroken` for a role that is not held, or does not review."""
    by = acting(tx, actor, case_id, now, role=role, fitting=REVIEWERS, done=done)
    reviewed_by(by)
    return by


def sight(tx: Transaction, actor: Actor, case_id: CaseId, now: datetime) -> Sight:
    """What everybody whose permission is needed may see: a service no more than whom it acts for, and the other way round."""
    today = london_date(now)
    roles = [standing_of(p, tx.cases.grants(case_id, [p.id]), [], today).roles for p in actor.people]
    return Sight(
        restricted=Clearance.SENSITIVE in clearances(tx, actor, case_id, now),
        quarantined=all(CaseRole.INDEPENDENT_COUNSEL in held for held in roles),
        findings=all(held & FINDINGS_ROLES for held in roles),
    )


def require_words(tx: Transaction, wanted: ReviewFilter, patience: timedelta) -> None:
    """No question takes longer than this. Raises `Invalid` where words are asked for and none is named."""
    tx.searching.within(patience)
    for field, text in (("term", wanted.term), ("device", wanted.device)):
        if text is not None and not tx.searching.words(text):
            raise Invalid(f"`{field}` names no word to look for: write one that the item has.", field=field)


def require_items(tx: Transaction, case_id: CaseId, items: Collection[EvidenceId]) -> None:
    """Raises `Invalid`, naming those that are no items of the case."""
    of_case = tx.reviewing.lengths(case_id, items)
    strangers = sorted(str(i) for i in items if i not in of_case)
    if strangers:
        named = ", ".join(strangers[:5])
        raise Invalid(f"These are no items of this case: {named}. Name items that were declared in it.", field="items")
