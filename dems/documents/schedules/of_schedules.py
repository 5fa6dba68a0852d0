"""Schedules as documents: MG6C, MG6D and the statement that there is none, out of the whole file of a proceeding.

What was certified is shown as it was frozen: rows, number and the headings of that day.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dems.documents.schedules.papers import Paper, PaperColumn, Signature, Standing, moment
from dems.errors import Invalid, NotFound
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, FormTemplate, Series
from dems.model.disclosure.output import lines_of
from dems.model.disclosure.reports import Endorsement, OfficerReport, ScheduleSet
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.showing import listed_before
from dems.model.disclosure.snapshots import schedule_as_certified
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.life.events import sentence_start, words
from dems.model.times import london_date

STANDINGS: Mapping[ScheduleState, Standing] = {
    ScheduleState.DRAFT: Standing.DRAFT,
    ScheduleState.CERTIFIED: Standing.IN_FORCE,
    ScheduleState.VOID: Standing.VOID,
    ScheduleState.SUBMITTED: Standing.IN_FORCE,
    ScheduleState.RETURNED: Standing.RETURNED,
    ScheduleState.ENDORSED: Standing.IN_FORCE,
    ScheduleState.CONTINUED: Standing.IN_FORCE,
}
NO_URN = "not yet given"
"""What stands for the reference of a court, panel or coroner that has given none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the document says that no schedule does: the case's reference, and when a draft was made (aware).

    `marking` is a protective marking in place of the form's own.
    """

    case_reference: str
    marking: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Headings:
    """Whose proceeding it is, as of the day that something was certified; of its reference, words where there is none."""

    title: str
    urn: str


def of_schedule(file: ProceedingFile, wanted: ScheduleId, asked: Asked) -> Paper:
    """An MG6C or MG6D, endorsed as far as it is. Raises `NotFound`, `Invalid` where its form is not known any more, and
    `ValueError` for a schedule that is not what was frozen, or that was prepared for somebody who may not see all of the file.
    """
    schedule = file.schedule(wanted)
    template = template_of(file, schedule.template)
    headings = headings_of(file, schedule)
    reports = _reports_on(file, schedule)
    endorsed = {e.number: e for e in file.endorsements if e.schedule == wanted}
    signed_at = max((r.by.at for r in reports), default=asked.at)
    standing = STANDINGS[schedule.state]
    made_at = asked.at if standing is Standing.DRAFT else signed_at
    codes = file.forms.endorsements.get(schedule.series, ())
    lines = lines_of(schedule, template, endorsed, codes)
    return replace(
        headed(
            template,
            headings,
            asked,
            name=schedule.name,
            standing=standing,
            made_at=made_at,
            particulars=(("Schedule", f"{schedule.name}, {_which(schedule)}"), *_frozen(schedule, made_at)),
        ),
        statements=_wordings(template, "preamble"),
        columns=columns_of(template),
        lines=tuple(tuple(line.cells.values()) for line in lines),
        none="No item.",
        legend=tuple((c.code, c.meaning) for c in codes if c.open.on(london_date(made_at))),
        signatures=(*officers([r.by for r in reports], standing), *_lawyers(endorsed)),
    )


def of_nil(file: ProceedingFile, wanted: ScheduleSetId, asked: Asked) -> Paper:
    """The signed statement that a set has no sensitive material. Raises `NotFound` where the set has none."""
    of = file.set_of(wanted)
    if of.nil is None:
        raise NotFound("statement that there is no sensitive material")
    first = file.schedule(of.schedules[0])
    template = file.forms.template(Form.MG6D_NIL, london_date(of.nil.at))
    standing = STANDINGS[first.state]
    headings = headings_of(file, first)
    statement = "continuation" if listed_before(file, wanted) else "statement"
    return replace(
        headed(
            template,
            headings,
            asked,
            name=f"MG6D nil with {first.name}",
            standing=standing,
            made_at=asked.at if standing is Standing.DRAFT else of.nil.at,
            particulars=(("Goes with", first.name),),
        ),
        form=Series.MG6D.value,
        statements=_wordings(template, statement),
        signatures=officers([of.nil], standing),
    )


def headed(
    template: FormTemplate,
    headings: Headings,
    asked: Asked,
    *,
    name: str,
    standing: Standing,
    made_at: datetime,
    particulars: tuple[tuple[str, str], ...],
) -> Paper:
    """What every form begins with, and nothing below it: what it is, whose proceeding it is of, and who may have it."""
    return Paper(
        form=template.form.value,
        template=template.reference,
        title=template.title,
        name=name,
        standing=standing,
        heading=headings.title,
        urn=headings.urn,
        marking=asked.marking or template.wordings.get("protective_marking", ""),
        made_at=made_at,
        restriction=template.wordings.get("marking", ""),
        particulars=(("Case", asked.case_reference), *particulars),
    )


def template_of(file: ProceedingFile, reference: str) -> FormTemplate:
    """The form that something was made with, whatever is in force by now. Raises `Invalid` where it is not known any more."""
    found = next((t for t in file.forms.templates if t.reference == reference), None)
    if found is None:
        raise Invalid(f"There is no form {reference!r} any more: have its template added again.")
    return found


def columns_of(template: FormTemplate) -> tuple[PaperColumn, ...]:
    return tuple(PaperColumn(c.field.value, c.heading) for c in template.columns)


def headings_of(file: ProceedingFile, schedule: Schedule) -> Headings:
    """Those of today for a draft, and the frozen ones for anything else."""
    if schedule.state is ScheduleState.DRAFT:
        return Headings(file.opened.title, file.opened.urn or NO_URN)
    if schedule.snapshot is None or not schedule_as_certified(schedule):
        raise ValueError(f"{schedule.name} is not what was certified, or was prepared for somebody who may not see why")
    frozen = json.loads(schedule.snapshot.data)
    return Headings(frozen["title"], frozen["urn"] or NO_URN)


def officers(by: Iterable[Acting], standing: Standing) -> tuple[Signature, ...]:
    """Those who signed; on a draft nobody has, whatever is prepared."""
    return (Signature("Disclosure officer"),) if standing is Standing.DRAFT else tuple(map(_signature, by))


def _signature(by: Acting) -> Signature:
    return Signature(sentence_start(words(by.role)), by.name, moment(by.at))


def _reports_on(file: ProceedingFile, schedule: Schedule) -> tuple[OfficerReport, ...]:
    return tuple(r for s in _sets_with(file, schedule) for r in s.reports if schedule.id in r.covers)


def _sets_with(file: ProceedingFile, schedule: Schedule) -> tuple[ScheduleSet, ...]:
    return tuple(s for s in file.sets if schedule.id in s.schedules)


def _which(schedule: Schedule) -> str:
    begun = "the first" if schedule.ordinal == 1 else f"continuation {schedule.ordinal - 1}"
    return begun if schedule.version == 0 else f"{begun}, corrected {_times(schedule.version)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _frozen(schedule: Schedule, at: datetime) -> tuple[tuple[str, str], ...]:
    if schedule.snapshot is None:
        return (("Drafted", moment(at)),)
    return (("Certified", moment(at)), ("SHA-256", schedule.snapshot.digest.hex))


def _wordings(template: FormTemplate, name: str) -> tuple[str, ...]:
    return (template.wordings[name],) if name in template.wordings else ()


def _lawyers(endorsed: Mapping[int, Endorsement]) -> tuple[Signature, ...]:
    """Whoever endorsed, each once with the last time; room for the lawyer's pen while nobody has."""
    last = {e.by.person: e.by for e in sorted(endorsed.values(), key=lambda e: e.by.at)}
    return tuple(map(_signature, last.values())) or (Signature("Reviewing lawyer"),)
