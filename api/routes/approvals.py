"""Acts that need two people: one asks, another agrees."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.approvals import ApprovalView, NewApproval
from api.schemas.base import Listed
from dems.model.acts import Act
from dems.model.ids import ApprovalId, CaseId

router = APIRouter(prefix="/v1", tags=["approvals"], route_class=BodyRoute)


@router.post(
    "/approvals",
    status_code=201,
    openapi_extra=act(Act.DETAIL_DESTROY),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=ApprovalView,
)
def ask_approval(body: NewApproval, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Ask for an act that needs two people. Nothing is done until somebody else who may do it agrees, within 7 days."""
    approval = dems.approvals.ask(actor, body.act, body.subject, reason=body.reason, once=once)
    view = ApprovalView.of(approval, dems.approvals.look_up.now())
    return answer(dems, once, 201, view, headers={"Location": f"/v1/approvals/{approval.id}"})


@router.get(
    "/approvals/{approval_id}",
    openapi_extra=act(Act.DETAIL_DESTROY),
    responses=problem_responses(401, 403, 404, 429),
)
def read_approval(approval_id: UUID, dems: Core, actor: Whoever) -> ApprovalView:
    """One of them."""
    found = dems.approvals.look_up.one(actor, ApprovalId(approval_id))
    return ApprovalView.of(found, dems.approvals.look_up.now())


@router.post(
    "/approvals/{approval_id}/confirm",
    openapi_extra=act(Act.DETAIL_DESTROY),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def confirm_approval(approval_id: UUID, dems: Core, actor: Whoever) -> ApprovalView:
    """Agree, as somebody else than asked. It is done at once, and cannot be undone."""
    done = dems.approvals.confirm(actor, ApprovalId(approval_id))
    return ApprovalView.of(done, dems.approvals.look_up.now())


@router.get(
    "/cases/{case_id}/approvals",
    openapi_extra=act(Act.DETAIL_DESTROY),
    responses=problem_responses(401, 403, 404, 429),
)
def list_approvals(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ApprovalView]:
    """What was asked for in a case, in that order, and what has become of it."""
    rows, now = dems.approvals.look_up.page(actor, CaseId(case_id), page), dems.approvals.look_up.now()
    return Listed[ApprovalView](
        **paged(request, response, page, rows, key=lambda a: a.id, show=lambda a: ApprovalView.of(a, now))
    )
