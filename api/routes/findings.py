"""What was found in the bytes of items, the pictures made of them, and how far the reading has come."""

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.base import Hex256, Line, Listed
from api.schemas.findings import (
    FindingsView,
    FindingView,
    ProgressView,
    ReadingView,
    ReadingWanted,
    RenditionView,
    StandingView,
)
from api.streams import repr_digest
from dems.errors import Invalid
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.findings import MAX_NAME
from dems.model.ids import CaseId, EvidenceId, ReadingId

router = APIRouter(prefix="/v1", tags=["findings"], route_class=BodyRoute)

_PLACE_BYTES = 4


@router.get(
    "/evidence/{evidence_id}/findings",
    openapi_extra=act(Act.FINDINGS_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_findings(
    evidence_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    reading: Annotated[UUID | None, Query(description="An older reading; the last where it is left out")] = None,
    name: Annotated[str | None, Query(pattern=r"^[a-z0-9_.]+$", max_length=MAX_NAME, description="Only these")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many items")] = 50,
    after: Annotated[str | None, Query(max_length=64, description="The `next` of the page before")] = None,
) -> FindingsView:
    """What a reading found, in the order in which it was reported."""
    found = dems.findings.look_up.page(
        actor,
        EvidenceId(evidence_id),
        limit=limit,
        after=_position(after),
        reading_id=None if reading is None else ReadingId(reading),
        name=name,
    )
    cursor = None
    if len(found.findings) == limit:
        cursor = _cursor(found.findings[-1][0])
        url = request.url.include_query_params(after=cursor, limit=limit)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return FindingsView(
        state=found.standing.state,
        reading=None if found.reading is None else ReadingView.of(found.reading),
        items=[FindingView.of(p, f) for p, f in found.findings],
        next=cursor,
    )


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(position.to_bytes(_PLACE_BYTES, "big")).rstrip(b"=").decode()


def _position(after: str | None) -> int | None:
    if after is None:
        return None
    try:
        raw = base64.b64decode(after.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _PLACE_BYTES or raw[0] > 127:  # noqa: PLR2004 beyond what a place in a list can be
        raise Invalid("`after` is not a cursor of this list: use the `next` of the page before.", field="after")
    return int.from_bytes(raw, "big")


@router.get(
    "/evidence/{evidence_id}/readings",
    openapi_extra=act(Act.FINDINGS_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_readings(
    evidence_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ReadingView]:
    """Every reading of an item, oldest first. A later one stands beside the earlier ones and replaces none."""
    rows = dems.findings.look_up.readings(actor, EvidenceId(evidence_id), page)
    return Listed[ReadingView](**paged(request, response, page, rows, key=lambda r: r.id, show=ReadingView.of))


@router.get(
    "/evidence/{evidence_id}/renditions",
    openapi_extra=act(Act.FINDINGS_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_renditions(evidence_id: UUID, dems: Core, actor: Whoever) -> Listed[RenditionView]:
    """The pictures that the last reading made; there are never many, so this is one page."""
    shown = dems.findings.look_up.renditions(actor, EvidenceId(evidence_id))
    return Listed[RenditionView](items=[RenditionView.of(evidence_id, r) for r in shown], next=None)


_PICTURE = {"image/*": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/evidence/{evidence_id}/renditions/{sha256}",
    openapi_extra=act(Act.RENDITION_READ),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 429, 500, 502),
        200: {"content": _PICTURE, "description": "The picture. It was made from the item and is not evidence"},
    },
)
def read_rendition(evidence_id: UUID, sha256: Annotated[Hex256, Path()], dems: Core, actor: Whoever) -> Response:
    """A picture made from the item's bytes. It is not evidence.

    It came out of hostile hands, so a browser may take it for nothing else, run nothing and keep nothing of it.
    """
    picture = dems.findings.rendition(actor, EvidenceId(evidence_id), bytes.fromhex(sha256))
    headers = {
        "Content-Disposition": 'inline; filename="rendition-not-evidence"',
        "Cross-Origin-Resource-Policy": "same-origin",
        "Repr-Digest": repr_digest(Digest.sha256(picture.rendition.sha256)),
        "X-Dems-Original-Sha256": picture.original.sha256.hex,
    }
    return Response(picture.data, 200, headers, media_type=picture.rendition.media_type)


@router.get(
    "/cases/{case_id}/findings/progress",
    openapi_extra=act(Act.FINDINGS_PROGRESS),
    responses=problem_responses(401, 403, 404, 429),
)
def read_progress(case_id: UUID, dems: Core, actor: Whoever) -> ProgressView:
    """How far the reading of a case's items has come, in numbers."""
    return ProgressView.of(dems.findings.progress(actor, CaseId(case_id)))


Reason = Annotated[Line | None, Query(description="Why, for the record")]


@router.post(
    "/evidence/{evidence_id}/readings",
    status_code=202,
    openapi_extra=act(Act.FINDINGS_ASK),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=StandingView,
)
def ask_reading(
    evidence_id: UUID, dems: Core, actor: Whoever, once: OnceKey, body: ReadingWanted | None = None
) -> Response:
    """Have the bytes read again. What was found before stays; what waits already is not asked for twice."""
    reason = None if body is None else body.reason
    standing = dems.findings.ask_again(actor, EvidenceId(evidence_id), reason=reason, once=once)
    return answer(dems, once, 202, StandingView.of(standing))


@router.delete(
    "/evidence/{evidence_id}/readings/waiting",
    openapi_extra=act(Act.FINDINGS_CANCEL),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def cancel_reading(evidence_id: UUID, dems: Core, actor: Whoever, reason: Reason = None) -> StandingView:
    """End the work of reading an item, while it waits or is read. What was found before counts again."""
    return StandingView.of(dems.findings.cancel(actor, EvidenceId(evidence_id), reason=reason))
