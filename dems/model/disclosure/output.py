"""What a form shows of a schedule, cell by cell, in the columns of its template and nothing else.

A withdrawn row of a served form shows its number and the form's word for it: neither what it listed nor why it went.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems.model.disclosure.forms import Code, Field, FormTemplate, valid
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.schedules import Annotation, Row, Schedule
from dems.model.times import london_date


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form: its place ("MG6C 3") and its cells by field, in the order of the columns."""

    place: str
    cells: Mapping[Field, str]


def lines_of(
    schedule: Schedule, template: FormTemplate, endorsed: Mapping[int, Endorsement], codes: Sequence[Code] = ()
) -> tuple[Line, ...]:
    """The lines of a schedule: its rows by number, then what it says of numbers of earlier schedules.

    `codes` are the endorsements of its series, which say what else than itself a code shows.
    """
    ordered = sorted(schedule.rows, key=lambda r: r.number)
    rows = [_line(template, row, endorsed.get(row.number), codes) for row in ordered]
    return (*rows, *(_annotated(template, schedule, a) for a in schedule.annotations))


def _line(template: FormTemplate, row: Row, endorsed: Endorsement | None, codes: Sequence[Code]) -> Line:
    if not row.live:
        return _withdrawn(template, row.place, row.number)
    shown = {
        Field.NUMBER: str(row.number),
        Field.DESCRIPTION: row.description,
        Field.LOCATION: row.location,
        Field.QUANTITY: str(row.quantity),
        Field.SCHEDULE_REASON: row.schedule_reason,
        **({} if endorsed is None else _decided(endorsed, codes)),
    }
    return Line(row.place, {c.field: shown.get(c.field, "") for c in template.columns})


def _decided(endorsed: Endorsement, codes: Sequence[Code]) -> dict[Field, str]:
    """What the lawyer decided, as the form shows it; their reason only beside a view on an application to the court."""
    code = valid(codes, endorsed.code, london_date(endorsed.by.at))
    says = {} if code is None else dict(code.shows)
    view = says.get(Field.COURT_APPLICATION)
    if view is not None and endorsed.reason:
        says[Field.COURT_APPLICATION] = f"{view}: {endorsed.reason}"
    return {Field.PROSECUTOR_DECISION: endorsed.code, **says}


def _annotated(template: FormTemplate, schedule: Schedule, annotation: Annotation) -> Line:
    return _withdrawn(template, f"{schedule.series.value} {annotation.number}", annotation.number)


def _withdrawn(template: FormTemplate, place: str, number: int) -> Line:
    said = {Field.NUMBER: str(number), Field.DESCRIPTION: template.wordings.get("withdrawn", "Withdrawn")}
    return Line(place, {c.field: said.get(c.field, "") for c in template.columns})
