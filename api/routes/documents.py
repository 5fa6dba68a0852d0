"""Documents of schedules: as PDF, XLSX, CSV and JSON, and the workbook that the reviewing lawyer fills in."""

import hashlib
from enum import StrEnum
from functools import partial
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, Whoever, act
from api.problems import problem_responses
from api.schemas.answers import EndorsementsView
from api.streams import repr_digest
from dems.documents.schedules.papers import SCHEMA, SCHEMA_NAME
from dems.errors import NotFound
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.ids import ScheduleId
from dems.model.people import CaseRole
from dems.usecases.schedules.read_document import Profile

router = APIRouter(prefix="/v1", tags=["schedules"], route_class=BodyRoute)


class DocumentFormat(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.XLSX: XLSX,
    DocumentFormat.CSV: "text/csv; charset=utf-8",
    DocumentFormat.JSON: "application/json",
}
BINARY = {"schema": {"type": "string", "format": "binary"}}
DOCUMENT = {
    "application/pdf": BINARY,
    XLSX: BINARY,
    "text/csv": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "object"}},
}
"""What an answer with a document can be."""
_WORKBOOK = {XLSX: BINARY, "application/octet-stream": BINARY}
"""What comes is judged by its bytes, whatever it calls itself."""


@router.get(
    "/schedules/{schedule_id}/document",
    openapi_extra=act(Act.SCHEDULE_DOCUMENT),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 409, 429),
        200: {
            "description": "The document; a draft, and what was given up or returned, says so on every page",
            "content": DOCUMENT,
        },
    },
)
async def read_document(
    schedule_id: UUID,
    request: Request,
    dems: Core,
    actor: Whoever,
    format: Annotated[DocumentFormat, Query()] = DocumentFormat.JSON,  # noqa: A002  (its name on the wire)
    profile: Annotated[
        Profile | None,
        Query(description="Of an MG6E: written as a streamlined disclosure certificate, or the MG6 of its set"),
    ] = None,
) -> Response:
    """A form as a document. Who fetched it is entered in the proceeding's chain before its first byte is sent.

    What was certified gives the same bytes whenever it is asked for; an endorsement or a return makes another document.
    """
    make = partial(dems.answers.document, actor, schedule_id, format.value, profile=profile)
    made = await anyio.to_thread.run_sync(make, limiter=request.app.state.documents)
    return sent(made.name, made.data, MEDIA[format])


@router.get(
    "/schedules/{schedule_id}/endorsements",
    openapi_extra=act(Act.SCHEDULE_DOCUMENT),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 409, 429),
        200: {"description": "The workbook", "content": {XLSX: BINARY}},
    },
)
async def hand_out_workbook(schedule_id: UUID, request: Request, dems: Core, actor: Whoever) -> Response:
    """A workbook in which the reviewing lawyer endorses the rows of a schedule away from here, to be sent back to this address."""
    hand_out = partial(dems.answers.hand_out_workbook, actor, ScheduleId(schedule_id))
    workbook, data = await anyio.to_thread.run_sync(hand_out, limiter=request.app.state.documents)
    return sent(f"{workbook.name.replace(' ', '-')}-endorsements.xlsx", data, XLSX)


@router.post(
    "/schedules/{schedule_id}/endorsements",
    openapi_extra={**act(Act.SCHEDULE_ENDORSE), "requestBody": {"required": True, "content": _WORKBOOK}},
    responses=problem_responses(401, 403, 404, 409, 413, 429),
)
async def take_workbook(
    schedule_id: UUID,
    request: Request,
    dems: Core,
    actor: Whoever,
    role: Annotated[
        CaseRole | None, Query(description="The role in which you act; left out, the one that fits")
    ] = None,
) -> EndorsementsView:
    """The filled workbook: what is written in it is endorsed, all of it or nothing. Every cell that is refused is in `cells`.

    Sent again, nothing in it is new, and nothing is done.
    """
    data = await request.body()
    take = partial(dems.answers.take_workbook, actor, ScheduleId(schedule_id), data, role=role)
    return EndorsementsView.of(await anyio.to_thread.run_sync(take, limiter=request.app.state.documents))


@router.get(
    "/schemas/{name}",
    response_class=Response,
    responses={
        **problem_responses(404),
        200: {"description": "The schema", "content": {"application/schema+json": {"schema": {"type": "object"}}}},
    },
)
def read_schema(name: Annotated[str, Path(max_length=100, examples=[SCHEMA_NAME])]) -> Response:
    """The JSON schema of documents, which says nothing of anyone."""
    if name != SCHEMA_NAME:
        raise NotFound("schema")
    return Response(SCHEMA.read_bytes(), media_type="application/schema+json")


def sent(name: str, data: bytes, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Repr-Digest": repr_digest(Digest.sha256(hashlib.sha256(data).digest())),
    }
    return Response(data, 200, headers, media_type=media_type)
