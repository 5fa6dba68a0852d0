"""Lists of material: of exhibits, of the documents of misconduct proceedings, the index of an inquest."""

from functools import partial
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.cursors import After, Limit, cursor, linked, place_of
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.routes.documents import DOCUMENT, MEDIA, DocumentFormat, sent
from api.schemas.base import Listed
from api.schemas.lists import ListDraftView, ListForm, ListListed, ListView, ListWantedBody
from dems.model.acts import Act
from dems.model.disclosure.lists import MaterialList
from dems.model.ids import ListId, StrandId

router = APIRouter(prefix="/v1", tags=["lists"], route_class=BodyRoute)

_READS = problem_responses(401, 403, 404, 429)
_FIRST_PAGE = 50


@router.post(
    "/proceedings/{proceeding_id}/lists",
    status_code=201,
    openapi_extra=act(Act.SCHEDULE_CERTIFY),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=ListView,
)
def certify_list(proceeding_id: UUID, body: ListWantedBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Certify the next version of a list: its rows follow from what was decided, and are signed and frozen. Refused with every rule."""
    made = dems.lists.certify(actor, StrandId(proceeding_id), body.form, role=body.role, once=once)
    headers = {"Location": f"/v1/lists/{made.id}"}
    return answer(dems, once, 201, ListView.page(made, 0, _FIRST_PAGE, _next(made, _FIRST_PAGE)), headers=headers)


@router.get("/proceedings/{proceeding_id}/lists", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def list_lists(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ListListed]:
    """Every certified version of every list that its reader may know of."""
    rows = dems.lists.look_up.page(actor, StrandId(proceeding_id), page)
    return Listed[ListListed](**paged(request, response, page, rows, key=lambda one: one.id, show=ListListed.of))


@router.get(
    "/proceedings/{proceeding_id}/lists/draft",
    openapi_extra=act(Act.SCHEDULE_READ),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def read_draft(
    proceeding_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    form: Annotated[ListForm | None, Query(description="Left out, the one of this kind of proceedings")] = None,
    limit: Limit = _FIRST_PAGE,
    after: After = None,
) -> ListDraftView:
    """What the next version would say, what belongs on it and cannot be on it yet, and which rules it would break."""
    begin = place_of(after)
    found = dems.lists.look_up.draft(actor, StrandId(proceeding_id), form)
    shown = ListDraftView.shown(found, begin, limit, _next(found.drafted, begin + limit))
    linked(request, response, limit, shown.next)
    return shown


@router.get("/lists/{list_id}", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def read_list(
    list_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    limit: Limit = _FIRST_PAGE,
    after: After = None,
) -> ListView:
    """One certified version of a list, with a page of its rows."""
    begin = place_of(after)
    found = dems.lists.look_up.one(actor, ListId(list_id))
    shown = ListView.page(found, begin, limit, _next(found, begin + limit))
    linked(request, response, limit, shown.next)
    return shown


@router.get(
    "/lists/{list_id}/document",
    openapi_extra=act(Act.SCHEDULE_DOCUMENT),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 409, 429),
        200: {"description": "The document as it was certified", "content": DOCUMENT},
    },
)
async def read_list_document(
    list_id: UUID,
    request: Request,
    dems: Core,
    actor: Whoever,
    format: Annotated[DocumentFormat, Query()] = DocumentFormat.JSON,  # noqa: A002  (its name on the wire)
    passed_on: Annotated[
        bool, Query(description="What its recipient passes on: to the officer concerned, to interested persons")
    ] = False,
) -> Response:
    """A list as a document, or what of it is passed on. Who fetched it is entered in the proceeding's chain before its first byte."""
    make = partial(dems.lists.document, actor, ListId(list_id), format.value, passed_on=passed_on)
    made = await anyio.to_thread.run_sync(make, limiter=request.app.state.documents)
    return sent(made.name, made.data, MEDIA[format])


def _next(one: MaterialList, end: int) -> str | None:
    return cursor(end) if end < len(one.rows) else None
