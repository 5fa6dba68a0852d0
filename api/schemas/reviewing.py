"""The queue of review and what was looked at, on the wire."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Hex256, Instant, View
from api.schemas.disclosure import InRole
from dems.model.disclosure.coverage import ItemCoverage
from dems.model.evidence import EvidenceState, Kind
from dems.model.ids import EvidenceId
from dems.model.people import CaseRole
from dems.ports.reviewing import Counted
from dems.usecases.disclosure.look_up_review import CoveragePage
from dems.usecases.disclosure.read_queue import InQueue
from dems.usecases.disclosure.record_viewings import Looked

MOST_VIEWINGS = 500
LONGEST_RECORDING = 366 * 24 * 3600
"""In seconds."""

MediaType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9.+_-]+/(\*|[a-z0-9.+_-]+)$", max_length=127),
    Field(examples=["image/jpeg", "video/*"]),
]
MOST_BYTES = 1 << 53


class InQueueView(View):
    """Something that awaits a decision. Of what is held elsewhere, `kind` and all that bytes would tell are null."""

    item: UUID
    exhibit_ref: str
    description: str
    name: str | None
    kind: Kind | None
    state: EvidenceState | None
    media_type: str | None
    size: int | None
    at: Instant = Field(description="When it was obtained or, where that is not known, when it came in")
    sha256: Hex256 | None
    quarantined: bool = Field(description="It may be privileged: for independent counsel alone")
    copies: list[UUID] = Field(description="Items of the case with the same bytes, 20 at most")
    near_on_page: list[UUID] = Field(
        description="Items of this page whose description and name share four fifths of their words, 20 at most. With what is on "
        "other pages nothing was compared: where this is empty, the case may still have some"
    )

    @classmethod
    def of(cls, found: InQueue) -> "InQueueView":
        row = found.row
        return cls(
            item=row.item,
            exhibit_ref=row.exhibit_ref,
            description=row.description,
            name=row.name,
            kind=None if row.kind is None else Kind(row.kind),
            state=None if row.state is None else EvidenceState(row.state),
            media_type=row.media_type,
            size=row.size,
            at=row.at,
            sha256=row.sha256,
            quarantined=row.quarantined,
            copies=list(found.copies),
            near_on_page=list(found.near),
        )


Second = Annotated[float, Field(ge=0, le=LONGEST_RECORDING, allow_inf_nan=False)]


class ViewingBody(Body):
    """You had an item before you. Of a recording, from where to where you played it."""

    item: UUID
    began: Instant
    ended: Instant
    played_from: Second | None = Field(default=None, description="In seconds from its beginning")
    played_to: Second | None = None

    def looked(self) -> Looked:
        first, last = (None if s is None else timedelta(seconds=s) for s in (self.played_from, self.played_to))
        return Looked(EvidenceId(self.item), self.began, self.ended, first, last)


class ViewingsBody(Body):
    """What you looked at, all of it or nothing."""

    viewings: Annotated[list[ViewingBody], Field(min_length=1, max_length=MOST_VIEWINGS)]
    role: CaseRole | None = InRole


class ViewingsRecorded(View):
    recorded: int


class ItemCoverageView(View):
    """How one item was looked at."""

    item: UUID
    people: list[UUID]
    seconds: float = Field(description="Of all people together; what one has open twice at once counts once")
    played: float | None = Field(description="Which share of the recording somebody saw; null of what has no length")

    @classmethod
    def of(cls, found: ItemCoverage) -> "ItemCoverageView":
        played = None if found.played is None else float(found.played)
        return cls(item=found.item, people=list(found.people), seconds=found.looked.total_seconds(), played=played)


class PersonCoverageView(View):
    person: UUID
    seconds: float


class CountedView(View):
    """Of all items of the case."""

    total: int = Field(description="Items of the case")
    seen: int = Field(description="Items that anybody looked at")
    unexamined: int = Field(description="Items that were seized in bulk and not looked into")
    by_person: list[PersonCoverageView]

    @classmethod
    def of(cls, counted: Counted) -> "CountedView":
        return cls(
            total=counted.items,
            seen=counted.seen,
            unexamined=counted.unexamined,
            by_person=[PersonCoverageView(person=p, seconds=t.total_seconds()) for p, t in counted.by_person],
        )


class CoverageView(View):
    """What was looked at in this proceeding, for how long and by whom."""

    items: list[ItemCoverageView]
    next: str | None
    counted: CountedView | None = Field(description="Figures of the whole, with the first page; null with those after")

    @classmethod
    def of(cls, found: CoveragePage, items: list[ItemCoverageView], ahead: str | None) -> "CoverageView":
        return cls(
            items=items,
            next=ahead,
            counted=None if found.counted is None else CountedView.of(found.counted),
        )
