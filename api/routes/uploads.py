"""Uploads: the bytes of one item on their way in."""

import base64
import re
from functools import partial
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Header, Request, Response

from api.deps import Core, OnceKey, Whoever, act, answer
from api.problems import problem_responses
from api.schemas.evidence import Completion, UploadView, digest
from api.streams import BodyParts
from dems.errors import BadRequest
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.ids import UploadId

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])

_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):")


@router.get("/{upload_id}", openapi_extra=act(Act.UPLOAD_READ), responses=problem_responses(401, 403, 404, 429))
def read_upload(upload_id: UUID, dems: Core, actor: Whoever) -> UploadView:
    """How an upload stands."""
    return UploadView.of(*dems.intake.look_up(actor, UploadId(upload_id)))


@router.put(
    "/{upload_id}/content",
    openapi_extra={
        **act(Act.UPLOAD_RECEIVE),
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
    responses=problem_responses(401, 403, 404, 409, 413, 429, 507),
)
async def receive_content(
    upload_id: UUID,
    request: Request,
    dems: Core,
    actor: Whoever,
    content_digest: Annotated[
        str | None,
        Header(
            alias="Content-Digest", description="sha-256=:…: of the body (RFC 9530); checked before anything is kept"
        ),
    ] = None,
) -> UploadView:
    """The whole file in one request, whatever its size. When it is answered, the bytes are in the store."""
    length = request.headers.get("content-length")
    limits = request.app.state.settings.api
    body = BodyParts(
        request, stall_seconds=limits.stall_seconds, in_memory=limits.part_in_memory_bytes, spool_dir=limits.spool_dir
    )

    receive = partial(
        dems.intake.receive,
        actor,
        UploadId(upload_id),
        body.pieces,
        length=_length(length),
        content_digest=_declared(content_digest),
    )
    with request.app.state.relays.taken(upload_id, actor):
        upload, _ = await anyio.to_thread.run_sync(receive, limiter=request.app.state.relays.limiter)
    return UploadView.of(upload)


def _length(header: str | None) -> int | None:
    """None for a body in chunks, whose length nobody has said."""
    if header is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", header):
        raise BadRequest("Content-Length is not a number of bytes.")
    return int(header)


def _declared(header: str | None) -> Digest | None:
    if header is None:
        return None
    match = _SHA256.search(header)
    value = None if match is None else base64.b64decode(match[1])
    if value is None or match is None or base64.b64encode(value).decode() != match[1]:
        raise BadRequest("Content-Digest holds `sha-256=:…:` with the digest in base64 (RFC 9530).")
    return Digest.sha256(value)


@router.post(
    "/{upload_id}/complete",
    openapi_extra=act(Act.UPLOAD_COMPLETE),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=UploadView,
)
def complete_upload(
    upload_id: UUID, dems: Core, actor: Whoever, once: OnceKey, body: Completion | None = None
) -> Response:
    """Declare the digest of the whole file if that was not done before, and see whether everything is here."""
    upload, _ = dems.intake.complete(
        actor, UploadId(upload_id), sha256=digest(None if body is None else body.sha256), once=once
    )
    return answer(dems, once, 200, UploadView.of(upload))


@router.delete(
    "/{upload_id}",
    status_code=204,
    openapi_extra=act(Act.UPLOAD_ABANDON),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def abandon_upload(upload_id: UUID, dems: Core, actor: Whoever) -> None:
    """Abandon an upload. The item stays, and takes a fresh one."""
    dems.intake.abandon(actor, UploadId(upload_id))
