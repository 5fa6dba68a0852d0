"""What a fact can say, on the wire: one schema for each kind, told apart by `kind`. The model judges; these say the form."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args
from uuid import UUID

from pydantic import Field, TypeAdapter

from api.schemas.base import Body, Line, Prose
from dems.errors import Invalid
from dems.model.ids import StrandId, new_id
from dems.model.life.contents import Content
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.records import content_from, content_record
from dems.model.life.strands import ProceedingKind, RecommendationKind, ReviewKind
from dems.model.life.vocabulary import DataSubjectCategory, Jurisdiction, MatterType, Mode, PartyRole, Source
from dems.model.life.when import When as TheWhen
from dems.model.shapes import when_from

When = Annotated[
    str,
    Field(
        min_length=10,
        max_length=40,
        description="A London date or, where the time is known, an instant with its zone",
        examples=["2026-03-01", "2026-03-01T09:30:00Z"],
    ),
]
_OWN_ID = Field(default=None, description="Left out, it gets one; other facts name it by that")


class RetractedContent(Body):
    """What the corrected fact says did not happen."""

    kind: Literal["retracted"]


class ParticularsContent(Body):
    """What the case is. Said once, and corrected from then on."""

    kind: Literal["particulars"]
    matter_type: MatterType | None = None
    jurisdiction: Jurisdiction = Jurisdiction.POLICE
    force: Line | None = None
    appropriate_authority: Line | None = None
    source: Source | None = None


class MilestoneContent(Body):
    """Something that happened to the case, or to the review, recommendation or proceeding that `about` names."""

    kind: Literal["milestone"]
    event: EventKind
    when: When
    about: UUID | None = None
    outcome: Outcome | None = None
    decided_by: UUID | None = Field(default=None, description="A person's id")


class ModeDecisionContent(Body):
    """The mode of investigation from a date on."""

    kind: Literal["mode_decision"]
    mode: Mode
    when: When
    decided_by: UUID
    reason: Prose


class MajorStatusContent(Body):
    """Whether the case is major, from a date on."""

    kind: Literal["major_status"]
    is_major: bool
    when: When
    reason: Prose


class ThemeStatusContent(Body):
    """Whether a theme applies, from a date on."""

    kind: Literal["theme_status"]
    theme: Line
    applies: bool
    when: When


class PartyStatusContent(Body):
    """What a party is to the case, or no longer is, from a date on, with the category of the Data Protection Act 2018, s.38."""

    kind: Literal["party_status"]
    party: UUID
    role: PartyRole
    category: DataSubjectCategory
    holds: bool
    when: When


class DesignationContent(Body):
    """Whether the investigation is designated criminal, from a date on."""

    kind: Literal["designation"]
    criminal: bool
    when: When
    decided_by: UUID
    reason: Prose


class PrejudiceContent(Body):
    """Whether a report on timeliness would prejudice the investigation, from a date on (regulation 13)."""

    kind: Literal["prejudice"]
    would_prejudice: bool
    when: When
    decided_by: UUID
    reason: Prose


class PauseBegunContent(Body):
    """Time that may not count begins, for the case or for what `about` names."""

    kind: Literal["pause_begun"]
    pause: UUID | None = _OWN_ID
    pause_kind: PauseKind
    when: When
    authority: Prose
    reason: Prose
    about: UUID | None = None
    proceedings: Prose | None = Field(default=None, description="Which ones a suspension waits for")


class PauseEndedContent(Body):
    """It ends: this date counts again."""

    kind: Literal["pause_ended"]
    pause: UUID
    when: When
    authority: Prose
    reason: Prose


class ExtensionContent(Body):
    """More time for one clock, until a date."""

    kind: Literal["extension"]
    clock: Line
    asked: When
    granted: When
    until: When
    authority: Prose
    reason: Prose
    about: UUID | None = None


class CaseLinkContent(Body):
    """That this case belongs with another, or no longer does."""

    kind: Literal["case_link"]
    other: UUID
    linked: bool
    when: When
    reason: Prose


class ReviewContent(Body):
    """An application for review."""

    kind: Literal["review"]
    id: UUID | None = _OWN_ID
    review_kind: ReviewKind
    applicant: UUID | None = Field(default=None, description="A party")


class DsiReviewContent(Body):
    """The review of a local investigation into a death or serious injury."""

    kind: Literal["dsi_review"]
    id: UUID | None = _OWN_ID


class RecommendationContent(Body):
    """A learning recommendation."""

    kind: Literal["recommendation"]
    id: UUID | None = _OWN_ID
    recommendation_kind: RecommendationKind
    addressee: Prose
    text: Prose


class ProceedingContent(Body):
    """A court, a panel or a coroner."""

    kind: Literal["proceeding"]
    id: UUID | None = _OWN_ID
    proceeding_kind: ProceedingKind
    forum: Prose
    reference: Line | None = None
    parties: list[UUID] = Field(default_factory=list, max_length=200)


class OtherStrandContent(Body):
    """Something else with dates of its own: a withdrawal, a resumption, a request for information."""

    kind: Literal["other_strand"]
    id: UUID | None = _OWN_ID
    strand: Literal["withdrawal", "resumption", "service_complaint", "information_request", "subject_access", "breach"]
    label: Prose


AnyContent: TypeAlias = Annotated[
    RetractedContent
    | ParticularsContent
    | MilestoneContent
    | ModeDecisionContent
    | MajorStatusContent
    | ThemeStatusContent
    | PartyStatusContent
    | DesignationContent
    | PrejudiceContent
    | PauseBegunContent
    | PauseEndedContent
    | ExtensionContent
    | CaseLinkContent
    | ReviewContent
    | DsiReviewContent
    | RecommendationContent
    | ProceedingContent
    | OtherStrandContent,
    Field(discriminator="kind"),
]

OWN_KIND = {
    "milestone": "event",
    "pause_begun": "pause_kind",
    "review": "review_kind",
    "recommendation": "recommendation_kind",
    "proceeding": "proceeding_kind",
}
"""What the wire calls the field that a fact keeps as its own `kind`: there `kind` says which fact it is."""

_OWN_ID_OF = {"pause_begun": "pause"} | dict.fromkeys(
    ("review", "dsi_review", "recommendation", "proceeding", "other_strand"), "id"
)
_DATES = frozenset({"when", "asked", "granted", "until"})
_KNOWN: TypeAdapter[AnyContent] = TypeAdapter(AnyContent)
_LEFT_OUT: Mapping[str, Mapping[str, Any]] = {
    get_args(schema.model_fields["kind"].annotation)[0]: {
        name: field.get_default(call_default_factory=True)
        for name, field in schema.model_fields.items()
        if not field.is_required()
    }
    for schema in get_args(get_args(AnyContent)[0])
}
"""By kind, what the wire has of a content that says nothing else."""


def content_of(body: Body) -> Content:
    """The content that a body says. Raises `Invalid` where the model cannot take it."""
    said = body.model_dump(mode="json", exclude_unset=False)
    kind = said.pop("kind")
    own = _OWN_ID_OF.get(kind)
    if own is not None and said[own] is None:
        said[own] = str(StrandId(new_id()))
    if kind in OWN_KIND:
        said["kind"] = said.pop(OWN_KIND[kind])
    return content_from(kind, said if kind == "particulars" else {k: v for k, v in said.items() if v is not None})


def when_of(said: str) -> TheWhen:
    """Raises `Invalid`."""
    try:
        return when_from(said)
    except Invalid as wrong:
        raise Invalid(f"'when' cannot be read: {wrong.message}", field="when") from wrong


def content_data(content: Content) -> dict[str, Any]:
    """A content as the wire has it, of what JSON is written from: what the fact leaves out has the schema's default."""
    kind, kept = content_record(content)
    shown = {"kind": kind, **_LEFT_OUT[kind]}
    for name, value in kept.items():
        if name in _DATES:
            shown[name] = value.get("at") or value["on"]
        else:
            shown[OWN_KIND.get(kind, name) if name == "kind" else name] = value
    return shown


def content_view(content: Content) -> AnyContent:
    """A content as the wire has it."""
    return _KNOWN.validate_python(content_data(content), strict=False)
