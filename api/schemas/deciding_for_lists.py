"""What a decision can say for lists of material, on the wire: exhibits, harm tests, pages, owners, what is passed on."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import Body, Day, Line, Prose
from dems.model.disclosure.contents_of_lists import Onward, Supply


class ExhibitContent(Body):
    """How the exhibit list has a thing that is used."""

    kind: Literal["exhibit"]
    producer: Line = Field(description="Who produces it, by name")
    statement: Line | None = Field(default=None, description="In which statement")
    continuity: Prose | None = Field(default=None, description="What shows its continuity")
    court_number: Line | None = Field(default=None, description="The number that the court gave it")


class HarmTestContent(Body):
    """The harm test of one document of misconduct proceedings (rule R50)."""

    kind: Literal["harm_test"]
    supply: Supply = Field(description="Whether the officer concerned is supplied with it")
    regulation: Line = Field(description="Code of the regulation under which the test was made")
    decided_by: Line = Field(
        description="Who made it: the appropriate authority, the Director General or the chair, by name"
    )
    grounds: list[Line] = Field(
        default_factory=list, max_length=50, description="Codes of the list, of what is withheld"
    )
    adverse_effect: Prose | None = Field(default=None, description="What supplying it would do")
    significant: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Whether there is a real risk that the effect would be significant"
    )


class PagesContent(Body):
    """Where a document is in the bundle that the index of an inquest is of."""

    kind: Literal["pages"]
    volume: Line
    first_page: int = Field(strict=True, ge=1, le=10_000_000)
    last_page: int = Field(strict=True, ge=1, le=10_000_000)


class OwnerContent(Body):
    """Which other body it belongs to."""

    kind: Literal["owner"]
    owner: Line
    consulted_on: Day | None = Field(default=None, description="When they were asked before it goes on (rule R56)")


class OnwardContent(Body):
    """What is proposed to the coroner for interested persons (rule R53)."""

    kind: Literal["onward"]
    onward: Onward
    refusal: Line | None = Field(default=None, description="Code of a ground of rule 15, where they are not to get it")
