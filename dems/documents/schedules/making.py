"""The document of a form in the format that was asked for, out of the whole file of its proceeding."""

import re
from collections.abc import Callable, Mapping

from dems.documents.schedules.of_reports import of_note, of_report, of_streamlined
from dems.documents.schedules.of_schedules import Asked, of_nil, of_schedule
from dems.documents.schedules.papers import Paper
from dems.documents.schedules.pdf import to_pdf
from dems.documents.schedules.tables import to_csv, to_json
from dems.documents.schedules.xlsx import to_xlsx
from dems.errors import WrongState
from dems.model.disclosure.forms import Form
from dems.model.ids import ReportId, ScheduleId
from dems.steps.documents_made import Made
from dems.usecases.schedules.read_document import DocumentWanted, Profile

_FORMATS: Mapping[str, Callable[[Paper], bytes]] = {"pdf": to_pdf, "xlsx": to_xlsx, "csv": to_csv, "json": to_json}


def document(wanted: DocumentWanted) -> Made:
    """Raises what `ReadDocument` says, but `NotFound`."""
    return sent_as(paper_of(wanted), wanted.kind)


def sent_as(paper: Paper, kind: str) -> Made:
    """A document in one format, under a file name of plain characters."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", paper.name).strip("-")
    return Made(f"{plain}.{kind}", _FORMATS[kind](paper))


def paper_of(wanted: DocumentWanted) -> Paper:
    """The document as a value."""
    file, asked = wanted.file, Asked(wanted.case_reference, "", wanted.at)
    if wanted.form is Form.MG6C or any(s.id == wanted.part for s in file.schedules):
        return of_schedule(file, ScheduleId(wanted.part), asked)
    if wanted.form is Form.MG6D:
        raise WrongState(
            "There is nothing sensitive to list: sign that there is none, and that is the document.", state="draft"
        )
    of = next((s for s in file.sets if s.id == wanted.of), None)
    if of is None:
        raise WrongState("The set that this was to go with has no schedule: draft the MG6C first, or draft this anew.")
    if wanted.form is Form.MG6D_NIL:
        return of_nil(file, of.id, asked)
    if wanted.profile is Profile.NOTE:
        return of_note(file, of.id, asked)
    make = of_streamlined if wanted.profile is Profile.STREAMLINED else of_report
    return make(file, of.id, ReportId(wanted.part), asked)
