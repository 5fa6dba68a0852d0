"""What a decision about disclosure can say, on the wire: one schema for each kind, told apart by `kind`. The rules judge; these say
the form.
"""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Day, Line, Prose
from api.schemas.deciding_for_lists import ExhibitContent, HarmTestContent, OnwardContent, OwnerContent, PagesContent
from api.schemas.disclosure import InRole
from dems.model.disclosure.contents import (
    Content,
    Handling,
    Level,
    PiiKind,
    PiiOutcome,
    PiiStage,
    PrivilegeState,
    Result,
)
from dems.model.disclosure.material import Subject
from dems.model.disclosure.records import content_from, content_record
from dems.model.ids import BlockId, DecisionId, EvidenceId
from dems.model.people import CaseRole, Clearance
from dems.usecases.disclosure.decide import MOST_AT_ONCE, MOST_FACTS, Deciding

Truth = Annotated[bool, Field(strict=True)]
Kind = Literal[
    "relevance",
    "use",
    "description",
    "sensitivity",
    "sensitive_information",
    "privilege",
    "pii",
    "test",
    "presumption",
    "clearance",
    "source_check",
    "handling",
    "leak_check",
    "exhibit",
    "harm_test",
    "pages",
    "owner",
    "onward",
]


class RelevanceContent(Body):
    """Whether it appears to have some bearing on an offence, a person or the circumstances."""

    kind: Literal["relevance"]
    relevant: Truth


class UseContent(Body):
    """Whether it is part of the case of whoever brings the proceeding, or unused."""

    kind: Literal["use"]
    used: Truth


class DescriptionContent(Body):
    """How a schedule of this proceeding describes it, and where the thing is."""

    kind: Literal["description"]
    description: Prose
    location: Prose


class SensitivityContent(Body):
    """Sensitivity under the Criminal Procedure and Investigations Act 1996."""

    kind: Literal["sensitivity"]
    level: Level
    public_interest: Prose | None = Field(default=None, description="Which important public interest is at stake")
    prejudice: Prose | None = Field(default=None, description="How it would be seriously prejudiced")
    categories: list[Line] = Field(default_factory=list, max_length=50, description="Codes of the list")
    schedule_reason: Prose | None = Field(default=None, description="What the MG6D says")


class SensitiveInformationContent(Body):
    """Section 21A of the Police Reform Act 2002: whether it holds such information."""

    kind: Literal["sensitive_information"]
    holds: Truth
    authority: Prose | None = Field(default=None, description="Under which authority it may be kept in")


class PrivilegeContent(Body):
    """Legal professional privilege. Anybody may suspect it; independent counsel says whether it is there."""

    kind: Literal["privilege"]
    state: PrivilegeState


class PiiContent(Body):
    """Public interest immunity, at each of its stages. From the order on it has its reference and outcome."""

    kind: Literal["pii"]
    pii_kind: PiiKind = Field(description="Who is told of the application (Criminal Procedure Rules 15.3)")
    stage: PiiStage
    public_interest: Prose
    prejudice: Prose
    steps_short: Prose | None = Field(default=None, description="What was tried short of withholding")
    order: Line | None = None
    outcome: PiiOutcome | None = None
    review_on: Day | None = None


class TestContent(Body):
    """The test for disclosure: might it undermine the case for the prosecution or assist the accused."""

    kind: Literal["test"]
    result: Result
    rebuttal: Prose | None = Field(default=None, description="Why what is presumed to meet it does not")


class PresumptionContent(Body):
    """The category of material that is presumed to meet the test; null where it is of none."""

    kind: Literal["presumption"]
    category: Line | None


class ClearanceContent(Body):
    """Which clearance somebody needs to see the thing itself; null is none."""

    kind: Literal["clearance"]
    clearance: Clearance | None


class SourceCheckContent(Body):
    """Whether a description names or betrays a source. It holds for exactly these words."""

    kind: Literal["source_check"]
    description: Prose
    names_no_source: Truth


class HandlingContent(Body):
    """What became of it. Withholding what meets the test names the court's order."""

    kind: Literal["handling"]
    handling: Handling
    order: Line | None = None


class LeakCheckContent(Body):
    """Hits of the leak guard that betray nothing after all, by their ids. The decision's reason says why."""

    kind: Literal["leak_check"]
    hits: list[Line] = Field(min_length=1, max_length=200)


AnyContent: TypeAlias = Annotated[
    RelevanceContent
    | UseContent
    | DescriptionContent
    | SensitivityContent
    | SensitiveInformationContent
    | PrivilegeContent
    | PiiContent
    | TestContent
    | PresumptionContent
    | ClearanceContent
    | SourceCheckContent
    | HandlingContent
    | LeakCheckContent
    | ExhibitContent
    | HarmTestContent
    | PagesContent
    | OwnerContent
    | OnwardContent,
    Field(discriminator="kind"),
]


def content_of(body: AnyContent) -> Content:
    """Raises `Invalid` for what the form allows and no decision says."""
    said = body.model_dump(mode="json", exclude_unset=True)
    kind = said.pop("kind")
    if "pii_kind" in said:
        said["kind"] = said.pop("pii_kind")
    kept = {name: value for name, value in said.items() if value is not None or name in {"category", "clearance"}}
    return content_from(kind, kept)


def shown_content(content: Content) -> dict[str, Any]:
    """As it would be sent."""
    kind, record = content_record(content)
    if "kind" in record:
        record["pii_kind"] = record.pop("kind")
    return {"kind": kind, **record}


class DecidingBody(Body):
    """One content for many items and blocks."""

    content: AnyContent
    items: list[UUID] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    blocks: list[UUID] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    reason: Prose
    replaces: dict[UUID, UUID] = Field(
        default_factory=dict,
        max_length=MOST_AT_ONCE,
        description="By item or block: the decision of this kind that stands, whose place this takes. "
        "Where one stands that is not named here, nothing is decided",
    )

    def deciding(self) -> Deciding:
        subjects = [Subject.item(EvidenceId(i)) for i in self.items] + [Subject.block(BlockId(b)) for b in self.blocks]
        replaces = {subject: DecisionId(decision) for subject, decision in self.replaces.items()}
        return Deciding(content_of(self.content), subjects, self.reason, replaces)


class DecisionsBody(Body):
    """Decisions that are recorded together: all of them or none."""

    decisions: list[DecidingBody] = Field(min_length=1, max_length=MOST_AT_ONCE)
    role: CaseRole | None = InRole
    rests_on: list[UUID] = Field(
        default_factory=list, max_length=MOST_FACTS, description="Facts of the case that these decisions are made on"
    )
