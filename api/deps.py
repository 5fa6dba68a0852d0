"""What routes ask for: the core, the actor, preconditions, idempotency, a page."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic_core import to_json

from api.auth import Caller, caller
from api.cursors import id_cursor, linked
from api.schemas.base import View
from dems.bootstrap import Dems
from dems.errors import BadRequest, Invalid, PreconditionFailed, PreconditionRequired
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.ports import Once, Page

Row = TypeVar("Row")


async def core(request: Request) -> Dems:
    """A coroutine as what follows, so that nothing that needs no waiting waits for a thread."""
    dems: Dems = request.app.state.dems
    return dems


Core = Annotated[Dems, Depends(core)]
Whoever = Annotated[Actor, Depends(caller)]

__all__ = [
    "Caller",
    "Core",
    "IfMatch",
    "MaybeMatch",
    "OnceKey",
    "Paging",
    "Whoever",
    "act",
    "answer",
    "etag",
    "listed",
    "paged",
]


def act(name: Act) -> dict[str, Any]:
    """Says which act a route is, for the permission test and for readers of the OpenAPI document."""
    return {"x-dems-act": name.value}


def etag(version: int) -> str:
    return f'"{version}"'


def _if_match(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="The ETag you read, so that no one else's change is lost")
    ] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag that you read.")
    match = re.fullmatch(r'(W/)?"([\x21\x23-\x7e]*)"', if_match.strip())
    if match is None:
        raise BadRequest("If-Match holds one ETag, in its quotation marks.")
    if match[1] or not re.fullmatch(r"0|[1-9][0-9]{0,8}", match[2]):
        raise PreconditionFailed("If-Match is not an ETag of this resource: read it again.")
    return int(match[2])


IfMatch = Annotated[int, Depends(_if_match)]


def _maybe_match(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The ETag you read, where nobody else may have changed it since"),
    ] = None,
) -> int | None:
    return None if if_match is None else _if_match(if_match)


MaybeMatch = Annotated[int | None, Depends(_maybe_match)]


async def _once(
    request: Request,
    actor: Whoever,
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="The same key and body give the first answer again for 24 hours"),
    ] = None,
) -> Once | None:
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        raise BadRequest("An Idempotency-Key has 1 to 255 printable ASCII characters.")
    who = [str(p.id) for p in actor.people]
    if actor.kind is ActorKind.INVITATION:
        # Not the person who answers for it: the keys of the two have nothing to do with each other.
        who.append(str(actor.intake_id))
    scope = "\0".join([*who, str(len(who)), request.method, request.url.path, key])
    body = await request.body()
    return Once(hashlib.sha256(scope.encode()).digest(), hashlib.sha256(body).digest())


OnceKey = Annotated[Once | None, Depends(_once)]


def answer(
    dems: Dems,
    once: Once | None,
    status: int,
    body: Any,
    *,
    headers: Mapping[str, str] | None = None,
    secrets: Mapping[str, str | None] | None = None,
) -> Response:
    """Render an answer; with an idempotency key, the first one ever given to it. Secrets are added after it is kept."""
    rendered = jsonable_encoder(body)
    sent = dict(headers or {})
    if once is not None:
        status, kept, replayed = dems.upkeep.keep_answer(once, status, rendered)
        rendered = dict(kept)
        if replayed:
            sent["Idempotency-Replayed"] = "true"
    return JSONResponse({**rendered, **(secrets or {})}, status, sent)


async def _page(
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many items")] = 50,
    after: Annotated[str | None, Query(max_length=64, description="The `next` of the page before")] = None,
) -> Page:
    if after is None:
        return Page(limit)
    try:
        raw = base64.urlsafe_b64decode(after.encode("ascii") + b"==")
        return Page(limit, UUID(bytes=raw))
    except ValueError as error:
        raise Invalid(
            "`after` is not a cursor of this list: use the `next` of the page before.", field="after"
        ) from error


Paging = Annotated[Page, Depends(_page)]


def paged(
    request: Request,
    response: Response,
    page: Page,
    rows: Sequence[Row],
    *,
    key: Callable[[Row], UUID],
    show: Callable[[Row], Any],
) -> dict[str, Any]:
    """A page of a list: `next` only where more may follow."""
    ahead = id_cursor(key(rows[-1])) if len(rows) == page.limit else None
    return {"items": [show(r) for r in rows], "next": linked(request, response, page.limit, ahead)}


def listed(
    request: Request, page: Page, rows: Sequence[Row], *, key: Callable[[Row], UUID], show: Callable[[Row], Any]
) -> Response:
    """A page of what `show` makes, which JSON is written from as it is: the route says in `response_model` what that is."""
    headed = Response()
    body = to_json(paged(request, headed, page, rows, key=key, show=show))
    link = headed.headers.get("Link")
    return Response(body, 200, None if link is None else {"Link": link}, media_type="application/json")


def written(view: View, response: Response) -> Response:
    """A large answer, with the headers that `response` was given: written here, and not handed to another thread for it.

    The route says in `response_model` what it is.
    """
    return Response(view.model_dump_json(by_alias=True), 200, dict(response.headers), media_type="application/json")
