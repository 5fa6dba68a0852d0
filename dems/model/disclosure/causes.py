"""What can put decisions in question again, each with its instant. Which decisions, says `reopening`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from dems.model.disclosure.material import Subject
from dems.model.ids import BlockId, EvidenceId, FactId
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
    """A fact of the case was corrected, on which decisions about these items and blocks rested."""

    fact: FactId
    items: frozenset[EvidenceId]
    what: str
    at: datetime
    blocks: frozenset[BlockId] = frozenset()

    def __post_init__(self) -> None:
        said(self.what, "what was corrected")


Cause: TypeAlias = NewMaterial | ChangedFindings | DefenceStatement | CorrectedFact
