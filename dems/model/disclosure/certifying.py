"""Form by form: what certifying one form of a set does, and which forms a submission has to name (docs/adr/0016)."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from dems.errors import Invalid, NotPermitted, WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.checks_of_sets import cannot_sign, no_officer
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.preparing import Preparation, as_still_signed, form_of, is_nil, prepared, said_by_schedules
from dems.model.disclosure.putting_together import without_drafts
from dems.model.disclosure.recording import certify, certify_one, refuse
from dems.model.disclosure.reports import ScheduleSet
from dems.model.disclosure.rules import check
from dems.model.ids import ReportId, ScheduleId


def certify_part(
    file: ProceedingFile, made: Preparation, part: UUID, by: Acting
) -> tuple[ProceedingFile, Preparation | None]:
    """Sign one form of the set that is being put together, in a file as `prepared` makes it.

    A schedule is frozen by itself, the statement that there is none is signed; and a report signs for the whole set, which is frozen
    with everything that nobody signed before once each of its reports is signed: then there is no preparation any more.

    Raises `NotFound` for no part of it, `WrongState` for what is signed already, `NotPermitted` for the report of somebody else, and
    `DisclosureRulesBroken` for whoever may not certify, of whom nothing else is then asked, and while a rule that blocks is broken.
    """
    form = form_of(file, made, part)
    if form is Form.MG6D_NIL:
        return _sign_nil(file, made, by)
    if form is Form.MG6E:
        return _sign_report(file, made, ReportId(part), by)
    return certify_one(file, ScheduleId(part), by), made


def require_signatory(file: ProceedingFile, by: Acting, where: Where, done: str = "certified") -> None:
    """Refuse whoever may not certify, of whom nothing else is then asked. Raises `DisclosureRulesBroken` with R17 alone."""
    refuse(tuple(Broken("R17", where, message) for message in cannot_sign(file, by)), done)


def require_officer(file: ProceedingFile, by: Acting, where: Where, done: str) -> None:
    """Refuse whoever is no disclosure officer of the case now. Raises `DisclosureRulesBroken` with R17."""
    refuse(tuple(Broken("R17", where, message) for message in no_officer(file, by)), done)


def _sign_nil(file: ProceedingFile, made: Preparation, by: Acting) -> tuple[ProceedingFile, Preparation]:
    require_signatory(file, by, Where.of(PlaceKind.SET, made.id))
    if made.nil is not None:
        raise WrongState("It is signed already that there is no sensitive material.", state="certified")
    unlisted = (b for b in check(file, ("R02",)) if b.where.kind is PlaceKind.ITEM)
    refuse(tuple(b for b in unlisted if file.sensitive(Subject(SubjectKind.ITEM, UUID(b.where.key)))), "certified")
    signed = replace(made, nil=by)
    return prepared(without_drafts(file), signed), signed


def _sign_report(
    file: ProceedingFile, made: Preparation, report: ReportId, by: Acting
) -> tuple[ProceedingFile, Preparation | None]:
    here = Where.of(PlaceKind.REPORT, report)
    require_signatory(file, by, here)
    drafted, still = made.report(report), as_still_signed(file, made)
    if report in still.signed:
        raise WrongState("This report is signed already: the set is whole once every other one is.", state="certified")
    if drafted.by.person != by.person:
        raise NotPermitted(f"This is the report of {drafted.by.name}: each disclosure officer signs their own.")
    signed = still.with_report(replace(drafted, by=by), signed=True)
    if is_nil(file, made) and made.nil is None:
        signed = replace(signed, nil=by)
    after = prepared(without_drafts(file), signed)
    if all(s.id != made.id for s in after.sets):
        raise WrongState("Draft the schedules that this report is given for first.", state="draft")
    signed = replace(signed, signed_for=said_by_schedules(after, signed))
    if all(r.id in signed.signed for r in signed.reports):
        return certify(after, made.id), None
    refuse(tuple(b for b in check(after, ("R16", "R17")) if b.where == here), "certified")
    return after, signed


def require_whole(file: ProceedingFile, of: ScheduleSet, nil: ScheduleId | None, named: Collection[UUID]) -> None:
    """Refuse a submission that does not name every form of a set; `nil` is the id of the statement that there is no MG6D.

    Raises `DisclosureRulesBroken` where what is named could never be submitted (R14, R15), else `Invalid` for what is left out or is
    none of this set.
    """
    whole = {*of.schedules, *(r.id for r in of.reports), *(() if nil is None else (nil,))}
    if strangers := sorted(str(n) for n in set(named) - whole):
        raise Invalid(
            f"A set is submitted by itself, and this is none of it: {', '.join(strangers)}.", field="schedules"
        )
    proposed = replace(
        of,
        mg6c=of.mg6c if of.mg6c in named else None,
        mg6d=of.mg6d if of.mg6d in named else None,
        nil=of.nil if nil in named else None,
        reports=tuple(r for r in of.reports if r.id in named),
    )
    asked = replace(file, sets=tuple(proposed if s.id == of.id else s for s in file.sets))
    refuse(tuple(b for b in check(asked, ("R14", "R15")) if b.where.key == str(of.id)), "submitted")
    if left := sorted(str(n) for n in whole - set(named)):
        raise Invalid(f"A set goes to the prosecutor whole: name these too: {', '.join(left)}.", field="schedules")
