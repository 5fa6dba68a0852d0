"""The history of many cases, loaded as lines of JSON: streamed, in batches, and gone on with after a break."""

import hashlib
import hmac
from collections.abc import Iterator
from itertools import islice
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Header, Query, Request

from api.deps import Core, Whoever, act
from api.late import LateRoute
from api.lines import BodyLines, RawLine
from api.problems import problem_responses
from api.schemas.imports import ImportView, said_in
from dems.errors import BadRequest, IdempotencyKeyReused
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import new_id
from dems.ports import CaseImport
from dems.usecases.cases.load_history import AT_ONCE, Line

router = APIRouter(prefix="/v1/imports", tags=["case system"], route_class=LateRoute)

LONGEST_LINE = 1024 * 1024
"""Bytes."""

MOST_AT_ONCE = 4 * LONGEST_LINE
"""Bytes of lines after which a batch takes no other."""

_SHOWN = 50
"""Bad lines in the answer to a load."""

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "One JSON object a line: `reference` and what `PUT /v1/cases/by-reference/{reference}` takes, or "
        "`reference` and one fact as `content`",
    }
}


@router.post("", openapi_extra={**act(Act.CASE_IMPORT), **_BODY}, responses=problem_responses(401, 403, 404, 409, 429))
async def load_history(
    request: Request,
    dems: Core,
    actor: Whoever,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=r"^[\x21-\x7e]{1,255}$",
            description="Sent again with the same lines, the load goes on after the last line that was recorded",
        ),
    ] = None,
) -> ImportView:
    """Load the history of many cases. Good lines are taken, bad ones reported by number and reason; a line may be sent
    again as often as one likes. Lines are recorded in batches, so that a load that breaks off is gone on with.
    """
    lines = BodyLines(request, stall_seconds=request.app.state.settings.api.stall_seconds, longest=LONGEST_LINE)
    return await anyio.to_thread.run_sync(_load, dems, actor, key, lines, limiter=request.app.state.loads)


@router.get("/{import_id}", openapi_extra=act(Act.CASE_IMPORT), responses=problem_responses(401, 403, 404, 429))
def read_import(
    import_id: UUID,
    dems: Core,
    actor: Whoever,
    after: Annotated[int, Query(ge=0, le=10**15, description="Bad lines beyond this one")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ImportView:
    """How far a load of yours has come, with its bad lines by their numbers."""
    return ImportView.of(*dems.cases.load.look_up(actor, import_id, after, limit), limit)


def _load(dems: Core, actor: Actor, key: str | None, lines: BodyLines) -> ImportView:
    who = "\0".join([*(str(p.id) for p in actor.people), key or str(new_id())])
    progress = dems.cases.load.begin(actor, hashlib.sha256(who.encode()).digest())
    coming = iter(lines)
    _skip(coming, progress)
    while some := batch_of(coming):
        progress = dems.cases.load.batch(actor, progress, some)
    if progress.finished_at is None:
        dems.cases.load.finish(actor, progress)
    return ImportView.of(*dems.cases.load.look_up(actor, progress.id, 0, _SHOWN), _SHOWN)


def batch_of(coming: Iterator[RawLine]) -> list[Line]:
    """The lines of one transaction: fewer where they are long, so that what is held of a load stays small."""
    some, size = [], 0
    for raw in islice(coming, AT_ONCE):
        some.append(Line(raw.number, said_in(raw.body), raw.sha256))
        size += len(raw.body or b"")
        if size >= MOST_AT_ONCE:
            break
    return some


def _skip(coming: Iterator[RawLine], progress: CaseImport) -> None:
    """Read past what is recorded already. Raises `IdempotencyKeyReused` where these are not the same lines."""
    last = None
    for raw in islice(coming, progress.lines):
        last = raw
    if last is None:
        if progress.lines:
            raise BadRequest("There are fewer lines than were recorded already: send all of them again.")
        return
    if last.number != progress.lines or not hmac.compare_digest(last.sha256, progress.sha256):
        raise IdempotencyKeyReused("This Idempotency-Key was used with other lines. Use a new key for another load.")
