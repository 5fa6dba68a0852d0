"""How material was found and is listed together: searches, blocks, the samples of both, and annexes."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.strategies import (
    AnnexLineView,
    BlockBody,
    BlockNowView,
    BlockView,
    SampleBody,
    SampleRecorded,
    SampleView,
    SearchBody,
    SearchView,
)
from dems.model.acts import Act
from dems.model.ids import BlockId, EvidenceId, SearchId, StrandId
from dems.ports.disclosure import KeptSample

router = APIRouter(prefix="/v1", tags=["review"], route_class=BodyRoute)

_IN = "/proceedings/{proceeding_id}"
_READS: Any = {"openapi_extra": act(Act.DISCLOSURE_READ), "responses": problem_responses(401, 403, 404, 429)}


def _records(name: Act) -> dict[str, Any]:
    responses = problem_responses(401, 403, 404, 409, 429)
    return {"status_code": 201, "openapi_extra": act(name), "responses": responses}


@router.post(f"{_IN}/searches", **_records(Act.STRATEGY_RECORD), response_model=SearchView)
def record_search(proceeding_id: UUID, body: SearchBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Record a search: where was looked for what, and what each term found."""
    made = dems.reviewing.search(
        actor,
        StrandId(proceeding_id),
        source=body.source,
        purpose=body.purpose,
        hits=body.found(),
        examined=body.examined,
        first=body.from_,
        last=body.to,
        role=body.role,
        once=once,
    )
    return answer(dems, once, 201, SearchView.of(made))


@router.get(f"{_IN}/searches", **_READS)
def list_searches(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[SearchView]:
    """The search strategies of a proceeding with their samples, oldest first."""
    rows = dems.reviewing.look_up.searches(actor, StrandId(proceeding_id), page)
    return Listed[SearchView](**paged(request, response, page, rows, key=lambda s: s.id, show=SearchView.of))


@router.post(f"{_IN}/searches/{{search_id}}/samples", **_records(Act.SAMPLE_RECORD), response_model=SampleRecorded)
def record_sample_of_search(
    proceeding_id: UUID, search_id: UUID, body: SampleBody, dems: Core, actor: Whoever, once: OnceKey
) -> Response:
    """Record which items were looked at in place of all that were searched."""
    made = _sampled(dems, actor, proceeding_id, body, once, search=SearchId(search_id))
    return answer(dems, once, 201, _shown(made))


@router.post(f"{_IN}/blocks", **_records(Act.BLOCK_RECORD), response_model=BlockNowView)
def make_block(proceeding_id: UUID, body: BlockBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Freeze a question with its answer: items that are listed together."""
    made = dems.reviewing.block(actor, StrandId(proceeding_id), body.new(), role=body.role, once=once)
    shown = dems.reviewing.look_up.block(actor, made.block.id)
    return answer(dems, once, 201, BlockNowView.now(shown), headers={"Location": f"/v1/blocks/{made.block.id}"})


@router.get(f"{_IN}/blocks", **_READS)
def list_blocks(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[BlockView]:
    """The blocks of a proceeding with their samples, oldest first."""
    rows = dems.reviewing.look_up.blocks(actor, StrandId(proceeding_id), page)
    return Listed[BlockView](**paged(request, response, page, rows, key=lambda b: b.block.id, show=BlockView.of))


@router.post(f"{_IN}/blocks/{{block_id}}/samples", **_records(Act.SAMPLE_RECORD), response_model=SampleRecorded)
def record_sample_of_block(
    proceeding_id: UUID, block_id: UUID, body: SampleBody, dems: Core, actor: Whoever, once: OnceKey
) -> Response:
    """Record which items of a block were looked at in place of all."""
    made = _sampled(dems, actor, proceeding_id, body, once, block=BlockId(block_id))
    return answer(dems, once, 201, _shown(made))


@router.get("/blocks/{block_id}", **_READS)
def read_block(block_id: UUID, dems: Core, actor: Whoever) -> BlockNowView:
    """A block, and how the answer to its question differs now."""
    return BlockNowView.now(dems.reviewing.look_up.block(actor, BlockId(block_id)))


@router.get("/blocks/{block_id}/items", **_READS)
def list_annex(
    block_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[AnnexLineView]:
    """The annex of a block: its items, each with the digest of its bytes."""
    rows = dems.reviewing.look_up.annex(actor, BlockId(block_id), page)
    return Listed[AnnexLineView](
        **paged(
            request,
            response,
            page,
            rows,
            key=lambda line: line.item,
            show=lambda line: AnnexLineView(item=line.item, sha256=line.digest.hex),
        )
    )


def _sampled(
    dems: Core,
    actor: Whoever,
    proceeding_id: UUID,
    body: SampleBody,
    once: OnceKey,
    *,
    block: BlockId | None = None,
    search: SearchId | None = None,
) -> KeptSample:
    return dems.reviewing.sample(
        actor,
        StrandId(proceeding_id),
        items=[EvidenceId(i) for i in body.items],
        drawn=body.drawn,
        found=[EvidenceId(i) for i in body.found],
        block=block,
        search=search,
        role=body.role,
        once=once,
    )


def _shown(made: KeptSample) -> SampleRecorded:
    return SampleRecorded(id=made.id, **SampleView.of(made.sample).model_dump())
