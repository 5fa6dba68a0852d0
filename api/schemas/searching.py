"""What was found by a search, on the wire."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import View
from api.schemas.evidence import warnings_of
from api.schemas.findings import FindingView
from dems.model.evidence import EvidenceState
from dems.model.readings import FindingsState
from dems.model.searching import MOST_COUNTED, MOST_EXCERPT, Match, MatchedIn
from dems.ports import Hit


class MatchView(View):
    """One thing about an item that answered one condition."""

    field: MatchedIn
    excerpt: str | None = Field(max_length=MOST_EXCERPT, description="A part of the text that holds one of the words")
    finding: FindingView | None = Field(description="Where the field is `finding`; its texts may be cut to the excerpt")
    certain: bool | None = Field(
        description="Of a time: false where its zone is unknown and it may also lie outside of what was asked"
    )
    kilometres: float | None = Field(description="Of a place: how far it is from the one asked for")

    @classmethod
    def of(cls, match: Match) -> "MatchView":
        finding = match.finding
        return cls(
            field=match.field,
            excerpt=match.excerpt,
            finding=None if finding is None else FindingView.of(match.position or 0, finding),
            certain=match.certain,
            kilometres=None if match.kilometres is None else round(match.kilometres, 3),
        )


class HitView(View):
    """An item that was found, and what of it answered."""

    evidence_id: UUID
    case_id: UUID
    case_reference: str
    exhibit_ref: str
    description: str
    name: str | None
    state: EvidenceState
    media_type: str | None
    findings: FindingsState
    warnings: list[str]
    matched: list[MatchView]

    @classmethod
    def of(cls, hit: Hit) -> "HitView":
        item = hit.evidence
        return cls(
            evidence_id=item.id,
            case_id=item.case_id,
            case_reference=hit.case_reference,
            exhibit_ref=item.exhibit_ref.text,
            description=item.description,
            name=None if item.name is None else item.name.text,
            state=item.state,
            media_type=hit.findings.media_type,
            findings=hit.findings.state,
            warnings=warnings_of(hit.findings),
            matched=[MatchView.of(m) for m in hit.matched],
        )


class SearchView(View):
    """A page of what was found. What you may not see is neither in it nor counted."""

    items: list[HitView]
    next: str | None
    count: int | None = Field(
        le=MOST_COUNTED,
        description=f"Of all matches; {MOST_COUNTED} means that many or more. Null on pages after the first",
    )
