"""What people send to have the life of a case recorded."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Line, Prose
from api.schemas.contents import (
    AnyContent,
    DsiReviewContent,
    MilestoneContent,
    ProceedingContent,
    RecommendationContent,
    ReviewContent,
    When,
    content_of,
)
from dems.model.ids import FactId
from dems.model.life.contents import Content
from dems.model.life.events import EventKind, Outcome
from dems.model.life.saying import NewFact
from dems.model.life.strands import ProceedingKind

Corrects = Annotated[UUID | None, Field(description="The fact whose place this takes; it is kept, and says so")]
Why = Annotated[Prose | None, Field(description="Why the earlier fact is corrected: needed with `corrects`")]


class NewFactBody(Body):
    content: AnyContent
    corrects: Corrects = None
    reason: Why = None

    def fact(self) -> NewFact:
        return NewFact(content_of(self.content), _fact_id(self.corrects), self.reason)


class FactsBody(Body):
    """Facts that are recorded together: all of them or none."""

    facts: list[NewFactBody] = Field(min_length=1, max_length=200)


class MilestoneBody(Body):
    """Something that happened, or the correction of such a fact."""

    kind: EventKind
    when: When
    about: UUID | None = Field(default=None, description="The review, recommendation, proceeding … it is a date of")
    outcome: Outcome | None = None
    decided_by: UUID | None = Field(default=None, description="A person's id, of decisions that need one")
    corrects: Corrects = None
    reason: Why = None

    def fact(self) -> NewFact:
        said = self.model_dump(exclude={"kind", "corrects", "reason"})
        content = content_of(MilestoneContent(kind="milestone", event=self.kind, **said))
        return NewFact(content, _fact_id(self.corrects), self.reason)


class StrandEventBody(Body):
    kind: EventKind
    when: When
    outcome: Outcome | None = None
    decided_by: UUID | None = None


class _WithEvents(Body):
    events: list[StrandEventBody] = Field(
        default_factory=list, max_length=20, description="Its first dates; later ones are milestones about it"
    )

    def _facts(self, first: Content) -> list[NewFact]:
        about = getattr(first, "id", None)
        dates = [MilestoneContent(kind="milestone", event=e.kind, about=about, **_rest(e)) for e in self.events]
        return [NewFact(first), *(NewFact(content_of(d)) for d in dates)]


class ReviewBody(_WithEvents):
    kind: Literal["handling", "investigation"]
    applicant: UUID | None = Field(default=None, description="A party")

    def facts(self) -> list[NewFact]:
        said = ReviewContent.model_validate({"kind": "review", "review_kind": self.kind, "applicant": self.applicant})
        return self._facts(content_of(said))


class DsiReviewBody(_WithEvents):
    def facts(self) -> list[NewFact]:
        return self._facts(content_of(DsiReviewContent(kind="dsi_review")))


class RecommendationBody(_WithEvents):
    kind: Literal["para28A", "section10"]
    addressee: Prose
    text: Prose

    def facts(self) -> list[NewFact]:
        said = {"recommendation_kind": self.kind, "addressee": self.addressee, "text": self.text}
        return self._facts(content_of(RecommendationContent.model_validate({"kind": "recommendation", **said})))


class ProceedingBody(_WithEvents):
    kind: ProceedingKind
    forum: Prose = Field(description="The court, the panel, the coroner, or whoever asks")
    reference: Line | None = Field(default=None, description="Theirs")
    parties: list[UUID] = Field(default_factory=list, max_length=200, description="Defendants, officers: parties")

    def facts(self) -> list[NewFact]:
        said = {"proceeding_kind": self.kind, "forum": self.forum, "reference": self.reference, "parties": self.parties}
        return self._facts(content_of(ProceedingContent.model_validate({"kind": "proceeding", **said})))


def _rest(event: StrandEventBody) -> dict[str, Any]:
    return event.model_dump(exclude={"kind"})


def _fact_id(value: UUID | None) -> FactId | None:
    return None if value is None else FactId(value)


class PartyBody(Body):
    name: Line
    contact: Prose | None = None
    reference: Line | None = Field(default=None, description="What the case system calls them; unique on the case")


class PartyChange(Body):
    """Fields that are left out stay as they are."""

    name: Line | None = None
    contact: Prose | None = None
    reason: Line | None = None
