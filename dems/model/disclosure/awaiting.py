"""Which decisions something awaits, as the queue of review has it; and who reviews, and until when."""

from collections.abc import Mapping

from dems.errors import WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.authority import ROLES
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.checks_of_decisions import review_goes_on
from dems.model.disclosure.contents import AgainstTest, Content, Described, Relevant, Sensitive, Used
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Holding, Subject
from dems.model.disclosure.recording import refuse
from dems.model.disclosure.reviewing import Awaiting
from dems.model.ids import EvidenceId
from dems.model.life.events import words

OF_UNUSED: Mapping[Awaiting, type[Content]] = {
    Awaiting.DESCRIPTION: Described,
    Awaiting.SENSITIVITY: Sensitive,
    Awaiting.TEST: AgainstTest,
}
"""What is decided of relevant unused material by itself."""

REVIEWERS = ROLES[Relevant]
"""Whoever decides about relevance makes searches, blocks and samples."""


def awaited(file: ProceedingFile, item: Subject) -> frozenset[Awaiting]:
    """What has to be decided next of an item. First its relevance, then whether it is used, then all the rest together.

    What is listed in a block awaits nothing more, unless it needs a row of its own: where it might have to be disclosed, or is
    sensitive. What is held elsewhere awaits no more than the first two: it is on no schedule. How sensitive something is makes no
    difference, so that the queue does not tell.
    """
    relevant, used = file.decided(item, Relevant), file.decided(item, Used)
    if relevant is None:
        return frozenset({Awaiting.RELEVANCE})
    if not relevant.content.relevant:
        return frozenset()
    if used is None:
        return frozenset({Awaiting.USE})
    own_row = file.might_be_disclosed(item) or file.sensitive(item)
    if used.content.used or _elsewhere(file, item) or (_in_a_block(file, item) and not own_row):
        return frozenset()
    return frozenset(what for what, kind in OF_UNUSED.items() if file.record.stands(item, kind) is None)


def only_for_the_cleared(file: ProceedingFile, item: Subject) -> bool:
    """Whether an item is in the queue for nothing but its sensitivity: it is in a block, and would await nothing there."""
    return _in_a_block(file, item) and not file.might_be_disclosed(item) and file.sensitive(item)


def _in_a_block(file: ProceedingFile, item: Subject) -> bool:
    return bool(file.listing.get(EvidenceId(item.id)))


def _elsewhere(file: ProceedingFile, item: Subject) -> bool:
    found = file.material.get(EvidenceId(item.id))
    return found is not None and found.holding is Holding.OFF_SYSTEM


def reviewed_by(by: Acting) -> None:
    """Raises `DisclosureRulesBroken` for a role that does not review."""
    if by.role not in REVIEWERS:
        allowed = ", ".join(sorted(words(r) for r in REVIEWERS))
        message = f"The role {words(by.role)} does not review material: have one of these do it: {allowed}."
        refuse((Broken("R03", Where.of(PlaceKind.PERSON, by.person), message),), "recorded")


def under_review(file: ProceedingFile) -> None:
    """Raises `WrongState` once review has ended."""
    if not review_goes_on(file):
        raise WrongState(
            "The review of this proceeding's material has ended. If it goes on, take back that it ended; then record this.",
            state="review_ended",
        )
