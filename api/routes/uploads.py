"""Uploads: the bytes of one item on their way in."""

import base64
import re
from functools import partial
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Header, Path, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Whoever, act, answer
from api.problems import problem_responses
from api.schemas.evidence import Completion, UploadView, digest
from api.schemas.intakes import PartsOfUpload, PartUrl, PartUrls, PartView
from api.streams import BodyParts
from dems.errors import BadRequest, LengthRequired
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.ids import UploadId
from dems.model.uploads import MAX_PARTS

router = APIRouter(prefix="/v1/uploads", tags=["uploads"], route_class=BodyRoute)

_BYTES = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):")


@router.get("/{upload_id}", openapi_extra=act(Act.UPLOAD_READ), responses=problem_responses(401, 403, 404, 429))
def read_upload(upload_id: UUID, dems: Core, actor: Whoever) -> UploadView:
    """How an upload stands."""
    return UploadView.of(*dems.intake.look_up(actor, UploadId(upload_id)))


@router.put(
    "/{upload_id}/content",
    openapi_extra={**act(Act.UPLOAD_RECEIVE), "requestBody": _BYTES},
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
    receive = partial(
        dems.intake.receive,
        actor,
        UploadId(upload_id),
        _body(request).pieces,
        length=_length(length),
        content_digest=_declared(content_digest),
    )
    with request.app.state.relays.taken(upload_id, actor):
        upload, _ = await anyio.to_thread.run_sync(receive, limiter=request.app.state.relays.limiter)
    return UploadView.of(upload)


def _body(request: Request) -> BodyParts:
    limits = request.app.state.settings.api
    return BodyParts(
        request,
        stall_seconds=limits.stall_seconds,
        in_memory=limits.part_in_memory_bytes,
        spool_dir=limits.spool_dir,
    )


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
    "/{upload_id}/part-urls",
    openapi_extra=act(Act.UPLOAD_RECEIVE),
    responses=problem_responses(401, 403, 404, 409, 429, 507),
)
def part_urls(upload_id: UUID, body: PartsOfUpload, dems: Core, actor: Whoever) -> PartUrls:
    """Where to send up to 100 parts directly. Each address takes that part only, for 15 minutes; ask again after that."""
    found = dems.intake.part_urls.of_upload(actor, UploadId(upload_id), [p.wanted(upload_id) for p in body.parts])
    return PartUrls(parts=[PartUrl(**PartUrl.fields_of(p, s)) for p, s in found.urls])


@router.put(
    "/{upload_id}/parts/{number}",
    openapi_extra={**act(Act.UPLOAD_RECEIVE), "requestBody": _BYTES},
    responses=problem_responses(400, 401, 403, 404, 409, 411, 413, 429, 507),
)
async def receive_part(
    upload_id: UUID,
    number: Annotated[int, Path(ge=1, le=MAX_PARTS)],
    request: Request,
    dems: Core,
    actor: Whoever,
    content_digest: Annotated[
        str | None, Header(alias="Content-Digest", description="sha-256=:…: of the part (RFC 9530); it must be sent")
    ] = None,
) -> PartView:
    """One part, through us. In any order, several at once, and again; when it is answered, it is in the store."""
    length, digest_said = _length(request.headers.get("content-length")), _declared(content_digest)
    if length is None:
        raise LengthRequired("A part is sent with its Content-Length.")
    if digest_said is None:
        raise BadRequest("A part is sent with `Content-Digest: sha-256=:…:` (RFC 9530).")
    receive = partial(
        dems.intake.receive_part,
        actor,
        UploadId(upload_id),
        number,
        _body(request).pieces,
        length=length,
        content_digest=digest_said,
    )
    with request.app.state.relays.taken(upload_id, actor, parts=True):
        part = await anyio.to_thread.run_sync(receive, limiter=request.app.state.relays.limiter)
    return PartView(number=part.number, size=part.size, sha256=part.sha256.hex())


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
