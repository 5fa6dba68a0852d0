"""A set while it is put together: which forms it is to have, and what people wrote on them. Everything else of it is derived."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from dems.errors import NotFound
from dems.model.disclosure.acting import Acting, signature_from, signature_record
from dems.model.disclosure.drafting import draft
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.reports import OfficerReport, ReportRow, ScheduleSet
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.snapshots import body_of
from dems.model.ids import PersonId, ReportId, ScheduleId, ScheduleSetId


@dataclass(frozen=True, slots=True)
class Preparation:
    """What somebody chose and wrote for the next set. `mg6d` is the id of the MG6D, or of the statement that there is none: which of
    them it is follows from what was decided until `nil` is signed. `signed` are reports whose officer signed already, and
    `signed_for` is the digest of what the schedules said then.
    """

    id: ScheduleSetId
    mg6c: ScheduleId | None = None
    mg6d: ScheduleId | None = None
    nil: Acting | None = None
    reports: tuple[OfficerReport, ...] = ()
    signed: frozenset[ReportId] = frozenset()
    signed_for: str = ""
    note: str = ""
    copies: frozenset[Subject] = frozenset()
    corroborating: frozenset[PersonId] = frozenset()

    @property
    def parts(self) -> tuple[UUID, ...]:
        """The ids of everything in it."""
        return (*(s for s in (self.mg6c, self.mg6d) if s is not None), *(r.id for r in self.reports))

    def report(self, wanted: UUID) -> OfficerReport:
        """Raises `NotFound`."""
        found = next((r for r in self.reports if r.id == wanted), None)
        if found is None:
            raise NotFound("schedule")
        return found

    def with_report(self, report: OfficerReport, *, signed: bool = False) -> "Preparation":
        """With a report in place of the one that has its id, signed or not."""
        in_order = {r.id: r for r in self.reports} | {report.id: report}
        marks = self.signed | {report.id} if signed else self.signed - {report.id}
        return replace(self, reports=tuple(in_order.values()), signed=marks)

    def unsigned(self) -> "Preparation":
        """The same with no signature: what was signed was about something else."""
        return replace(self, nil=None, signed=frozenset(), signed_for="")


def prepared(file: ProceedingFile, made: Preparation) -> ProceedingFile:
    """The file with the set as it would be certified now. Where no schedule of it is drafted yet there is no set to speak of.

    What of it was certified by itself already is in the file.
    """
    c = None if made.mg6c is None else _part(file, Series.MG6C, made.mg6c)
    d = None if made.mg6d is None or made.nil is not None else _part(file, Series.MG6D, made.mg6d)
    if d is not None and says_nothing(d):
        d = None
    schedules = tuple(s for s in (c, d) if s is not None)
    if not schedules:
        return file
    covers = frozenset(s.id for s in schedules)
    of = ScheduleSet(
        made.id,
        None if c is None else c.id,
        None if d is None else d.id,
        tuple(replace(r, covers=covers) for r in made.reports),
        made.nil,
        made.note,
        made.copies,
        made.corroborating,
    )
    known = {s.id for s in file.schedules}
    drafts = tuple(s for s in schedules if s.id not in known)
    return replace(file, schedules=(*file.schedules, *drafts), sets=(*file.sets, of))


def said_by_schedules(file: ProceedingFile, made: Preparation) -> str:
    """The digest of all that the schedules of the set say, in a file as `prepared` makes it, but for who signed and for where in its
    custody chain an item is: looking at it moves that.
    """
    says = []
    for schedule in (s for s in file.schedules if s.id in made.parts):
        rows = tuple(replace(row, binding=replace(row.binding, custody_position=None)) for row in schedule.rows)
        says.append(body_of(replace(schedule, rows=rows, signed=None)))
    return frozen({"schedules": says}).digest.hex


def as_still_signed(file: ProceedingFile, made: Preparation) -> Preparation:
    """The set, in a file as `prepared` makes it, without the signatures of reports that were given for something else than its
    schedules say now: nobody certifies what they were not shown.
    """
    if not made.signed or made.signed_for == said_by_schedules(file, made):
        return made
    return replace(made, signed=frozenset(), signed_for="")


def _part(file: ProceedingFile, series: Series, schedule: ScheduleId) -> Schedule:
    frozen_one = next((s for s in file.schedules if s.id == schedule), None)
    return draft(file, series, schedule) if frozen_one is None else frozen_one


def says_nothing(schedule: Schedule) -> bool:
    """Whether a draft lists nothing and says nothing of what earlier ones list."""
    return schedule.state is ScheduleState.DRAFT and not schedule.rows and not schedule.annotations


def is_nil(file: ProceedingFile, made: Preparation) -> bool:
    """Whether what the set says of sensitive material is that there is none, in a file as `prepared` makes it."""
    return made.mg6d is not None and all(s.id != made.mg6d for s in file.schedules)


def form_of(file: ProceedingFile, made: Preparation, part: UUID) -> Form:
    """Which form a part of the set is, in a file as `prepared` makes it. Raises `NotFound`."""
    if part == made.mg6c:
        return Form.MG6C
    if part == made.mg6d:
        return Form.MG6D_NIL if is_nil(file, made) else Form.MG6D
    made.report(part)
    return Form.MG6E


def preparation_record(made: Preparation) -> dict[str, Any]:
    """As JSON has it: how it is kept."""
    return {
        "copies": [{"kind": s.kind.value, "id": str(s.id)} for s in sorted(made.copies)],
        "corroborating": sorted(str(p) for p in made.corroborating),
        "id": str(made.id),
        "mg6c": None if made.mg6c is None else str(made.mg6c),
        "mg6d": None if made.mg6d is None else str(made.mg6d),
        "nil": None if made.nil is None else signature_record(made.nil),
        "note": made.note,
        "reports": [
            {
                "by": signature_record(r.by),
                "certificate": r.certificate,
                "id": str(r.id),
                "rows": [{"copy": w.copy, "number": w.number, "reason": w.reason, "series": w.series} for w in r.rows],
                "signed": r.id in made.signed,
            }
            for r in made.reports
        ],
        "signed_for": made.signed_for,
    }


def preparation_from(record: Mapping[str, Any]) -> Preparation:
    """What `preparation_record` wrote."""
    reports = record["reports"]
    return Preparation(
        id=ScheduleSetId(UUID(record["id"])),
        mg6c=None if record["mg6c"] is None else ScheduleId(UUID(record["mg6c"])),
        mg6d=None if record["mg6d"] is None else ScheduleId(UUID(record["mg6d"])),
        nil=None if record["nil"] is None else signature_from(record["nil"]),
        reports=tuple(
            OfficerReport(
                ReportId(UUID(r["id"])),
                signature_from(r["by"]),
                r["certificate"],
                frozenset(),
                tuple(ReportRow(Series(w["series"]), w["number"], w["reason"], w["copy"]) for w in r["rows"]),
            )
            for r in reports
        ),
        signed=frozenset(ReportId(UUID(r["id"])) for r in reports if r["signed"]),
        signed_for=record.get("signed_for", ""),
        note=record["note"],
        copies=frozenset(Subject(SubjectKind(s["kind"]), UUID(s["id"])) for s in record["copies"]),
        corroborating=frozenset(PersonId(UUID(p)) for p in record["corroborating"]),
    )
