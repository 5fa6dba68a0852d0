"""What people do to a set while it is put together: ask for a form, write on a report, give up what was signed of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from dems.errors import AlreadyExists, Invalid, NotPermitted, WrongState
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, Acting
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.preparing import Preparation
from dems.model.disclosure.recording import voided
from dems.model.disclosure.reports import OfficerReport, ReportRow
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import BlockId, EvidenceId, PersonId, ReportId, ScheduleId, ScheduleSetId

MOST_REPORT_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody writes on a report, and on the set that it is given for; None leaves a thing as it is."""

    certificate: str | None = None
    rows: tuple[ReportRow, ...] | None = None
    note: str | None = None
    copies: frozenset[Subject] | None = None
    corroborating: frozenset[PersonId] | None = None

    @property
    def of_the_set(self) -> bool:
        """Whether it changes what every report of the set is given for."""
        return (self.note, self.copies, self.corroborating) != (None, None, None)


def asked_for(made: Preparation | None, form: Form, part: UUID, by: Acting, fresh: Callable[[], UUID]) -> Preparation:
    """The set with one more form, which gets the id `part`. A streamlined certificate is written from a report on a whole set: that
    is the form asked for, and the schedules that are missing are added.

    Raises `AlreadyExists` where the set has that form; of an MG6E, where it has one of this officer.
    """
    before = made or Preparation(ScheduleSetId(fresh()))
    there = _there(before, form, by)
    if there is not None:
        whose = f"an {form.value}" if form in {Form.MG6C, Form.MG6D} else "a report of yours"
        raise AlreadyExists(
            f"The set that is being put together has {whose} already: read it, or give up what was signed of the set.",
            schedule=str(there),
        )
    if form is Form.MG6C:
        return replace(before, mg6c=ScheduleId(part))
    if form is Form.MG6D:
        return replace(before, mg6d=ScheduleId(part))
    whole = before.with_report(OfficerReport(ReportId(part), by, "", frozenset()))
    if form is Form.SDC:
        c, d = (ScheduleId(fresh()) if s is None else s for s in (whole.mg6c, whole.mg6d))
        whole = replace(whole, mg6c=c, mg6d=d)
    return whole


def _there(made: Preparation, form: Form, by: Acting) -> UUID | None:
    if form in {Form.MG6C, Form.MG6D}:
        return made.mg6c if form is Form.MG6C else made.mg6d
    return next((r.id for r in made.reports if r.by.person == by.person), None)


def written(file: ProceedingFile, made: Preparation, report: ReportId, by: Acting, says: Writing) -> Preparation:
    """The set with what `by` writes on their report. Whoever signed before what changes has to sign anew.

    Raises `NotFound`, `NotPermitted` for the report of somebody else, `Invalid` for copies of what is not of this case, for somebody
    who is no disclosure officer of it, and for a row that is named twice.
    """
    old = made.report(report)
    if old.by.person != by.person:
        raise NotPermitted(f"This is the report of {old.by.name}: each disclosure officer writes their own.")
    rows = old.rows if says.rows is None else says.rows
    places = [row.place for row in rows]
    if len(set(places)) < len(places):
        raise Invalid("A report names each row once: say all of it in one place.", field="rows")
    copies = made.copies if says.copies is None else says.copies
    if any(not _of_the_case(file, s) for s in copies):
        raise Invalid("Only something of this case can be copied: name its items or blocks.", field="copies")
    corroborating = made.corroborating if says.corroborating is None else says.corroborating
    officers = {g.person_id for g in file.grants if g.name in DISCLOSURE_OFFICERS}
    if not corroborating <= officers:
        raise Invalid("Only a disclosure officer of the case corroborates another.", field="corroborating")
    certificate = old.certificate if says.certificate is None else says.certificate
    after = made.with_report(replace(old, by=by, certificate=certificate, rows=rows))
    whole = replace(
        after, note=made.note if says.note is None else says.note, copies=copies, corroborating=corroborating
    )
    return replace(whole, signed=frozenset(), signed_for="") if says.of_the_set else whole


def _of_the_case(file: ProceedingFile, subject: Subject) -> bool:
    if subject.kind is SubjectKind.BLOCK:
        return BlockId(subject.id) in file.blocks
    return EvidenceId(subject.id) in file.material


def given_up(
    file: ProceedingFile, made: Preparation, fresh: Callable[[], UUID]
) -> tuple[ProceedingFile, Preparation | None]:
    """Give up all that was signed of a set that is not whole, in a file as `prepared` makes it; what was only written stays.

    What is left is another set: nothing of it goes with what was given up. Raises `WrongState` where nothing of it was signed.
    """
    frozen_ones = {s.id for s in file.schedules if s.state is ScheduleState.CERTIFIED and s.id in made.parts}
    if not frozen_ones and made.nil is None and not made.signed:
        raise WrongState("Nothing of this set is signed: there is no certificate to give up.", state="draft")
    after = voided(file, made.id) if frozen_ones else without_drafts(file)
    left = replace(
        made.unsigned(),
        id=ScheduleSetId(fresh()),
        mg6c=None if made.mg6c in frozen_ones else made.mg6c,
        mg6d=None if made.mg6d in frozen_ones or made.nil is not None else made.mg6d,
    )
    return after, left if left.parts else None


def without_drafts(file: ProceedingFile) -> ProceedingFile:
    """What was certified, without the set that is being put together."""
    kept = tuple(s for s in file.schedules if s.state is not ScheduleState.DRAFT)
    return replace(file, schedules=kept, sets=tuple(s for s in file.sets if s.snapshot is not None))
