"""What was decided about disclosure, and what of it is in question again, on the wire: as far as whoever reads it may know."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import Field

from api.schemas.base import Instant, View
from api.schemas.deciding import Kind, shown_content
from api.schemas.disclosure import ActingView
from dems.model.disclosure.causes import ChangedFindings, CorrectedFact, DefenceStatement, NewMaterial
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import SubjectKind
from dems.model.disclosure.records import kind_of
from dems.model.disclosure.reopening import Touched
from dems.ports.disclosure import KeptDecision


class SubjectView(View):
    kind: SubjectKind
    id: UUID


class MadeView(View):
    """One decision that was recorded."""

    id: UUID
    subject: SubjectView
    kind: Kind
    replaces: UUID | None

    @classmethod
    def of(cls, decision: Decision[Content]) -> "MadeView":
        return cls.model_construct(
            id=decision.id,
            subject=SubjectView.model_construct(kind=decision.subject.kind, id=decision.subject.id),
            kind=cast("Kind", kind_of(decision.content)),
            replaces=decision.replaces,
        )


class DecidedView(View):
    """What was decided together, in the order in which it was sent: of each of `decisions` first the items, then the blocks."""

    count: int
    decisions: list[MadeView]

    @classmethod
    def of(cls, made: Sequence[Decision[Content]]) -> "DecidedView":
        return cls.model_construct(count=len(made), decisions=[MadeView.of(d) for d in made])


class DecisionView(View):
    """One decision, as far as its reader may know of it."""

    id: UUID
    subject: SubjectView
    kind: Kind
    content: dict[str, Any] = Field(description="As it would be sent, with its kind; what was left out is left out")
    reason: str
    by: ActingView
    replaces: UUID | None = Field(description="The decision whose place it took")
    rests_on: list[UUID] = Field(description="Facts of the case that it was made on")

    @classmethod
    def of(cls, kept: KeptDecision) -> "DecisionView":
        decision = kept.decision
        return cls(
            id=decision.id,
            subject=SubjectView(kind=decision.subject.kind, id=decision.subject.id),
            kind=kind_of(decision.content),
            content=shown_content(decision.content),
            reason=decision.reason,
            by=ActingView.of(decision.by),
            replaces=decision.replaces,
            rests_on=list(kept.rests_on),
        )


class ReopenedView(View):
    """A decision that stands and is in question again, until it is decided anew."""

    decision: UUID
    subject: SubjectView
    kind: Kind
    cause: Literal["new_material", "changed_findings", "defence_statement", "corrected_fact"]
    at: Instant = Field(description="When it was put in question")
    item: UUID | None = Field(description="What came in, or was read again")
    fact: UUID | None = Field(description="What was corrected")
    why: str

    @classmethod
    def of(cls, found: Touched) -> "ReopenedView":
        cause, decision = found.cause, found.decision
        return cls(
            decision=decision.id,
            subject=SubjectView(kind=decision.subject.kind, id=decision.subject.id),
            kind=kind_of(decision.content),
            cause=_CAUSES[type(cause)],
            at=cause.at,
            item=cause.item if isinstance(cause, NewMaterial | ChangedFindings) else None,
            fact=cause.fact if isinstance(cause, CorrectedFact) else None,
            why=found.why,
        )


_CAUSES: Mapping[type, Any] = {
    NewMaterial: "new_material",
    ChangedFindings: "changed_findings",
    DefenceStatement: "defence_statement",
    CorrectedFact: "corrected_fact",
}
