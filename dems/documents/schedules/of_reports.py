"""What goes with schedules as documents: the MG6E with its certificate, the streamlined certificate, and the MG6."""

import json
import re
from dataclasses import replace

from dems.documents.schedules.of_schedules import (
    STANDINGS,
    Asked,
    columns_of,
    headed,
    headings_of,
    officers,
)
from dems.documents.schedules.papers import Paper, Standing, moment
from dems.errors import Invalid, NotFound
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Field, Form, FormTemplate, Series
from dems.model.disclosure.reports import OfficerReport, ReportRow, ScheduleSet
from dems.model.disclosure.schedules import Schedule
from dems.model.disclosure.snapshots import as_certified, report_as_certified
from dems.model.ids import ReportId, ScheduleSetId
from dems.model.times import london_date


def of_report(file: ProceedingFile, wanted: ScheduleSetId, report: ReportId, asked: Asked) -> Paper:
    """An MG6E. Raises `NotFound`, and `ValueError` where it is not what was frozen."""
    of, place, found = _found(file, wanted, report)
    template = file.forms.template(Form.MG6E, london_date(found.by.at))
    covered = sorted(file.schedule(s).name for s in found.covers)
    nil = ("the statement that there is no sensitive material",) if of.nil is not None else ()
    return _paper(
        file,
        (of, found),
        asked,
        template,
        name=f"MG6E {place + 1} of {len(of.reports)} with {' and '.join(covered)}",
        particulars=(("Covers", "; ".join((*covered, *nil))), *_digest(of, place)),
        lines=tuple(_line(template, row) for row in _ordered(found)),
        declarations=(_certificate(file, of, place, found),),
    )


def of_streamlined(file: ProceedingFile, wanted: ScheduleSetId, report: ReportId, asked: Asked) -> Paper:
    """The streamlined certificate: what a report names on the MG6C, or that there is nothing.

    Raises `NotFound`, and `Invalid` where the report names something sensitive: what is said here would not be true then.
    """
    of, _, found = _found(file, wanted, report)
    if of.mg6c is None or any(row.series is not Series.MG6C for row in found.rows):
        raise Invalid("A streamlined certificate cannot say this: use the MG6C, the MG6D and the MG6E.")
    template = file.forms.template(Form.SDC, london_date(found.by.at))
    schedule = file.schedule(of.mg6c)
    rows = {row.number: row for row in schedule.rows if row.live}
    endorsed = {e.number: e.code for e in file.endorsements if e.schedule == schedule.id}
    lines = []
    for named in _ordered(found):
        shown = {
            Field.NUMBER: str(named.number),
            Field.DESCRIPTION: rows[named.number].description,
            Field.PROSECUTOR_DECISION: endorsed.get(named.number, ""),
        }
        lines.append(tuple(shown.get(c.field, "") for c in template.columns))
    return _paper(
        file,
        (of, found),
        asked,
        template,
        name=f"SDC with {schedule.name}",
        particulars=(("Schedule", schedule.name),),
        lines=tuple(lines),
        statements=(template.wordings["listed"],) if lines else (),
        declarations=(),
    )


def of_note(file: ProceedingFile, wanted: ScheduleSetId, asked: Asked) -> Paper:
    """The MG6: what the prosecutor is told about the schedules of a set, as whoever signed its reports signed it. It is never served.

    Raises `NotFound`, and `ValueError` where the set is not what was frozen.
    """
    of = file.set_of(wanted)
    if of.snapshot is not None and not as_certified(of):
        raise ValueError("a set is not what was certified")
    first = _first(file, of)
    headings, standing = headings_of(file, first), Standing.DRAFT if of.snapshot is None else STANDINGS[first.state]
    at = max((r.by.at for r in of.reports), default=asked.at) if of.snapshot is not None else asked.at
    template = file.forms.template(Form.MG6, london_date(at))
    with_it = " and ".join(file.schedule(s).name for s in of.schedules)
    digest = () if of.snapshot is None else (("SHA-256", of.snapshot.digest.hex),)
    said = tuple(part.strip() for part in re.split(r"\n\s*\n", of.note) if part.strip())
    return replace(
        headed(
            template,
            headings,
            asked,
            name=f"MG6 with {with_it}",
            standing=standing,
            made_at=at,
            particulars=(
                ("Goes with", with_it),
                ("Drafted" if standing is Standing.DRAFT else "Certified", moment(at)),
                *digest,
            ),
        ),
        statements=said or (template.wordings["none"],),
        signatures=officers([r.by for r in of.reports], standing),
    )


def _paper(
    file: ProceedingFile,
    which: tuple[ScheduleSet, OfficerReport],
    asked: Asked,
    template: FormTemplate,
    *,
    name: str,
    particulars: tuple[tuple[str, str], ...],
    lines: tuple[tuple[str, ...], ...],
    statements: tuple[str, ...] = (),
    declarations: tuple[str, ...],
) -> Paper:
    of, report = which
    first = _first(file, of)
    headings, standing = headings_of(file, first), STANDINGS[first.state]
    made_at = asked.at if standing is Standing.DRAFT else report.by.at
    signed = ("Drafted" if standing is Standing.DRAFT else "Certified", moment(made_at))
    return replace(
        headed(
            template,
            headings,
            asked,
            name=name,
            standing=standing,
            made_at=made_at,
            particulars=(*particulars, signed),
        ),
        statements=statements,
        columns=columns_of(template),
        lines=lines,
        none=template.wordings.get("nil", "No item."),
        declarations=declarations,
        signatures=officers([report.by], standing),
    )


def _found(file: ProceedingFile, wanted: ScheduleSetId, report: ReportId) -> tuple[ScheduleSet, int, OfficerReport]:
    of = file.set_of(wanted)
    found = next(((n, r) for n, r in enumerate(of.reports) if r.id == report), None)
    if found is None:
        raise NotFound("report of this set")
    return of, *found


def _first(file: ProceedingFile, of: ScheduleSet) -> Schedule:
    return file.schedule(of.schedules[0])


def _ordered(report: OfficerReport) -> list[ReportRow]:
    return sorted(report.rows, key=lambda row: (row.series, row.number))


def _line(template: FormTemplate, row: ReportRow) -> tuple[str, ...]:
    shown = {
        Field.SCHEDULE: row.series.value,
        Field.NUMBER: str(row.number),
        Field.REPORT_REASON: row.reason,
        Field.COPY: row.copy,
    }
    return tuple(shown.get(c.field, "") for c in template.columns)


def _digest(of: ScheduleSet, place: int) -> tuple[tuple[str, str], ...]:
    return (("SHA-256", of.parts[place].digest.hex),) if of.parts else ()


def _certificate(file: ProceedingFile, of: ScheduleSet, place: int, report: OfficerReport) -> str:
    """The text that was signed; on a draft, the text of the list. Raises `ValueError` where what is frozen says otherwise."""
    if not of.parts:
        code = file.forms.certificate(report.certificate, london_date(report.by.at))
        return "" if code is None else code.meaning
    part = of.parts[place]
    if not report_as_certified(report, part):
        raise ValueError("a report is not what was certified")
    text: str = json.loads(part.data)["certificate"]["text"]
    return text
