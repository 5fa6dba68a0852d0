"""What disclosure is about beside the items of a case, and what it asks of those."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, MaybeMatch, OnceKey, Paging, Whoever, act, answer, etag, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.material import ParticularsBody, ParticularsView, PlaceholderBody, PlaceholderView
from dems.model.acts import Act
from dems.model.ids import EvidenceId, StrandId

router = APIRouter(prefix="/v1", tags=["disclosure"], route_class=BodyRoute)


@router.post(
    "/proceedings/{proceeding_id}/placeholders",
    status_code=201,
    openapi_extra=act(Act.MATERIAL_RECORD),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=PlaceholderView,
)
def record_placeholder(
    proceeding_id: UUID, body: PlaceholderBody, dems: Core, actor: Whoever, once: OnceKey
) -> Response:
    """Give something that is elsewhere a placeholder, so that a schedule can say that it exists."""
    kept = dems.disclosure.placeholder(actor, StrandId(proceeding_id), body.told(), role=body.role, once=once)
    return answer(dems, once, 201, PlaceholderView.of(kept))


@router.get(
    "/proceedings/{proceeding_id}/placeholders",
    openapi_extra=act(Act.DISCLOSURE_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_placeholders(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[PlaceholderView]:
    """What of the case is elsewhere, as far as you may know of it."""
    rows = dems.disclosure.look_up.placeholders(actor, StrandId(proceeding_id), page)
    return Listed[PlaceholderView](**paged(request, response, page, rows, key=lambda e: e.id, show=PlaceholderView.of))


@router.post(
    "/evidence/{evidence_id}/particulars",
    status_code=201,
    openapi_extra=act(Act.MATERIAL_RECORD),
    responses=problem_responses(401, 403, 404, 409, 412, 428, 429),
    response_model=ParticularsView,
)
def record_particulars(
    evidence_id: UUID, body: ParticularsBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Say of an item what disclosure asks or, with the ETag of what was said before, say it anew."""
    kept = dems.disclosure.particulars(
        actor, EvidenceId(evidence_id), body.told(), reason=body.reason, role=body.role, if_version=version, once=once
    )
    return answer(dems, once, 201, ParticularsView.of(kept), headers={"ETag": etag(kept.number)})


@router.get(
    "/evidence/{evidence_id}/particulars",
    openapi_extra=act(Act.DISCLOSURE_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def read_particulars(evidence_id: UUID, dems: Core, actor: Whoever, response: Response) -> ParticularsView:
    """What disclosure asks of an item, as it was said last."""
    found = dems.disclosure.look_up.particulars(actor, EvidenceId(evidence_id))
    response.headers["ETag"] = etag(found.number)
    return ParticularsView.of(found)
