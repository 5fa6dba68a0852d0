"""What is frozen when a set is certified: each schedule with its rows, and each report with what it covers."""

import json
from collections.abc import Mapping
from typing import Any

from dems.model.disclosure.acting import Acting, signature_record
from dems.model.disclosure.forms import Code, FormTemplate
from dems.model.disclosure.freezing import Snapshot, frozen
from dems.model.disclosure.parties import Opened
from dems.model.disclosure.reports import OfficerReport, ScheduleSet
from dems.model.disclosure.schedules import Row, Schedule
from dems.model.ids import ScheduleId, ScheduleSetId


def body_of(schedule: Schedule) -> dict[str, Any]:
    """What a snapshot says of a schedule whatever its headings: no change to it goes unseen."""
    return {
        "annotations": [{"note": a.note.value, "number": a.number, "of": a.subject.key} for a in schedule.annotations],
        "id": str(schedule.id),
        "ordinal": schedule.ordinal,
        "proceeding": str(schedule.proceeding),
        "rows": [_row(row) for row in schedule.rows],
        "series": schedule.series.value,
        "signed": None if schedule.signed is None else signature_record(schedule.signed),
        "template": schedule.template,
        "version": schedule.version,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "basis": [str(d) for d in row.basis],
        "custody_position": row.binding.custody_position,
        "description": row.description,
        "location": row.location,
        "note": None if row.note is None else row.note.value,
        "number": row.number,
        "of": row.subject.key,
        "quantity": row.quantity,
        "schedule_reason": row.schedule_reason,
        "sha256": row.binding.sha256,
    }


def snapshot_of(opened: Opened, schedule: Schedule) -> Snapshot:
    """The schedule with the headings of the day it was certified."""
    return frozen({"format": "dems-schedule-1", **_headings(opened), **body_of(schedule)})


def nil_snapshot(
    opened: Opened, nil: ScheduleId, of: ScheduleSetId, template: FormTemplate, by: Acting, *, further: bool
) -> Snapshot:
    """The signed statement that there is no sensitive material; `further` where an earlier MG6D lists some."""
    return frozen(
        {
            **_headings(opened),
            "format": "dems-nil-1",
            "id": str(nil),
            "proceeding": str(opened.proceeding.id),
            "set": str(of),
            "signed": signature_record(by),
            "statement": template.wordings["continuation" if further else "statement"],
            "template": template.reference,
        }
    )


def _headings(opened: Opened) -> dict[str, Any]:
    return {"case": str(opened.case_id), "title": opened.title, "urn": opened.urn}


def body_of_report(report: OfficerReport) -> dict[str, Any]:
    """What a snapshot says of a report whatever the text of its certificate is by now."""
    return {
        "id": str(report.id),
        "rows": [{"copy": r.copy, "reason": r.reason, "row": r.place} for r in report.rows],
        "signed": signature_record(report.by),
    }


def report_snapshot(report: OfficerReport, certificate: Code, covered: Mapping[ScheduleId, Snapshot]) -> Snapshot:
    """A report with the text of its certificate, and the digests of the schedules that it certifies."""
    return frozen(
        {
            **body_of_report(report),
            "certificate": {"code": certificate.code, "text": certificate.meaning},
            "covers": [{"id": str(s), "sha256": covered[s].digest.hex} for s in sorted(report.covers)],
            "format": "dems-report-1",
        }
    )


def set_snapshot(of: ScheduleSet) -> Snapshot:
    """What was certified together: the digests of all its reports, the MG6, the copies and what it rests on."""
    return frozen(
        {
            "basis": [{"of": line.subject.key, "sha256": line.sha256} for line in of.basis or ()],
            "copies": sorted(s.key for s in of.copies),
            "corroborating": sorted(str(p) for p in of.corroborating),
            "format": "dems-schedule-set-1",
            "id": str(of.id),
            "nil": None if of.nil is None else signature_record(of.nil),
            "note": of.note,
            "parts": [p.digest.hex for p in of.parts],
            "schedules": [str(s) for s in of.schedules],
        }
    )


def as_certified(of: ScheduleSet) -> bool:
    """Whether a certified set still is what was frozen, and its reports are."""
    return (
        of.snapshot == set_snapshot(of)
        and len(of.parts) == len(of.reports)
        and all(_says(part, body_of_report(report)) for part, report in zip(of.parts, of.reports, strict=True))
    )


def schedule_as_certified(schedule: Schedule) -> bool:
    """Whether a schedule still is what was frozen."""
    return schedule.snapshot is not None and _says(schedule.snapshot, body_of(schedule))


def _says(snapshot: Snapshot, body: Mapping[str, Any]) -> bool:
    if not snapshot.intact:
        return False
    says = json.loads(snapshot.data)
    return all(says.get(name) == value for name, value in body.items())
