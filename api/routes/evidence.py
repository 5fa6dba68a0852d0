"""Items of evidence: declared, described, read, verified."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.bodies import BodyRoute
from api.deps import Core, IfMatch, OnceKey, Paging, Whoever, act, answer, etag, paged
from api.problems import problem_responses
from api.schemas.base import Hex256, Line, Listed
from api.schemas.evidence import (
    DeclaredEvidence,
    EvidenceChange,
    EvidenceView,
    EvidenceWithUpload,
    NewEvidence,
    NewUpload,
    OpenedUpload,
    RefCorrection,
    UploadView,
    digest,
)
from api.schemas.reading import AccessWanted, GrantView, VerificationView, VerificationWanted
from api.streams import Outgoing, RangeAsked, answers_with_bytes, sent, span_wanted
from dems.errors import IntegrityBroken
from dems.model.acts import Act
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, GrantId
from dems.ports import EvidenceFilter
from storage.errors import ObjectMissing

router = APIRouter(prefix="/v1", tags=["evidence"], route_class=BodyRoute)


@router.post(
    "/cases/{case_id}/evidence",
    status_code=201,
    openapi_extra=act(Act.EVIDENCE_DECLARE),
    responses=problem_responses(401, 403, 404, 409, 429, 507),
    response_model=DeclaredEvidence,
)
def declare_evidence(case_id: UUID, body: NewEvidence, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Declare an item. For a digital one, its bytes then go to `PUT /v1/uploads/{upload.id}/content`."""
    fields = body.model_dump(include={"kind", "source", "obtained_at", "obtained_by", "derived_from", "part_of"})
    declared = dems.intake.declare(
        actor,
        CaseId(case_id),
        exhibit_ref=ExhibitRef(body.exhibit_ref),
        description=body.description or "",
        file=None if body.file is None else body.file.declared(),
        once=once,
        **fields,
    )
    item = declared.evidence
    headers = {"Location": f"/v1/evidence/{item.id}", "ETag": etag(item.version)}
    view = EvidenceWithUpload.of(item, declared.upload)
    return answer(dems, once, 201, view, headers=headers, secrets={"upload_token": declared.upload_token})


@router.get(
    "/cases/{case_id}/evidence", openapi_extra=act(Act.EVIDENCE_LIST), responses=problem_responses(401, 403, 404, 429)
)
def list_evidence(
    case_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    state: Annotated[EvidenceState | None, Query()] = None,
    integrity: Annotated[Integrity | None, Query()] = None,
    exhibit_ref: Annotated[Line | None, Query()] = None,
    sha256: Annotated[
        Hex256 | None, Query(description="Of the bytes as stored: items of this case that are alike")
    ] = None,
) -> Listed[EvidenceView]:
    """The items of a case, in the order in which they were declared."""
    rows = dems.evidence.look_up.page(
        actor, CaseId(case_id), page, EvidenceFilter(state, integrity, exhibit_ref, sha256)
    )
    asked = dems.evidence.look_up.invitations(actor, [item for item, _, _ in rows])
    return Listed[EvidenceView](
        **paged(request, response, page, rows, key=lambda r: r[0].id, show=lambda r: EvidenceView.of(*r, asked=asked))
    )


@router.get(
    "/evidence/{evidence_id}", openapi_extra=act(Act.EVIDENCE_READ), responses=problem_responses(401, 403, 404, 429)
)
def read_evidence(evidence_id: UUID, dems: Core, actor: Whoever, response: Response) -> EvidenceWithUpload:
    """One item, with its current upload."""
    item, upload, found = dems.evidence.look_up.one(actor, EvidenceId(evidence_id))
    response.headers["ETag"] = etag(item.version)
    look_up = dems.evidence.look_up
    return EvidenceWithUpload.of(
        item, upload, found, look_up.duplicates(actor, item.id), asked=look_up.invitations(actor, [item])
    )


@router.patch(
    "/evidence/{evidence_id}",
    openapi_extra=act(Act.EVIDENCE_DESCRIBE),
    responses=problem_responses(401, 403, 404, 409, 412, 428, 429),
)
def describe_evidence(
    evidence_id: UUID, body: EvidenceChange, dems: Core, actor: Whoever, version: IfMatch, response: Response
) -> EvidenceWithUpload:
    """Change description, source or how the item was obtained. Reference, name and bytes are not changed this way."""
    changes = body.model_dump(exclude_unset=True, exclude={"reason"})
    if "description" in changes:
        changes["description"] = changes["description"] or ""
    dems.evidence.describe(actor, EvidenceId(evidence_id), changes, if_version=version, reason=body.reason)
    item, upload, found = dems.evidence.look_up.one(actor, EvidenceId(evidence_id))
    response.headers["ETag"] = etag(item.version)
    return EvidenceWithUpload.of(item, upload, found, asked=dems.evidence.look_up.invitations(actor, [item]))


