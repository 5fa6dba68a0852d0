"""Schedules of unused material: drafted, described, certified and given up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.cursors import After, Limit, cursor, linked, place_of
from api.deps import Core, IfMatch, MaybeMatch, OnceKey, Paging, Whoever, act, answer, etag, paged
from api.manifests import ManifestRoute
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.schedule_bodies import Certifying, DraftChange, GivingUp, ScheduleWanted
from api.schemas.schedules import GivenUp, ScheduleListed, ScheduleView
from api.streams import repr_digest
from dems.errors import Invalid
from dems.model.acts import Act
from dems.model.disclosure.putting_together import Writing
from dems.model.ids import StrandId
from dems.steps.shown_schedules import FormShown

router = APIRouter(prefix="/v1", tags=["schedules"], route_class=BodyRoute)
drafts = APIRouter(prefix="/v1", tags=["schedules"], route_class=ManifestRoute)
"""A report may have thousands of rows."""

_READS = problem_responses(401, 403, 404, 429)
_FIRST_PAGE = 50


@drafts.post(
    "/proceedings/{proceeding_id}/schedules",
    status_code=201,
    openapi_extra=act(Act.SCHEDULE_PREPARE),
    responses=problem_responses(401, 403, 404, 409, 413, 429),
    response_model=ScheduleView,
)
def prepare_schedule(proceeding_id: UUID, body: ScheduleWanted, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Draft a form of the next set: its rows follow from what was decided, with what cannot be listed and every rule broken now."""
    found = dems.schedules.prepare(
        actor, StrandId(proceeding_id), body.form, writing=body.writing(), role=body.role, once=once
    )
    headers = {"Location": f"/v1/schedules/{found.listed.id}", **_tagged(found)}
    return answer(dems, once, 201, _page(found, 0, _FIRST_PAGE), headers=headers)


@router.get("/proceedings/{proceeding_id}/schedules", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def list_schedules(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ScheduleListed]:
    """Every form of a proceeding that its reader may know of, drafts too, in the order in which they were first drafted."""
    rows = dems.schedules.look_up.page(actor, StrandId(proceeding_id), page)
    return Listed[ScheduleListed](**paged(request, response, page, rows, key=lambda f: f.id, show=ScheduleListed.of))


@router.get("/schedules/{schedule_id}", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def read_schedule(
    schedule_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    limit: Limit = _FIRST_PAGE,
    after: After = None,
    rules: Annotated[
        bool,
        Query(
            description="Whether the first page of a draft says what is broken now: of thousands of rows that takes seconds"
        ),
    ] = True,
) -> ScheduleView:
    """One form with a page of its rows. A draft says on its first page what cannot be listed, and which rules are broken now."""
    begin = place_of(after)
    found = dems.schedules.look_up.one(actor, schedule_id, checked=rules and begin == 0)
    response.headers.update(_tagged(found))
    shown = _page(found, begin, limit)
    linked(request, response, limit, shown.next)
    return shown


@router.get(
    "/schedules/{schedule_id}/frozen",
    openapi_extra=act(Act.SCHEDULE_DOCUMENT),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 409, 429),
        200: {
            "description": "Canonical JSON (RFC 8785)",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)
def read_frozen(schedule_id: UUID, dems: Core, actor: Whoever) -> Response:
    """The exact bytes that were frozen when a form was certified, whose SHA-256 its custody entry has. Reading them is an entry."""
    found = dems.schedules.frozen(actor, schedule_id)
    return Response(found.data, media_type="application/json", headers={"Repr-Digest": repr_digest(found.digest)})


@drafts.patch(
    "/schedules/{schedule_id}",
    openapi_extra=act(Act.SCHEDULE_PREPARE),
    responses=problem_responses(401, 403, 404, 409, 412, 413, 428, 429),
)
def change_draft(
    schedule_id: UUID, body: DraftChange, dems: Core, actor: Whoever, tag: IfMatch, response: Response
) -> ScheduleView:
    """Describe rows of an MG6C or MG6D anew, each a decision with `reason`; or write on an MG6E of yours and on its set."""
    writing = body.writing()
    if body.rows is None:
        if body.reason is not None:
            raise Invalid("A reason is given for rows that are described anew: name them in `rows`.", field="reason")
        found = dems.schedules.write_report(actor, schedule_id, writing, if_tag=tag, role=body.role)
    else:
        if body.reason is None:
            raise Invalid("Say why these rows are described so: each is a decision.", field="reason")
        if writing != Writing():
            raise Invalid("Change the rows of a schedule, or an MG6E: they are two forms.", field="rows")
        rows = [row.told() for row in body.rows]
        found = dems.schedules.describe_rows(actor, schedule_id, rows, reason=body.reason, if_tag=tag, role=body.role)
    response.headers.update(_tagged(found))
    return _page(found, 0, _FIRST_PAGE)


@router.post(
    "/schedules/{schedule_id}/certify",
    openapi_extra=act(Act.SCHEDULE_CERTIFY),
    responses=problem_responses(401, 403, 404, 409, 412, 429),
    response_model=ScheduleView,
)
def certify_schedule(
    schedule_id: UUID,
    dems: Core,
    actor: Whoever,
    once: OnceKey,
    tag: MaybeMatch,
    body: Certifying | None = None,
) -> Response:
    """Sign a form: it is frozen, and its numbers are given for good. An MG6E signs for its set. Refused with every broken rule."""
    role = None if body is None else body.role
    found = dems.schedules.certify(actor, schedule_id, role=role, if_tag=tag, once=once)
    return answer(dems, once, 200, _page(found, 0, _FIRST_PAGE), headers=_tagged(found))


@router.post(
    "/schedules/{schedule_id}/void",
    openapi_extra=act(Act.SCHEDULE_VOID),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=GivenUp,
)
def void_certificate(schedule_id: UUID, body: GivingUp, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Give up a certificate before it is submitted: of the whole set, or of what was signed of one. The numbers stay taken."""
    found = dems.schedules.void(actor, schedule_id, reason=body.reason, role=body.role, once=once)
    return answer(dems, once, 200, GivenUp(items=[ScheduleListed.of(f) for f in found]))


def _tagged(found: FormShown) -> dict[str, str]:
    return {} if found.tag is None else {"ETag": etag(found.tag)}


def _page(found: FormShown, begin: int, limit: int) -> ScheduleView:
    end = begin + limit
    more = end < len(found.says.get("rows", []))
    return ScheduleView.shown(found, begin, limit, cursor(end) if more else None)
