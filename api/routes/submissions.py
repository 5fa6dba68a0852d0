"""Submissions: sets of schedules that went to the prosecutor."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.schedule_bodies import SubmissionWanted
from api.schemas.submissions import SubmissionView
from dems.model.acts import Act
from dems.model.ids import ScheduleSetId, StrandId

router = APIRouter(prefix="/v1", tags=["schedules"], route_class=BodyRoute)

_READS = problem_responses(401, 403, 404, 429)


@router.post(
    "/proceedings/{proceeding_id}/submissions",
    status_code=201,
    openapi_extra=act(Act.SCHEDULE_SUBMIT),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=SubmissionView,
)
def submit_set(proceeding_id: UUID, body: SubmissionWanted, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Send a certified set to the prosecutor. Where what it rests on has changed, its certificate is void, and that is answered (R19)."""
    found = dems.schedules.submit(actor, StrandId(proceeding_id), body.schedules, role=body.role, once=once)
    return answer(dems, once, 201, SubmissionView.of(found), headers={"Location": f"/v1/submissions/{found.id}"})


@router.get("/proceedings/{proceeding_id}/submissions", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def list_submissions(
    proceeding_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[SubmissionView]:
    """What went to the prosecutor, with what came back, in the order in which the sets were begun."""
    rows = dems.schedules.look_up.submissions(actor, StrandId(proceeding_id), page)
    return Listed[SubmissionView](**paged(request, response, page, rows, key=lambda s: s.id, show=SubmissionView.of))


@router.get("/submissions/{submission_id}", openapi_extra=act(Act.SCHEDULE_READ), responses=_READS)
def read_submission(submission_id: UUID, dems: Core, actor: Whoever) -> SubmissionView:
    """One submission; its id is that of its set."""
    return SubmissionView.of(dems.schedules.look_up.submission(actor, ScheduleSetId(submission_id)))
