"""Disclosure in a proceeding: its opening, what is decided about each item, and what happens."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.cursors import id_cursor, linked
from api.deps import Core, MaybeMatch, OnceKey, Paging, Whoever, act, answer, etag, listed, paged
from api.manifests import ManifestRoute
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.custody import EntryView, entry_data
from api.schemas.decided import DecidedView, DecisionView, ReopenedView
from api.schemas.deciding import DecisionsBody, Kind
from api.schemas.disclosure import DisclosureView, HappeningBody, HappeningView, OpeningBody, TakenBackBody
from dems.model.acts import Act
from dems.model.ids import FactId, HappeningId, StrandId
from dems.ports.disclosure import DecisionFilter

router = APIRouter(prefix="/v1/proceedings/{proceeding_id}", tags=["disclosure"], route_class=BodyRoute)
decisions = APIRouter(prefix="/v1/proceedings/{proceeding_id}", tags=["disclosure"], route_class=ManifestRoute)


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


@router.get("", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def read_proceeding(proceeding_id: UUID, dems: Core, actor: Whoever, response: Response) -> DisclosureView:
    """A proceeding whose disclosure is open, as events name it: how that was opened or said anew last."""
    return read_disclosure(proceeding_id, dems, actor, response)


@router.get("/disclosure", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def read_disclosure(proceeding_id: UUID, dems: Core, actor: Whoever, response: Response) -> DisclosureView:
    """How disclosure in a proceeding was opened or said anew last."""
    found = dems.disclosure.look_up.opening(actor, StrandId(proceeding_id))
    response.headers["ETag"] = etag(found.opening.number)
    return DisclosureView.of(found)


@decisions.post(
    "/decisions",
    status_code=201,
    openapi_extra=act(Act.DISCLOSURE_DECIDE),
    responses=problem_responses(401, 403, 404, 409, 413, 429),
    response_model=DecidedView,
)
def decide(proceeding_id: UUID, body: DecisionsBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Decide about up to 10,000 items and blocks at once: a decision is recorded for each or, with every refused row, for none."""
    made = dems.disclosure.decide(
        actor,
        StrandId(proceeding_id),
        [d.deciding() for d in body.decisions],
        role=body.role,
        rests_on=[FactId(f) for f in body.rests_on],
        once=once,
    )
    return answer(dems, once, 201, DecidedView.of(made))


@router.get("/decisions", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def list_decisions(
    proceeding_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    subject: Annotated[UUID | None, Query(description="Only those about this item or block")] = None,
    kind: Annotated[Kind | None, Query(description="Only those of this kind")] = None,
    standing: Annotated[bool, Query(description="Only those that nothing which is shown has replaced")] = False,
) -> Listed[DecisionView]:
    """What was decided, as far as you may know of it, in the order in which it was recorded."""
    wanted = DecisionFilter(subject, kind, standing)
    rows = dems.disclosure.look_up.decisions(actor, StrandId(proceeding_id), page, wanted)
    return Listed[DecisionView](
        **paged(request, response, page, rows, key=lambda k: k.decision.id, show=DecisionView.of)
    )


@router.get(
    "/custody",
    openapi_extra=act(Act.CUSTODY_READ),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=Listed[EntryView],
)
def read_proceeding_custody(
    proceeding_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    restricted: Annotated[
        bool,
        Query(description="The chain of what is sensitive, for whoever has both clearances, in place of the other"),
    ] = False,
) -> Response:
    """The chain of a proceeding: what was decided, certified, submitted, and what came back."""
    rows = dems.disclosure.look_up.chain(actor, StrandId(proceeding_id), page, restricted=restricted)
    return listed(request, page, rows, key=lambda r: r.id, show=entry_data)


@router.get("/reopened", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def list_reopened(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ReopenedView]:
    """The decisions that new material, changed findings, a defence statement or a corrected fact put in question, and why.

    A page looks through some of the decisions that stand: it may have fewer than `limit`, or none, while `next` says that there is more.
    """
    found = dems.disclosure.look_up.reopened(actor, StrandId(proceeding_id), page)
    ahead = None if found.ahead is None else id_cursor(found.ahead)
    return Listed[ReopenedView](
        items=[ReopenedView.of(t) for t in found.found], next=linked(request, response, page.limit, ahead)
    )


_HAPPENED: Any = {
    "status_code": 201,
    "openapi_extra": act(Act.DISCLOSURE_HAPPENING),
    "responses": problem_responses(401, 403, 404, 409, 429),
    "response_model": HappeningView,
}


@router.post("/happenings", **_HAPPENED)
def record_happening(proceeding_id: UUID, body: HappeningBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Record a charge, a plea, a defence statement, an end: what rules of disclosure count from."""
    kept = dems.disclosure.happening(actor, StrandId(proceeding_id), body.told(), role=body.role, once=once)
    return answer(dems, once, 201, HappeningView.of(kept))


@router.post("/happenings/{happening_id}/take-back", **_HAPPENED)
def take_happening_back(
    proceeding_id: UUID, happening_id: UUID, body: TakenBackBody, dems: Core, actor: Whoever, once: OnceKey
) -> Response:
    """Record that this did not happen. Both stay in the list."""
    wrong = HappeningId(happening_id)
    kept = dems.disclosure.happening.take_back(
        actor, StrandId(proceeding_id), wrong, reason=body.reason, role=body.role, once=once
    )
    return answer(dems, once, 201, HappeningView.of(kept))


@router.get("/happenings", openapi_extra=act(Act.DISCLOSURE_READ), responses=problem_responses(401, 403, 404, 429))
def list_happenings(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[HappeningView]:
    """What happened, in the order in which it was recorded; what was taken back too, and what takes it back."""
    rows = dems.disclosure.look_up.happenings(actor, StrandId(proceeding_id), page)
    return Listed[HappeningView](**paged(request, response, page, rows, key=lambda h: h.id, show=HappeningView.of))
