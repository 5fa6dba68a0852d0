"""What puts decisions in question again. None is undone by it: they stand until somebody decides anew, and are listed until then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

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
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Subject
from dems.model.ids import EvidenceId, FactId
from dems.model.life.strands import said


@dataclass(frozen=True, slots=True)
class NewMaterial:
    """An item came in. `related` are what it duplicates or derives from, and the blocks whose question finds it now."""

    item: EvidenceId
    related: frozenset[Subject]
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangedFindings:
    """What a file was found to hold is not what it was found to hold before."""

    item: EvidenceId
    what: str
    at: datetime

    def __post_init__(self) -> None:
        said(self.what, "what is found now that was not, or the other way round")


@dataclass(frozen=True, slots=True)
class DefenceStatement:
    """The accused said what their defence is: everything retained is looked at again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CorrectedFact:
    """A fact of the case was corrected, on which decisions about these items rested."""

    fact: FactId
    items: frozenset[EvidenceId]
    what: str
    at: datetime

    def __post_init__(self) -> None:
        said(self.what, "what was corrected")


Cause: TypeAlias = NewMaterial | ChangedFindings | DefenceStatement | CorrectedFact

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
    ),
    DefenceStatement: (Relevant, AgainstTest),
    CorrectedFact: (Relevant, Used, Described, Sensitive, AgainstTest, Presumed),
}
"""Which kinds of decisions each cause puts in question: a choice of DEMS, as no text lists them."""


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
    """Everything that is in question now, cause by cause. Deciding anew, even alike, answers every earlier cause."""
    return tuple(t for cause in causes for t in touched(file, cause))


def _subjects(file: ProceedingFile, cause: Cause) -> frozenset[Subject]:
    if isinstance(cause, DefenceStatement):
        return file.record.subjects
    if isinstance(cause, NewMaterial):
        return cause.related
    items = {cause.item} if isinstance(cause, ChangedFindings) else cause.items
    blocks = {b.subject for i in items for b in file.listing.get(i, ())}
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
        return f"What this was found to hold has changed: {cause.what}"
    return f"A fact that this rested on was corrected: {cause.what}"
