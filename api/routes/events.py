"""The feed of events, and the schemas of what they carry."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic_core import to_json

from api.cursors import Limit
from api.deps import Core, Whoever, act
from api.late import LateRoute
from api.problems import problem_responses
from api.schemas.events import DESTROYED, SCHEMAS, TYPES, FeedView, TypesView, cloud_event, schema_of
from api.waiting import LongWait, when_told
from dems.errors import NotFound
from dems.model.acts import Act

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=LateRoute)

After = Annotated[str | None, Query(description="The `next` of an answer before; without it the feed is read anew")]


@router.get(
    "", openapi_extra=act(Act.EVENTS_READ), responses=problem_responses(401, 403, 404, 429), response_model=FeedView
)
async def read_events(
    dems: Core, actor: Whoever, request: Request, wait: LongWait, after: After = None, limit: Limit = 50
) -> Response:
    """What happened after a cursor, as far as the caller may know of it today: one event for each act, in the log's order.

    `Prefer: wait=20` waits up to so many seconds for the first event, where there is none yet.
    """
    found = await when_told(
        request, wait, lambda: dems.events.follow(actor, after, limit), told=lambda found: bool(found.events)
    )
    source = _source(request)
    body = to_json({"items": [cloud_event(event, source) for event in found.events], "next": found.next})
    url = request.url.include_query_params(after=found.next, limit=limit)
    headers = {"Link": f'<{url.path}?{url.query}>; rel="next"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, media_type="application/json")


@router.get("/schemas", openapi_extra=act(Act.EVENTS_READ), responses=problem_responses(401, 403, 404, 429))
def list_schemas(dems: Core, actor: Whoever, request: Request) -> TypesView:
    """Every type of event, and where the schema of its data is."""
    dems.events.follow.permitted(actor)
    source = _source(request)
    return TypesView(items={kind: f"{source}{SCHEMAS}{kind}" for kind in sorted({*TYPES, DESTROYED})})


_SCHEMA: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}, "description": "A JSON schema"}
}


@router.get(
    "/schemas/{kind}",
    openapi_extra=act(Act.EVENTS_READ),
    responses={**problem_responses(401, 403, 404, 429), **_SCHEMA},
    response_class=Response,
)
def read_schema(
    kind: Annotated[str, Path(max_length=100, examples=["dems.evidence.seal"])],
    dems: Core,
    actor: Whoever,
    request: Request,
) -> Response:
    """The JSON schema (2020-12) of `data` in events of one type."""
    dems.events.follow.permitted(actor)
    schema = schema_of(kind, _source(request))
    if schema is None:
        raise NotFound
    return JSONResponse(schema, media_type="application/schema+json")


def _source(request: Request) -> str:
    """The installation, as events name it."""
    return request.app.state.settings.api.public_url or str(request.base_url).rstrip("/")
