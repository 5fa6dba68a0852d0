"""What a form shows of a schedule, cell by cell, in the columns of its template and nothing else.

A withdrawn row of a served form shows its number and the form's word for it: neither what it listed nor why it went.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.model.disclosure.forms import Field, FormTemplate
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.schedules import Annotation, Row, Schedule


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form: its place ("MG6C 3") and its cells by field, in the order of the columns."""

    place: str
    cells: Mapping[Field, str]


def lines_of(schedule: Schedule, template: FormTemplate, endorsed: Mapping[int, Endorsement]) -> tuple[Line, ...]:
    """The lines of a schedule: its rows by number, then what it says of numbers of earlier schedules."""
    rows = [_line(template, row, endorsed.get(row.number)) for row in sorted(schedule.rows, key=lambda r: r.number)]
    return (*rows, *(_annotated(template, schedule, a) for a in schedule.annotations))


def _line(template: FormTemplate, row: Row, endorsed: Endorsement | None) -> Line:
    if not row.live:
        return _withdrawn(template, row.place, row.number)
    shown = {
        Field.NUMBER: str(row.number),
        Field.DESCRIPTION: row.description,
        Field.LOCATION: row.location,
        Field.QUANTITY: str(row.quantity),
        Field.SCHEDULE_REASON: row.schedule_reason,
        Field.PROSECUTOR_DECISION: "" if endorsed is None else endorsed.code,
    }
    return Line(row.place, {c.field: shown.get(c.field, "") for c in template.columns})


def _annotated(template: FormTemplate, schedule: Schedule, annotation: Annotation) -> Line:
    return _withdrawn(template, f"{schedule.series.value} {annotation.number}", annotation.number)


def _withdrawn(template: FormTemplate, place: str, number: int) -> Line:
    said = {Field.NUMBER: str(number), Field.DESCRIPTION: template.wordings.get("withdrawn", "Withdrawn")}
    return Line(place, {c.field: said.get(c.field, "") for c in template.columns})
