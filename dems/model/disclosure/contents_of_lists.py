"""What a decision can say for lists of material: the exhibit list, the document list of misconduct proceedings, the index of an inquest."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dems.errors import Invalid
from dems.model.life.strands import said


@dataclass(frozen=True, slots=True)
class Exhibited:
    """How the exhibit list has a thing that is used: who produces it, in which statement, and what shows its continuity.

    `court_number` is the number that the court gave it. Raises `Invalid` where nobody produces it.
    """

    producer: str
    statement: str = ""
    continuity: str = ""
    court_number: str = ""

    def __post_init__(self) -> None:
        said(self.producer, "who produces this exhibit")


class Supply(StrEnum):
    """What became of a document in misconduct proceedings."""

    SUPPLIED = "supplied"
    NOT_SUPPLIED = "not_supplied"
    """Relevant, and not supplied for a reason other than harm, which the decision gives."""
    WITHHELD = "withheld"
    """Under the harm test."""


@dataclass(frozen=True, slots=True)
class HarmTested:
    """The harm test of one document, under the regulation with this code, and who made it: a person or a body, by name.

    `grounds` are codes of the list, `adverse_effect` is what would come of supplying it, `significant` whether there is a real risk
    that the effect would be so. What must be said with which outcome is rule R50's to find.
    """

    supply: Supply
    regulation: str
    decided_by: str
    grounds: tuple[str, ...] = ()
    adverse_effect: str = ""
    significant: bool = False


@dataclass(frozen=True, slots=True)
class Paginated:
    """Where a document is in the bundle that an index is of; pages from 1, both ends included. Raises `Invalid` for no such pages."""

    volume: str
    first_page: int
    last_page: int

    def __post_init__(self) -> None:
        said(self.volume, "in which volume it is")
        if not 1 <= self.first_page <= self.last_page:
            raise Invalid("Pages go from 1, and the last is not before the first: give them in order.")

    @property
    def words(self) -> str:
        """As an index has it: volume B, pages 12 to 19."""
        one = self.first_page == self.last_page
        pages = f"page {self.first_page}" if one else f"pages {self.first_page} to {self.last_page}"
        return f"Volume {self.volume}, {pages}"


@dataclass(frozen=True, slots=True)
class Owned:
    """Which other body it belongs to, and on which London date that was asked before it goes on. Raises `Invalid` without a name."""

    owner: str
    consulted_on: date | None = None

    def __post_init__(self) -> None:
        said(self.owner, "to whom it belongs")


class Onward(StrEnum):
    """Whether it is proposed to the coroner that interested persons get a document."""

    WHOLE = "whole"
    EDITED = "edited"
    """Its edited version in its place."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class ProposedOnward:
    """What is proposed to the coroner, who decides. `refusal` is a code of the list of grounds, where they are not to get it."""

    onward: Onward
    refusal: str = ""
