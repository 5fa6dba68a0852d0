"""Invitations and what their holders see; receipts and announcements."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.announcements import AnnouncementView
from api.schemas.base import Listed
from api.schemas.invitations import (
    AskedView,
    InvitationView,
    MadeInvitation,
    NewInvitation,
    ReceiptView,
)
from api.waiting import Wait, when_logged
from dems.model.acts import Act
from dems.model.ids import CaseId, EvidenceId, InvitationId

router = APIRouter(prefix="/v1", tags=["invitations"], route_class=BodyRoute)


@router.post(
    "/cases/{case_id}/invitations",
    status_code=201,
    openapi_extra=act(Act.INVITATION_MAKE),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=MadeInvitation,
)
def make_invitation(
    case_id: UUID, body: NewInvitation, dems: Core, actor: Whoever, once: OnceKey, request: Request
) -> Response:
    """Invite somebody without an account to send files. Whoever has the link can; it is shown this once."""
    invitation, progress, token = dems.invitations.make(actor, CaseId(case_id), body.terms(), once=once)
    base = request.app.state.settings.api.public_url or str(request.base_url).rstrip("/")
    headers = {"Location": f"/v1/cases/{case_id}/invitations/{invitation.id}"}
    secrets: dict[str, str | None] = {"url": f"{base}/i#{token}", "invitation_token": token}
    return answer(dems, once, 201, InvitationView.of(invitation, progress), headers=headers, secrets=secrets)


@router.get(
    "/cases/{case_id}/invitations",
    openapi_extra=act(Act.INVITATION_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_invitations(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[InvitationView]:
    """The invitations of a case, in the order in which they were made, and what has come of each."""
    rows = dems.invitations.look_up.page(actor, CaseId(case_id), page)
    return Listed[InvitationView](
        **paged(request, response, page, rows, key=lambda r: r[0].id, show=lambda r: InvitationView.of(*r))
    )


@router.get(
    "/cases/{case_id}/invitations/{invitation_id}",
    openapi_extra=act(Act.INVITATION_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def read_invitation(case_id: UUID, invitation_id: UUID, dems: Core, actor: Whoever) -> InvitationView:
    """One invitation."""
    return InvitationView.of(*dems.invitations.look_up.one(actor, CaseId(case_id), InvitationId(invitation_id)))


@router.delete(
    "/cases/{case_id}/invitations/{invitation_id}",
    status_code=204,
    openapi_extra=act(Act.INVITATION_REVOKE),
    responses=problem_responses(401, 403, 404, 429),
)
def revoke_invitation(case_id: UUID, invitation_id: UUID, dems: Core, actor: Whoever) -> None:
    """Withdraw an invitation: its link stops working with the next request. What was sent stays."""
    dems.invitations.revoke(actor, CaseId(case_id), InvitationId(invitation_id))


@router.get("/invitation", openapi_extra=act(Act.INVITATION_OPEN), responses=problem_responses(401, 403, 404, 409, 429))
def read_held_invitation(dems: Core, actor: Whoever) -> AskedView:
    """With an invitation's token: what is asked for. Files are then added at `POST /v1/intakes/{intake_id}/items`."""
    return AskedView.of(dems.invitations.look_up.held(actor))


@router.get(
    "/evidence/{evidence_id}/receipt",
    openapi_extra=act(Act.EVIDENCE_RECEIPT),
    responses=problem_responses(401, 403, 404, 429),
)
async def read_receipt(evidence_id: UUID, dems: Core, actor: Whoever, request: Request, wait: Wait) -> ReceiptView:
    """What was declared, what was found, and the entries that say so. Also for whoever sent it, for 30 days after.

    With `Prefer: wait=2` it is held back, two seconds at most, until every entry in it has its proof.
    """
    found = await when_logged(
        request,
        wait,
        lambda: dems.evidence.receipt(actor, EvidenceId(evidence_id)),
        logged=lambda receipt: len(receipt.proofs) == len(receipt.entries),
    )
    return ReceiptView.of(found)


@router.get("/me/announcements", openapi_extra=act(Act.ANNOUNCEMENT_LIST), responses=problem_responses(401, 403, 429))
def list_announcements(
    dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[AnnouncementView]:
    """What has arrived by invitations of mine or of cases that I lead, and statutory dates of cases that I lead or manage;
    oldest first. Go on from the last one you have.
    """
    rows = dems.invitations.announcements(actor, page)
    return Listed[AnnouncementView](
        **paged(request, response, page, rows, key=lambda a: a.id, show=AnnouncementView.of)
    )