@router.post(
    "/evidence/{evidence_id}/exhibit-ref-corrections",
    status_code=201,
    openapi_extra=act(Act.EVIDENCE_CORRECT_REF),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=EvidenceView,
)
def correct_exhibit_ref(evidence_id: UUID, body: RefCorrection, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Correct an exhibit reference. The old one stays in the item's chain and is not used again."""
    item = dems.evidence.correct_ref(
        actor, EvidenceId(evidence_id), ExhibitRef(body.exhibit_ref), reason=body.reason, once=once
    )
    asked = dems.evidence.look_up.invitations(actor, [item])
    view = EvidenceView.of(*dems.evidence.look_up.one(actor, item.id), asked=asked)
    return answer(dems, once, 201, view, headers={"ETag": etag(item.version)})


@router.post(
    "/evidence/{evidence_id}/uploads",
    status_code=201,
    openapi_extra=act(Act.UPLOAD_OPEN),
    responses=problem_responses(401, 403, 404, 409, 429, 507),
    response_model=OpenedUpload,
)
def open_upload(evidence_id: UUID, body: NewUpload, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Open a fresh upload of an item whose bytes did not come, or came other than declared."""
    _, upload, token = dems.intake.open_upload(
        actor, EvidenceId(evidence_id), size=body.size, sha256=digest(body.sha256), once=once
    )
    headers = {"Location": f"/v1/uploads/{upload.id}"}
    return answer(dems, once, 201, UploadView.of(upload), headers=headers, secrets={"upload_token": token})


@router.post(
    "/evidence/{evidence_id}/verifications",
    status_code=202,
    openapi_extra=act(Act.EVIDENCE_VERIFY),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=VerificationView,
)
def ask_verification(
    evidence_id: UUID, dems: Core, actor: Whoever, once: OnceKey, body: VerificationWanted | None = None
) -> Response:
    """Have the stored bytes read and hashed again. The outcome is in the list of verifications and in the chain."""
    reason = None if body is None else body.reason
    verification = dems.evidence.ask_verification(actor, EvidenceId(evidence_id), reason=reason, once=once)
    return answer(dems, once, 202, VerificationView.of(verification))


@router.get(
    "/evidence/{evidence_id}/verifications",
    openapi_extra=act(Act.VERIFICATIONS_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_verifications(
    evidence_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[VerificationView]:
    """Verifications after sealing, oldest first."""
    rows = dems.evidence.look_up.verifications(actor, EvidenceId(evidence_id), page)
    return Listed[VerificationView](
        **paged(request, response, page, rows, key=lambda v: v.id, show=VerificationView.of)
    )


@router.post(
    "/evidence/{evidence_id}/access",
    status_code=201,
    openapi_extra=act(Act.EVIDENCE_ACCESS),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=GrantView,
)
def access_evidence(evidence_id: UUID, body: AccessWanted, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Ask for the bytes, saying what for and why. The custody entry is committed before the answer is given."""
    grant = dems.evidence.grant_access(
        actor, EvidenceId(evidence_id), purpose=body.purpose, reason=body.reason, once=once
    )
    found = dems.evidence.look_up.one(actor, EvidenceId(evidence_id))[2]
    return answer(dems, once, 201, GrantView.of(grant, found))


@router.get(
    "/evidence/{evidence_id}/content",
    openapi_extra=act(Act.EVIDENCE_CONTENT),
    response_class=StreamingResponse,
    responses=answers_with_bytes("application/octet-stream", "The bytes, as they were sealed"),
)
def read_content(
    evidence_id: UUID,
    grant: Annotated[UUID, Query(description="From `access`")],
    dems: Core,
    actor: Whoever,
    range_: RangeAsked = None,
) -> StreamingResponse:
    """The bytes. Each reading is entered in the item's chain before its first byte is sent."""
    item, stored, span = dems.evidence.read_content(actor, EvidenceId(evidence_id), GrantId(grant), span_wanted(range_))
    sha256 = item.digests["sha256"]

    def doubted() -> None:
        dems.evidence.read_content.doubted(item.id)

    try:
        body = Outgoing(dems.store, stored, span, sha256.value, doubted)
    except ObjectMissing as error:
        doubted()
        raise IntegrityBroken(
            "The stored bytes of this item are missing. It is being verified; somebody must look."
        ) from error
    return sent(body, span, stored.size, sha256, _disposition(item), "application/octet-stream")


def _disposition(item: Evidence) -> str:
    """The original name exactly (RFC 8187), and for clients that cannot read it one that is safe anywhere."""
    name = item.name
    if name is None:
        return "attachment"
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name.safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.text, safe='')}"
