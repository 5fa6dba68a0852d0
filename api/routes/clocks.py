"""Clocks of cases, what is due, the rules that dates are counted by, and reports on timeliness."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.cursors import After, Limit, cursor, linked, not_a_cursor, parts_of, place_of
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged, written
from api.problems import problem_responses
from api.schemas.base import Day, Line, Listed
from api.schemas.clock_rules import CalendarView, DefinitionView, NewCalendar, NewDefinition
from api.schemas.clocks import ClockView, DueView
from api.schemas.letters import NewReport, ReportView
from dems.model.acts import Act
from dems.model.ids import CaseId, LetterId
from dems.ports import DueAfter, DueFilter

router = APIRouter(prefix="/v1", tags=["clocks"], route_class=BodyRoute)


@router.get(
    "/cases/{case_id}/clocks",
    openapi_extra=act(Act.CLOCKS_READ),
    responses=problem_responses(401, 403, 404, 429),
    response_model=Listed[ClockView],
)
def list_clocks(
    case_id: UUID,
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """Every clock of a case and of what runs beside its investigation, with each event used, each pause and what it does."""
    first = place_of(after)
    found = dems.timeliness.clocks(actor, CaseId(case_id))
    ahead = cursor(first + limit) if len(found) > first + limit else None
    shown = [ClockView.of(kept) for kept in found[first : first + limit]]
    return written(Listed[ClockView](items=shown, next=linked(request, response, limit, ahead)), response)


@router.get("/due", openapi_extra=act(Act.DUE_LIST), responses=problem_responses(401, 403, 404, 429))
def list_due(
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    by: Annotated[Day | None, Query(description="Dates up to and including this one")] = None,
    case: Annotated[UUID | None, Query(description="Only of this case")] = None,
    nature: Annotated[Literal["statutory"] | None, Query(description="Only statutory dates")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Listed[DueView]:
    """What is due in all cases that you may know of, earliest first; what is overdue comes before the rest."""
    wanted = DueFilter(by, None if case is None else CaseId(case), nature is not None)
    today, found = dems.timeliness.due(actor, wanted, limit, _due_after(after))
    ahead = None
    if len(found) == limit:
        ahead = cursor(str(found[-1].due_on), str(found[-1].id))
    return Listed[DueView](items=[DueView.of(d, today) for d in found], next=linked(request, response, limit, ahead))


def _due_after(after: str | None) -> DueAfter | None:
    parts = parts_of(after, str, str)
    if parts is None:
        return None
    try:
        return DueAfter(date.fromisoformat(parts[0]), UUID(parts[1]))
    except ValueError as error:
        raise not_a_cursor() from error


@router.get("/clocks/definitions", openapi_extra=act(Act.CLOCK_RULES_READ), responses=problem_responses(401, 403, 429))
def list_definitions(
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    clock: Annotated[Line | None, Query(description="Only versions of this one")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Listed[DefinitionView]:
    """Every version of every clock's definition, with the source of its rule."""
    found = dems.timeliness.rules.definitions(actor, limit, _named(after), clock=clock)
    ahead = cursor(found[-1].rule.id, found[-1].rule.version) if len(found) == limit else None
    shown = [DefinitionView.of(d) for d in found]
    return Listed[DefinitionView](items=shown, next=linked(request, response, limit, ahead))


@router.post(
    "/clocks/definitions",
    status_code=201,
    openapi_extra=act(Act.CLOCK_RULES_RECORD),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=DefinitionView,
)
def define_clock(body: NewDefinition, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Record the next version of a clock: a change of law is another version beside the first, and the first stays."""
    recorded = dems.timeliness.define(actor, body.definition(), replaces=body.replaces, reason=body.reason, once=once)
    return answer(dems, once, 201, DefinitionView.of(recorded))


@router.get("/calendars", openapi_extra=act(Act.CLOCK_RULES_READ), responses=problem_responses(401, 403, 429))
def list_calendars(
    dems: Core,
    actor: Whoever,
    request: Request,
    response: Response,
    name: Annotated[Line | None, Query(description="Only versions of this one")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Listed[CalendarView]:
    """Every version of every calendar. A clock names the one that it was counted with."""
    found = dems.timeliness.rules.calendars(actor, limit, _named(after), name=name)
    ahead = cursor(found[-1].rule.name, found[-1].rule.version) if len(found) == limit else None
    shown = [CalendarView.of(c) for c in found]
    return Listed[CalendarView](items=shown, next=linked(request, response, limit, ahead))


def _named(after: str | None) -> Any:
    return parts_of(after, str, int)


@router.post(
    "/calendars",
    status_code=201,
    openapi_extra=act(Act.CLOCK_RULES_RECORD),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=CalendarView,
)
def change_calendar(body: NewCalendar, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Record the next version of a calendar. Open clocks are counted with it; those that have stopped keep theirs."""
    recorded = dems.timeliness.change_calendar(
        actor, body.name, replaces=body.replaces, add=body.add, remove=body.remove, reason=body.reason, once=once
    )
    return answer(dems, once, 201, CalendarView.of(recorded))


@router.post(
    "/cases/{case_id}/timeliness-reports",
    status_code=201,
    openapi_extra=act(Act.LETTER_DRAFT),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=ReportView,
)
def draft_report(case_id: UUID, body: NewReport, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Draft a report on timeliness as of today. Earlier drafts stay as they were; nothing is sent."""
    letter = dems.timeliness.draft(actor, CaseId(case_id), body.wanted(), once=once)
    return answer(dems, once, 201, ReportView.of(letter))


@router.get(
    "/cases/{case_id}/timeliness-reports",
    openapi_extra=act(Act.LETTER_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_reports(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[ReportView]:
    """The drafts of a case, oldest first."""
    rows = dems.timeliness.letters.page(actor, CaseId(case_id), page)
    return Listed[ReportView](**paged(request, response, page, rows, key=lambda r: r.id, show=ReportView.of))


_KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@router.get(
    "/cases/{case_id}/timeliness-reports/{report_id}/document",
    openapi_extra=act(Act.LETTER_READ),
    response_class=Response,
    responses={
        **problem_responses(401, 403, 404, 429),
        200: {
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS.values()},
            "description": "The letter. What is missing is said at its top and where it belongs",
        },
    },
)
def read_report_document(
    case_id: UUID,
    report_id: UUID,
    dems: Core,
    actor: Whoever,
    format: Annotated[Literal["pdf", "docx"], Query()] = "pdf",  # noqa: A002  (the name that callers write)
) -> Response:
    """A draft as a document: the same draft is the same bytes, whenever it is asked for."""
    found, content = dems.timeliness.letters.document(actor, CaseId(case_id), LetterId(report_id), format)
    standing = "draft" if found.letter.complete else "draft-not-complete"
    name = f"timeliness-report-{found.letter.number}-{standing}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, 200, headers, media_type=_KINDS[format])
