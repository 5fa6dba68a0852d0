"""Which decisions something awaits, as the queue of review has it."""

from dems.errors import WrongState
from dems.model.disclosure.checks_of_decisions import review_goes_on
from dems.model.disclosure.contents import AgainstTest, Content, Described, Relevant, Sensitive, Used
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Holding, Subject
from dems.model.disclosure.reviewing import Awaiting
from dems.model.ids import EvidenceId

OF_UNUSED: dict[Awaiting, type[Content]] = {
    Awaiting.DESCRIPTION: Described,
    Awaiting.SENSITIVITY: Sensitive,
    Awaiting.TEST: AgainstTest,
}
"""What relevant unused material is decided about by itself."""


def awaited(file: ProceedingFile, subject: Subject) -> frozenset[Awaiting]:
    """What has to be decided next. First its relevance, then whether it is used, then all the rest together.

    What is listed in a block awaits nothing more, unless it needs a row of its own: where it might have to be disclosed, or is
    sensitive. What is held elsewhere awaits no more than those two: it is on no schedule. How sensitive something is makes no
    difference, so that the queue tells nobody.
    """
    relevant, used = file.decided(subject, Relevant), file.decided(subject, Used)
    if relevant is None:
        return frozenset({Awaiting.RELEVANCE})
    if not relevant.content.relevant:
        return frozenset()
    if used is None:
        return frozenset({Awaiting.USE})
    if used.content.used or _elsewhere(file, subject) or (_in_a_block(file, subject) and not _own_row(file, subject)):
        return frozenset()
    return frozenset(what for what, kind in OF_UNUSED.items() if file.record.stands(subject, kind) is None)


def only_for_the_cleared(file: ProceedingFile, subject: Subject) -> bool:
    """Whether something is in the queue for nothing but its sensitivity: it is in a block, and would await nothing there."""
    return _in_a_block(file, subject) and not file.might_be_disclosed(subject) and file.sensitive(subject)


def _own_row(file: ProceedingFile, subject: Subject) -> bool:
    return file.might_be_disclosed(subject) or file.sensitive(subject)


def _in_a_block(file: ProceedingFile, subject: Subject) -> bool:
    return bool(file.listing.get(EvidenceId(subject.id)))


def _elsewhere(file: ProceedingFile, subject: Subject) -> bool:
    item = file.material.get(EvidenceId(subject.id))
    return item is not None and item.holding is Holding.OFF_SYSTEM


def under_review(file: ProceedingFile) -> None:
    """Raises `WrongState` once review has ended: whatever is found after that is of no proceeding any more."""
    if not review_goes_on(file):
        raise WrongState(
            "The review of this proceeding's material has ended. Take back that it ended, if it goes on, and record this then.",
            state="review_ended",
        )
