"""What comes back from the prosecutor: rows endorsed, sets returned, schedules served; and what changed from one schedule to another."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.cursors import After, Limit, cursor, linked, place_of
from api.deps import Core, OnceKey, Whoever, act, answer
from api.manifests import ManifestRoute
from api.problems import problem_responses
from api.schemas.answers import DifferenceView, EndorsementsView, Endorsing, RowChange, SendingBack, ServiceTold
from api.schemas.submissions import SubmissionView
from dems.model.acts import Act
from dems.model.ids import ScheduleId, ScheduleSetId

router = APIRouter(prefix="/v1", tags=["schedules"], route_class=ManifestRoute)

_RECORDS = problem_responses(401, 403, 404, 409, 429)
_FIRST_PAGE = 50


@router.post(
    "/schedules/{schedule_id}/endorse",
    openapi_extra=act(Act.SCHEDULE_ENDORSE),
    responses=problem_responses(401, 403, 404, 409, 413, 429),
    response_model=EndorsementsView,
)
def endorse_schedule(schedule_id: UUID, body: Endorsing, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """What the reviewing lawyer decided about rows, all of it or nothing. Refused with every row that breaks a rule (R20)."""
    rows = [row.told() for row in body.rows]
    found = dems.answers.endorse(actor, ScheduleId(schedule_id), rows, role=body.role, once=once)
    return answer(dems, once, 200, EndorsementsView.of(found))


@router.post(
    "/schedules/{schedule_id}/return",
    openapi_extra=act(Act.SCHEDULE_RETURN),
    responses=_RECORDS,
    response_model=SubmissionView,
)
def return_schedule(schedule_id: UUID, body: SendingBack, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """The prosecutor sent it back, with all of its submission that is not endorsed yet. Its next draft corrects it."""
    found = dems.answers.send_back(actor, ScheduleId(schedule_id), reason=body.reason, role=body.role, once=once)
    return answer(dems, once, 200, SubmissionView.of(found))


@router.post(
    "/submissions/{submission_id}/served",
    status_code=201,
    openapi_extra=act(Act.SCHEDULE_SERVED),
    responses=_RECORDS,
    response_model=SubmissionView,
)
def report_service(submission_id: UUID, body: ServiceTold, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """The prosecutor said that they served its MG6C: a fact that is reported back. Whatever was not endorsed is not served (R25)."""
    found = dems.answers.report_service(
        actor,
        ScheduleSetId(submission_id),
        served_on=body.served_on,
        recipient=body.recipient,
        told_by=body.told_by,
        schedule_id=None if body.schedule is None else ScheduleId(body.schedule),
        role=body.role,
        once=once,
    )
    return answer(dems, once, 201, SubmissionView.of(found))


@router.get(
    "/schedules/{schedule_id}/diff/{other_id}",
    openapi_extra=act(Act.SCHEDULE_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def compare_schedules(
    schedule_id: UUID,
    other_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    limit: Limit = _FIRST_PAGE,
    after: After = None,
) -> DifferenceView:
    """What changed from this schedule to another of its series: a correction, a continuation, or a draft as of now."""
    compared = dems.answers.compare(actor, ScheduleId(schedule_id), ScheduleId(other_id))
    begin = place_of(after)
    changed = [row for row in RowChange.all_of(compared) if row.number > begin]
    page = changed[:limit]
    shown = DifferenceView.of(compared, page, cursor(page[-1].number) if len(changed) > limit else None)
    linked(request, response, limit, shown.next)
    return shown
