"""Exports: packages of evidence for somebody outside, which anybody can verify."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.exports import ExportView, ExportWanted
from api.streams import Outgoing, RangeAsked, answers_with_bytes, sent, span_wanted
from dems.errors import IntegrityBroken
from dems.model.acts import Act
from dems.model.ids import CaseId, EvidenceId, ExportId
from storage.errors import ObjectMissing

router = APIRouter(prefix="/v1", tags=["exports"], route_class=BodyRoute)


@router.post(
    "/cases/{case_id}/exports",
    status_code=202,
    openapi_extra=act(Act.EXPORT_ASK),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=ExportView,
)
def ask_for_export(case_id: UUID, body: ExportWanted, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Have a package made of items, or of all that the case has now. Look at the export until it is `ready`."""
    export = dems.exporting.ask(
        actor,
        CaseId(case_id),
        items=None if body.items is None else [EvidenceId(item) for item in body.items],
        with_bytes=body.bytes,
        recipient=body.recipient,
        reason=body.reason,
        withhold=body.withhold,
        once=once,
    )
    return answer(dems, once, 202, ExportView.of(export), headers={"Location": f"/v1/exports/{export.id}"})


@router.get(
    "/cases/{case_id}/exports", openapi_extra=act(Act.EXPORT_READ), responses=problem_responses(401, 403, 404, 429)
)
def list_exports(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ExportView]:
    """What was given out of a case, oldest first."""
    rows = dems.exporting.look_up.page(actor, CaseId(case_id), page)
    return Listed[ExportView](**paged(request, response, page, rows, key=lambda e: e.id, show=ExportView.of))


@router.get("/exports/{export_id}", openapi_extra=act(Act.EXPORT_READ), responses=problem_responses(401, 403, 404, 429))
def read_export(export_id: UUID, dems: Core, actor: Whoever) -> ExportView:
    """One export."""
    return ExportView.of(dems.exporting.look_up.one(actor, ExportId(export_id)))


@router.get(
    "/exports/{export_id}/content",
    openapi_extra=act(Act.EXPORT_CONTENT),
    response_class=StreamingResponse,
    responses=answers_with_bytes("application/zip", "The package"),
)
def read_package(
    export_id: UUID,
    dems: Core,
    actor: Whoever,
    range_: RangeAsked = None,
) -> StreamingResponse:
    """The package as one zip. Each fetching, also of a part, is entered in the case's chain before its first byte is sent."""
    export, stored, span = dems.exporting.read(actor, ExportId(export_id), span_wanted(range_))
    _, _, sha256 = export.readable()

    def doubted() -> None:
        dems.exporting.read.doubted(export.id)

    try:
        body = Outgoing(dems.exports, stored, span, sha256.value, doubted)
    except ObjectMissing as error:
        doubted()
        raise IntegrityBroken("The package is missing in the store. Somebody must look; ask for another.") from error
    return sent(
        body, span, stored.size, sha256, f'attachment; filename="dems-export-{export.id}.zip"', "application/zip"
    )
