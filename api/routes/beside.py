"""What runs beside the investigation and has dates of its own: reviews, recommendations, proceedings."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, MaybeMatch, OnceKey, Paging, Whoever, act, answer, etag, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.lives import StrandRecorded, StrandView, warned
from api.schemas.telling import DsiReviewBody, ProceedingBody, RecommendationBody, ReviewBody
from dems.model.acts import Act
from dems.model.ids import CaseId, StrandId
from dems.model.life.events import Strand
from dems.model.life.facts import Fact
from dems.model.life.saying import NewFact
from dems.model.life.strands import StrandRecord, strand_of
from dems.model.times import london_date

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["beside the investigation"], route_class=BodyRoute)

_READS: Any = {"openapi_extra": act(Act.LIFE_READ), "responses": problem_responses(401, 403, 404, 429)}
_RECORDS: Any = {
    "status_code": 201,
    "openapi_extra": act(Act.LIFE_RECORD),
    "responses": problem_responses(401, 403, 404, 409, 412, 429),
    "response_model": StrandRecorded,
}


@router.get("/reviews", **_READS)
def list_reviews(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[StrandView]:
    """Applications for review, each with its dates and how it stands."""
    return _listed(dems, actor, case_id, Strand.REVIEW, page, request, response)


@router.post("/reviews", **_RECORDS)
def record_review(
    case_id: UUID, body: ReviewBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record an application for review. Its later dates are milestones `about` it."""
    return _recorded(dems, actor, case_id, body.facts(), once, version)


@router.get("/dsi-reviews", **_READS)
def list_dsi_reviews(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[StrandView]:
    """Reviews of local investigations into a death or serious injury."""
    return _listed(dems, actor, case_id, Strand.DSI_REVIEW, page, request, response)


@router.post("/dsi-reviews", **_RECORDS)
def record_dsi_review(
    case_id: UUID, body: DsiReviewBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record the review of a local investigation into a death or serious injury."""
    return _recorded(dems, actor, case_id, body.facts(), once, version)


@router.get("/recommendations", **_READS)
def list_recommendations(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[StrandView]:
    """Learning recommendations, with what was answered."""
    return _listed(dems, actor, case_id, Strand.RECOMMENDATION, page, request, response)


@router.post("/recommendations", **_RECORDS)
def record_recommendation(
    case_id: UUID, body: RecommendationBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record a learning recommendation (Police Reform Act 2002, Schedule 3, paragraph 28A, or section 10)."""
    return _recorded(dems, actor, case_id, body.facts(), once, version)


@router.get("/proceedings", **_READS)
def list_proceedings(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[StrandView]:
    """Criminal, misconduct and coronial proceedings, demands of third parties, and requests for data."""
    return _listed(dems, actor, case_id, Strand.PROCEEDING, page, request, response)


@router.post("/proceedings", **_RECORDS)
def record_proceeding(
    case_id: UUID, body: ProceedingBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record a proceeding: before whom it is, their reference, and which parties it is about."""
    return _recorded(dems, actor, case_id, body.facts(), once, version)


def _listed(
    dems: Core, actor: Whoever, case_id: UUID, strand: Strand, page: Paging, request: Request, response: Response
) -> Listed[StrandView]:
    life, rows = dems.cases.life.strands(actor, CaseId(case_id), strand, page)
    today, due = london_date(dems.clock()), _due(dems, actor, case_id, strand)
    shown = paged(request, response, page, rows, key=lambda f: f.id, show=lambda f: StrandView.of(life, f, today, due))
    return Listed[StrandView](**shown)


def _recorded(
    dems: Core, actor: Whoever, case_id: UUID, facts: list[NewFact], once: OnceKey, version: int | None
) -> Response:
    told = dems.cases.record(actor, CaseId(case_id), facts, if_version=version, once=once)
    # Not among the strands of now: what is sent again may have been corrected since.
    fact = cast("Fact[StrandRecord]", told.facts[0])
    due = _due(dems, actor, case_id, strand_of(fact.content))
    shown = StrandView.of(told.life, fact, london_date(dems.clock()), due)
    body = StrandRecorded(**shown.model_dump(), warnings=warned(told.warnings))
    return answer(dems, once, 201, body, headers={"ETag": etag(told.case.version)})


def _due(dems: Core, actor: Whoever, case_id: UUID, strand: Strand) -> Mapping[StrandId, date] | None:
    """When answers are due, where that is asked of what runs beside the investigation."""
    return dems.cases.life.answers_due(actor, CaseId(case_id)) if strand is Strand.RECOMMENDATION else None
