"""How material was found and is listed together: searches, blocks and the samples of both, on the wire."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Day, Hex256, Instant, Line, Prose, View
from api.schemas.disclosure import ActingView, InRole
from api.schemas.reviewing import MOST_BYTES, MediaType
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.searches import Hits, Sample, SearchStrategy
from dems.model.ids import SearchId
from dems.model.people import CaseRole
from dems.ports.reviewing import ListedBlock
from dems.usecases.disclosure.look_up_review import BlockNow
from dems.usecases.disclosure.make_block import NewBlock

MOST_TERMS, MOST_SAMPLED, MOST_SEARCHES = 500, 1_000, 200


class QuestionBody(Body):
    """Every condition that is given must hold. At least one."""

    type: MediaType | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    min_size: int | None = Field(default=None, ge=0, le=MOST_BYTES, description="In bytes")
    device: Line | None = Field(default=None, description="Words of make, model, serial number or software")
    term: Line | None = Field(default=None, description='Words, "phrases", -without and or')

    def asked(self) -> ReviewFilter:
        return ReviewFilter(self.type, self.from_, self.to, self.min_size, self.device, self.term)


class QuestionView(View):
    """What a block's question asks."""

    type: str | None
    from_: date | None = Field(serialization_alias="from")
    to: date | None
    min_size: int | None
    device: str | None
    term: str | None

    @classmethod
    def of(cls, asks: ReviewFilter) -> "QuestionView":
        return cls(
            type=asks.media_type,
            from_=asks.first,
            to=asks.last,
            min_size=asks.min_size,
            device=asks.device,
            term=asks.term,
        )


class HitsBody(Body):
    """How many items one term found. None is an answer too."""

    term: Line
    items: int = Field(ge=0, le=1_000_000_000)


class SearchBody(Body):
    """One search of one device, account or store."""

    source: Line = Field(description="Which device, account or store was searched")
    purpose: Prose = Field(description="Which line of enquiry it follows")
    hits: Annotated[list[HitsBody], Field(max_length=MOST_TERMS)]
    examined: int = Field(ge=0, le=1_000_000_000, description="How many items were searched")
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    role: CaseRole | None = InRole

    def found(self) -> list[Hits]:
        return [Hits(h.term, h.items) for h in self.hits]


class SampleBody(Body):
    """Items that somebody looked at in place of all."""

    items: Annotated[list[UUID], Field(min_length=1, max_length=MOST_SAMPLED)]
    drawn: Prose = Field(description="How they were chosen")
    found: Annotated[list[UUID], Field(max_length=MOST_SAMPLED)] = Field(
        default_factory=list, description="Those of them that matter after all"
    )
    role: CaseRole | None = InRole


class SampleView(View):
    items: list[UUID]
    drawn: str
    found: list[UUID]
    by: ActingView

    @classmethod
    def of(cls, sample: Sample) -> "SampleView":
        found = list(sample.found)
        return cls(items=list(sample.items), drawn=sample.drawn, found=found, by=ActingView.of(sample.by))


class SampleRecorded(SampleView):
    id: UUID


class HitsView(View):
    term: str
    items: int


class SearchView(View):
    """A search strategy, with what its terms found and what was sampled."""

    id: UUID
    source: str
    purpose: str
    hits: list[HitsView]
    without_hits: list[str] = Field(description="Terms that found nothing")
    examined: int
    from_: date | None = Field(serialization_alias="from")
    to: date | None
    samples: list[SampleView]
    by: ActingView

    @classmethod
    def of(cls, search: SearchStrategy) -> "SearchView":
        return cls(
            id=search.id,
            source=search.source,
            purpose=search.purpose,
            hits=[HitsView.model_validate(h) for h in search.hits],
            without_hits=list(search.without_hits),
            examined=search.examined,
            from_=search.first,
            to=search.last,
            samples=[SampleView.of(s) for s in search.samples],
            by=ActingView.of(search.by),
        )


class BlockBody(Body):
    """Items to be listed together: what a question finds, or things that are not here, counted by hand."""

    title: Line = Field(description="A generic title")
    source: Line = Field(description="The device, account or store they come from")
    reason: Prose = Field(description="Why listing them one by one is impracticable")
    question: Line = Field(description="What was asked, in words, as the annex says it")
    asks: QuestionBody | None = Field(default=None, description="The question; left out for things that are not here")
    quantity: int | None = Field(default=None, ge=1, le=1_000_000_000, description="Only of things that are not here")
    searches: Annotated[list[UUID], Field(max_length=MOST_SEARCHES)] = Field(
        default_factory=list, description="The search strategies behind it"
    )
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    role: CaseRole | None = InRole

    def new(self) -> NewBlock:
        return NewBlock(
            title=self.title,
            source=self.source,
            reason=self.reason,
            question=self.question,
            asks=None if self.asks is None else self.asks.asked(),
            quantity=self.quantity,
            searches=tuple(SearchId(s) for s in self.searches),
            first=self.from_,
            last=self.to,
        )


class BlockView(View):
    """A block; its annex is a list of its own."""

    id: UUID
    proceeding: UUID
    title: str
    quantity: int
    source: str
    reason: str
    question: str
    asks: QuestionView | None = Field(description="Null for things that are not here")
    asked_at: Instant
    searches: list[UUID]
    annex_sha256: Hex256 = Field(description="Of the frozen annex (canonical JSON)")
    from_: date | None = Field(serialization_alias="from")
    to: date | None
    samples: list[SampleView]
    by: ActingView

    @classmethod
    def of(cls, listed: ListedBlock) -> "BlockView":
        return cls(**_of_block(listed))


class AgainView(View):
    """How the answer to the question differs now; the block stays as it is."""

    come: list[UUID] = Field(description="Found now and not in the block: to be decided on by themselves")
    gone: list[UUID] = Field(description="In the block and not found any more")
    altered: list[UUID] = Field(description="Whose bytes are others")


class BlockNowView(BlockView):
    again: AgainView | None = Field(
        description="Null of things that are not here, where the question finds more now than a block holds, and where it is "
        "answered by findings that you may not read"
    )

    @classmethod
    def now(cls, found: BlockNow) -> "BlockNowView":
        again = found.again
        shown = (
            None
            if again is None
            else AgainView(come=sorted(again.come), gone=sorted(again.gone), altered=sorted(again.altered))
        )
        return cls(**_of_block(found.block), again=shown)


def _of_block(listed: ListedBlock) -> dict[str, Any]:
    block = listed.block
    return {
        "id": block.id,
        "proceeding": listed.proceeding,
        "title": block.title,
        "quantity": block.quantity,
        "source": block.source,
        "reason": block.reason,
        "question": block.query.question,
        "asks": None if listed.asks is None else QuestionView.of(listed.asks),
        "asked_at": block.query.asked_at,
        "searches": list(block.query.searches),
        "annex_sha256": listed.annex_sha256,
        "from_": block.first,
        "to": block.last,
        "samples": [SampleView.of(s) for s in block.samples],
        "by": ActingView.of(listed.by),
    }


class AnnexLineView(View):
    item: UUID
    sha256: Hex256
