"""Finding items again."""

import base64
import hashlib
import hmac
import json
import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.deps import Core, Whoever, act
from api.late import LateRoute
from api.problems import problem_responses
from api.schemas.base import Instant, Line
from api.schemas.searching import HitView, SearchView
from dems.errors import Invalid
from dems.model.acts import Act
from dems.model.findings import Place
from dems.model.ids import CaseId
from dems.model.searching import Near, Search
from dems.ports import Page

router = APIRouter(prefix="/v1", tags=["search"], route_class=LateRoute)

_MARK_BYTES = 8
_NUMBER = r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,15})?"
_NEAR = re.compile(rf" *({_NUMBER}) *, *({_NUMBER}) *, *({_NUMBER}) *")
_LONGEST = 366 * 24 * 3600

Seconds = Annotated[float | None, Query(ge=0, le=_LONGEST, allow_inf_nan=False, description="In seconds, included")]


@router.get("/search", openapi_extra=act(Act.SEARCH), responses=problem_responses(401, 403, 404, 429))
def search_evidence(
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    q: Annotated[Line | None, Query(description='Words, "phrases", -without and or')] = None,
    recorded_from: Annotated[Instant | None, Query()] = None,
    recorded_to: Annotated[Instant | None, Query()] = None,
    near: Annotated[
        str | None, Query(max_length=80, description="latitude,longitude,kilometres", examples=["53.48,-2.24,5"])
    ] = None,
    device: Annotated[Line | None, Query(description="Words of make, model, serial number or software")] = None,
    media_type: Annotated[
        str | None,
        Query(pattern=r"^[a-z0-9.+_-]+/(\*|[a-z0-9.+_-]+)$", max_length=127, examples=["image/jpeg", "video/*"]),
    ] = None,
    duration_from: Seconds = None,
    duration_to: Seconds = None,
    case: Annotated[UUID | None, Query(description="Only in this case")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many items")] = 50,
    cursor: Annotated[str | None, Query(max_length=64, description="The `next` of the page before")] = None,
) -> SearchView:
    """Items of all cases that you may see, by every condition given: at least one. In the order of declaring."""
    search = Search(
        q,
        recorded_from,
        recorded_to,
        _near(near),
        device,
        media_type,
        duration_from,
        duration_to,
        None if case is None else CaseId(case),
    )
    for field, least, most in (
        ("recorded_from", recorded_from, recorded_to),
        ("duration_from", duration_from, duration_to),
    ):
        if least is not None and most is not None and least > most:  # type: ignore[operator]  # two of one kind
            raise Invalid(f"`{field}` is beyond its other end: nothing can lie between them.", field=field)
    found = dems.findings.search(actor, search, Page(limit, _after(cursor, search)))
    ahead = None
    if len(found.hits) == limit:
        ahead = _cursor(found.hits[-1].evidence.id, search)
        url = request.url.include_query_params(cursor=ahead, limit=limit)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return SearchView(items=[HitView.of(h) for h in found.hits], next=ahead, count=found.count)


def _near(text: str | None) -> Near | None:
    if text is None:
        return None
    match = _NEAR.fullmatch(text)
    if match is None:
        raise Invalid("`near` is latitude,longitude,kilometres, as in 53.48,-2.24,5.", field="near")
    latitude, longitude, kilometres = (float(number) for number in match.groups())
    try:
        return Near(Place(latitude, longitude), kilometres)
    except ValueError as error:
        raise Invalid(f"`near` cannot be searched: {error}.", field="near") from error


def _mark(search: Search) -> bytes:
    """What tells a search from another, so that a cursor of one is not taken by the other."""
    return hashlib.sha256(json.dumps(search.asked(), sort_keys=True).encode()).digest()[:_MARK_BYTES]


def _cursor(after: UUID, search: Search) -> str:
    return base64.urlsafe_b64encode(after.bytes + _mark(search)).decode()


def _after(cursor: str | None, search: Search) -> UUID | None:
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 16 + _MARK_BYTES or not hmac.compare_digest(raw[16:], _mark(search)):
        raise Invalid("`cursor` is not of this search: use the `next` of its page before.", field="cursor")
    return UUID(bytes=raw[:16])
