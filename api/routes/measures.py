"""Measures: what the body is judged by, and the cases behind each figure."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.deps import Core, Paging, Whoever, act, paged
from api.late import LateRoute
from api.problems import problem_responses
from api.schemas.base import Day, Instant, Line, Listed
from api.schemas.measures import BehindView, MeasuresView
from dems.documents.measures_csv import report_csv
from dems.model.acts import Act
from dems.model.ids import PersonId
from dems.model.life.vocabulary import Mode
from dems.model.measures.figuring import Asked
from dems.model.measures.periods import Period, plan_year
from dems.model.measures.report import report_record
from dems.model.times import london_date

router = APIRouter(prefix="/v1", tags=["measures"], route_class=LateRoute)


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


def _asked(
    dems: Core,
    first: Annotated[Day | None, Query(alias="from", description="Else the first day of the plan year of `to`")] = None,
    to: Annotated[Day | None, Query(description="Included; else today")] = None,
    force: Annotated[Line | None, Query(description="Only of this force")] = None,
    theme: Annotated[Line | None, Query(description="Only of this theme")] = None,
    mode: Annotated[Mode | None, Query(description="Only in this mode of investigation")] = None,
    team: Annotated[UUID | None, Query(description="Only cases that this person was on at `as_of`")] = None,
    as_of: Annotated[Instant | None, Query(description="As it was known at this instant; else now")] = None,
) -> Asked:
    """Force, theme and mode are what the case was on the day that is counted."""
    at: datetime = as_of or dems.clock()
    last = to or london_date(at)
    period = Period(first or plan_year(last).first, last)
    return Asked(period, at, force, theme, mode, None if team is None else PersonId(team))


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/measures", openapi_extra=act(Act.MEASURES_READ), responses=problem_responses(401, 403, 404, 429))
def read_measures(dems: Core, actor: Whoever, asked: Wanted) -> MeasuresView:
    """Every measure of a period, over the cases that you may see."""
    return MeasuresView.of(asked, dems.measures.look_up.all(actor, asked))


@router.get(
    "/measures/report",
    openapi_extra=act(Act.MEASURES_READ),
    response_class=Response,
    responses={
        200: {
            "description": "The report",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/csv": {"schema": {"type": "string"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problem_responses(401, 403, 404, 429),
    },
)
def read_report(
    dems: Core,
    actor: Whoever,
    asked: Wanted,
    format: Annotated[Format, Query()] = Format.JSON,  # noqa: A002  (its name on the wire)
) -> Response:
    """The report of a period: its measures, those of its plan year, by month, by force and by theme."""
    report = dems.measures.report(actor, asked)
    if format is Format.JSON:
        return JSONResponse(report_record(report))
    name = f"measures-{asked.period.first}-{asked.period.last}.{format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format is Format.CSV:
        return Response(report_csv(report), media_type="text/csv; charset=utf-8", headers=headers)
    from dems.documents.measures_pdf import report_pdf  # noqa: PLC0415  (what draws takes long to load, and few ask for it)

    return Response(report_pdf(report), media_type="application/pdf", headers=headers)


@router.get(
    "/measures/{name}/cases", openapi_extra=act(Act.MEASURES_READ), responses=problem_responses(401, 403, 404, 429)
)
def read_cases_behind(
    name: Annotated[str, Path(max_length=100)],
    dems: Core,
    actor: Whoever,
    asked: Wanted,
    page: Paging,
    request: Request,
    response: Response,
) -> Listed[BehindView]:
    """What one measure looks at, of the cases that you may see: also what it leaves out, with why."""
    rule, rows = dems.measures.look_up.behind(actor, name, asked, page)
    shown: dict[str, Any] = paged(
        request, response, page, rows, key=lambda r: r.id, show=lambda r: BehindView.of(rule, r)
    )
    return Listed[BehindView](**shown)
