"""Disclosure in a proceeding: its opening, what is decided about each item, and what happens."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.bodies import BodyRoute
from api.deps import Core, MaybeMatch, OnceKey, Whoever, act, answer, etag
from api.problems import problem_responses
from api.schemas.disclosure import DisclosureView, OpeningBody
from dems.model.acts import Act
from dems.model.ids import StrandId

router = APIRouter(prefix="/v1/proceedings/{proceeding_id}", tags=["disclosure"], route_class=BodyRoute)


@router.post(
    "/disclosure",
    status_code=201,
    openapi_extra=act(Act.DISCLOSURE_OPEN),
    responses=problem_responses(401, 403, 404, 409, 412, 428, 429),
    response_model=DisclosureView,
)
def open_disclosure(
    proceeding_id: UUID, body: OpeningBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Open disclosure in a proceeding or, with the ETag of what was said before, say anew when it began and who is what in it."""
    made = dems.disclosure.open(
        actor,
        StrandId(proceeding_id),
        investigation_began=body.investigation_began,
        parties=[p.told() for p in body.parties],
        reason=body.reason,
        role=body.role,
        if_version=version,
        once=once,
    )
    headers = {"ETag": etag(made.opening.number), "Location": f"/v1/proceedings/{proceeding_id}/disclosure"}
    return answer(dems, once, 201, DisclosureView.of(made), headers=headers)


@router.get("/disclosure", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def read_disclosure(proceeding_id: UUID, dems: Core, actor: Whoever, response: Response) -> DisclosureView:
    """How disclosure in a proceeding was opened or said anew last."""
    found = dems.disclosure.look_up.opening(actor, StrandId(proceeding_id))
    response.headers["ETag"] = etag(found.opening.number)
    return DisclosureView.of(found)
