"""What puts decisions in question again. None is undone by it: they stand until somebody decides anew, and are listed until then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dems.model.disclosure.causes import Cause, ChangedFindings, CorrectedFact, DefenceStatement, NewMaterial
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Presumed,
    Privilege,
    Relevant,
    Sensitive,
    SensitiveInformation,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents_of_lists import HarmTested, ProposedOnward
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Subject
from dems.model.ids import DecisionId

TOUCHES: Mapping[type, tuple[type, ...]] = {
    NewMaterial: (Relevant, AgainstTest),
    ChangedFindings: (
        Relevant,
        Described,
        Sensitive,
        SensitiveInformation,
        Privilege,
        SourceChecked,
        AgainstTest,
        Presumed,
        HarmTested,
        ProposedOnward,
    ),
    DefenceStatement: (Relevant, AgainstTest),
    CorrectedFact: (Relevant, Used, Described, Sensitive, AgainstTest, Presumed, HarmTested, ProposedOnward),
}
"""Which kinds of decisions each cause puts in question: a choice of DEMS, as no text lists them."""

CHANGED = "What this was found to hold has changed."
"""Why, to somebody who may not read what was found."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A decision that stands and is in question, and why."""

    decision: Decision[Content]
    cause: Cause
    why: str


def touched(file: ProceedingFile, cause: Cause) -> tuple[Touched, ...]:
    """The decisions that a cause puts in question: those that stand, are of a kind that it touches, and were made before it."""
    return tuple(
        Touched(decision, cause, _why(cause))
        for subject in sorted(_subjects(file, cause))
        for decision in file.record.standing(subject)
        if isinstance(decision.content, TOUCHES[type(cause)])
        and decision.by.at < cause.at
        and not (isinstance(cause, DefenceStatement) and _stays(decision.content))
    )


def reopened(file: ProceedingFile, causes: Iterable[Cause]) -> tuple[Touched, ...]:
    """Everything that these put in question now, cause by cause. Deciding anew, even alike, answers every earlier cause."""
    return tuple(t for cause in causes for t in touched(file, cause))


def in_question(file: ProceedingFile) -> tuple[Touched, ...]:
    """Every decision that anything of the proceeding's own causes has put in question, once, with the first cause that did."""
    found: dict[DecisionId, Touched] = {}
    for each in reopened(file, sorted(file.causes, key=lambda c: c.at)):
        found.setdefault(each.decision.id, each)
    return tuple(found.values())


def _subjects(file: ProceedingFile, cause: Cause) -> frozenset[Subject]:
    if isinstance(cause, DefenceStatement):
        return file.record.subjects
    if isinstance(cause, NewMaterial):
        return cause.related
    items = {cause.item} if isinstance(cause, ChangedFindings) else cause.items
    blocks = {b.subject for i in items for b in file.listing.get(i, ())}
    if isinstance(cause, CorrectedFact):
        blocks |= {Subject.block(b) for b in cause.blocks}
    return frozenset(Subject.item(i) for i in items) | blocks


def _stays(content: Content) -> bool:
    """A defence statement can make something relevant that was not; what was relevant stays so."""
    return isinstance(content, Relevant) and content.relevant


def _why(cause: Cause) -> str:
    if isinstance(cause, NewMaterial):
        return "New material came in that duplicates this, derives from it or belongs to it."
    if isinstance(cause, DefenceStatement):
        return "A defence statement was made: everything retained is reviewed again."
    if isinstance(cause, ChangedFindings):
        return f"{CHANGED[:-1]}: {cause.what}"
    return f"A fact that this rested on was corrected: {cause.what}"
