"""Review of a proceeding's material: what awaits which decision, and what was looked at."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.cursors import Limit, cursor, linked, not_a_cursor, parts_of
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.base import Day, Line, Listed
from api.schemas.reviewing import (
    MOST_BYTES,
    CoverageView,
    InQueueView,
    ItemCoverageView,
    MediaType,
    ViewingsBody,
    ViewingsRecorded,
)
from dems.model.acts import Act
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.ids import EvidenceId, StrandId
from dems.ports.reviewing import ReviewAfter, ReviewPage

router = APIRouter(prefix="/v1/proceedings/{proceeding_id}", tags=["review"], route_class=BodyRoute)

_READS: Any = {"openapi_extra": act(Act.DISCLOSURE_READ), "responses": problem_responses(401, 403, 404, 429)}


@router.get("/review", **_READS)
def read_queue(
    proceeding_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    awaiting: Annotated[Awaiting, Query(description="Which decision")] = Awaiting.RELEVANCE,
    media_type: Annotated[MediaType | None, Query(alias="type")] = None,
    first: Annotated[Day | None, Query(alias="from", description="A London date, included")] = None,
    last: Annotated[Day | None, Query(alias="to", description="A London date, included")] = None,
    min_size: Annotated[int | None, Query(ge=0, le=MOST_BYTES, description="In bytes")] = None,
    device: Annotated[Line | None, Query(description="Words of make, model, serial number or software")] = None,
    term: Annotated[Line | None, Query(description='Words, "phrases", -without and or')] = None,
    sort: Annotated[ReviewSort, Query(description="In which order")] = ReviewSort.DATE,
    limit: Limit = 50,
    after: Annotated[str | None, Query(max_length=2_000, description="The `next` of the page before")] = None,
) -> Listed[InQueueView]:
    """Items of the case that await a decision in this proceeding, by every condition given."""
    wanted = ReviewFilter(media_type, first, last, min_size, device, term)
    page = ReviewPage(limit, sort, _after(after, sort))
    found = dems.reviewing.queue(actor, StrandId(proceeding_id), awaiting, wanted, page)
    ahead = None
    if len(found) == limit:
        ahead = cursor(sort.value, found[-1].row.place, str(found[-1].row.item))
    return Listed[InQueueView](items=[InQueueView.of(f) for f in found], next=linked(request, response, limit, ahead))


def _after(after: str | None, sort: ReviewSort) -> ReviewAfter | None:
    parts = parts_of(after, str, str, str)
    if parts is None:
        return None
    in_order, place, item = parts
    if in_order != sort.value:
        raise not_a_cursor()
    try:
        return ReviewAfter(place, EvidenceId(UUID(item)))
    except ValueError as error:
        raise not_a_cursor() from error


@router.post(
    "/viewings",
    status_code=201,
    openapi_extra=act(Act.VIEWING_RECORD),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=ViewingsRecorded,
)
def record_viewings(proceeding_id: UUID, body: ViewingsBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Say what you looked at, and for how long."""
    looked = [v.looked() for v in body.viewings]
    count = dems.reviewing.viewed(actor, StrandId(proceeding_id), looked, role=body.role, once=once)
    return answer(dems, once, 201, ViewingsRecorded(recorded=count))


@router.get("/coverage", **_READS)
def read_coverage(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> CoverageView:
    """What was looked at, for how long and by whom: figures of the whole, and item by item."""
    found = dems.reviewing.look_up.coverage(actor, StrandId(proceeding_id), page)
    shown = paged(request, response, page, found.items, key=lambda i: i.item, show=ItemCoverageView.of)
    return CoverageView.of(found, shown["items"], shown["next"])
