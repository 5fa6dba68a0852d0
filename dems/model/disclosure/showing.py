"""What one form says, as frozen bytes have it, drafts too; and what of that everybody on the case may read."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any
from uuid import UUID

from dems.model.disclosure.acting import Acting
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.preparing import Preparation, form_of
from dems.model.disclosure.schedules import Note, ScheduleState
from dems.model.disclosure.snapshots import body_of, body_of_report, nil_snapshot
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.times import london_date

_GONE_ON_FROM = frozenset({ScheduleState.ENDORSED, ScheduleState.CONTINUED})


def nil_statement(file: ProceedingFile, of: ScheduleSetId, nil: UUID, by: Acting) -> Snapshot:
    """The statement that there is no sensitive material, or none beside what an endorsed MG6D lists, as `by` signs it."""
    template = file.forms.template(Form.MG6D_NIL, london_date(by.at))
    return nil_snapshot(file.opened, ScheduleId(nil), of, template, by, further=listed_before(file, of))


def listed_before(file: ProceedingFile, of: ScheduleSetId) -> bool:
    """Whether a set goes on from an endorsed MG6D, whatever became of the MG6C beside that. Of a set that there is not yet, all others
    are earlier; of any other, what was listed later says nothing.
    """
    earlier = tuple(takewhile(lambda s: s.id != of, file.sets))
    return any(s.mg6d is not None and file.schedule(s.mg6d).state in _GONE_ON_FROM for s in earlier)


def draft_says(file: ProceedingFile, made: Preparation, part: UUID) -> dict[str, Any]:
    """What a form of the set that is put together says now, in a file as `prepared` makes it. Raises `NotFound`."""
    form = form_of(file, made, part)
    headings = {
        "case": str(file.opened.case_id),
        "proceeding": str(file.opened.proceeding.id),
        "title": file.opened.title,
        "urn": file.opened.urn,
    }
    if form is Form.MG6E:
        report = made.report(part)
        code = file.forms.certificate(report.certificate, london_date(report.by.at))
        certificate = {"code": report.certificate, "text": "" if code is None else code.meaning}
        covers = [{"id": str(s.id), "sha256": None} for s in file.schedules if s.id in made.parts]
        says = {**headings, **body_of_report(report), "certificate": certificate, "covers": covers}
        waits = report.id in made.signed
        return {**says, "officer": str(report.by.person), "signed": says["signed"] if waits else None}
    if form is Form.MG6D_NIL:
        template = file.forms.template(form, file.on)
        return {**headings, "id": str(part), "rows": [], "signed": None, "template": template.reference}
    return {**headings, **body_of(file.schedule(ScheduleId(part)))}


def as_everybody_reads(says: Mapping[str, Any]) -> dict[str, Any]:
    """What an MG6C says to somebody who may not know what is sensitive: of a row that counts no more, not why."""
    rows = [{**row, "basis": [], "note": _plain(row["note"])} for row in says["rows"]]
    annotations = [{**a, "note": Note.SET_ASIDE.value} for a in says["annotations"]]
    return {**says, "rows": rows, "annotations": annotations}


def _plain(note: str | None) -> str | None:
    return None if note is None else Note.SET_ASIDE.value
