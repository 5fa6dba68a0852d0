"""What may be done with a proceeding's disclosure: each makes the file anew, or refuses with every rule that it would break."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from dems.errors import AlreadyExists, DisclosureRulesBroken, Invalid, WrongState
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, Acting, holds
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.checks_of_sets import LAWYER_ALONE, is_lawyer
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.drafting import basis_of, place_of
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.parties import Happening
from dems.model.disclosure.reports import Endorsement, Returned, ScheduleSet, ServiceReport
from dems.model.disclosure.rules import BY_ID, DECIDING, as_data, blocking, check
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.snapshots import report_snapshot, set_snapshot, snapshot_of
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date

_S = ScheduleState
_REPORTERS = DISCLOSURE_OFFICERS | {CaseRole.REVIEWING_LAWYER}
"""Who says that a set came back, or that a schedule was served. Which they are is a choice of DEMS."""

OF_THE_SET = frozenset({"R14", "R15", "R16", "R22", "R28"})
"""Rules about what goes to the prosecutor with a schedule: looked at once the set is certified."""


def refuse(found: tuple[Broken, ...], done: str) -> None:
    """Raise `DisclosureRulesBroken` with all of it, if there is any."""
    if found:
        count = len(found)
        raise DisclosureRulesBroken(
            f"{count} {'rule is' if count == 1 else 'rules are'} broken, so nothing was {done}. Mend what `problems` names: "
            f"the first is {found[0].rule}: {found[0].message}",
            source=BY_ID[found[0].rule].source.text,
            problems=[as_data(b) for b in found],
        )


def decide(file: ProceedingFile, decisions: Iterable[Decision[Content]], now: datetime) -> ProceedingFile:
    """Record decisions together, at an instant. Raises what `Record.appended` raises, `Invalid` for one that is still to come, or
    `DisclosureRulesBroken` for those that break a rule by themselves; then none is recorded.
    """
    new = tuple(decisions)
    if any(d.by.at > now for d in new):
        raise Invalid("A decision is recorded once it is made: its time is still to come.")
    # Whoever may not decide learns nothing of what stands: first who may (R03), then the other rules, then the record.
    # Each of these rules is about one subject at a time, so that the rest of the file is not gone through for it.
    subjects, ids = {d.subject for d in new}, {str(d.id) for d in new}
    about = tuple(d for d in file.record.decisions if d.subject in subjects)
    proposed = replace(file, record=replace(file.record, decisions=(*about, *new)), schedules=(), sets=())
    for rules in (("R03",), DECIDING):
        found = (b for b in check(proposed, rules) if b.where.kind is PlaceKind.DECISION and b.where.key in ids)
        refuse(tuple(found), "decided")
    return replace(file, record=file.record.appended(new))


def happened(file: ProceedingFile, happening: Happening) -> ProceedingFile:
    """Record something in the proceeding. Raises `Invalid` where it is still to come or of nobody in the proceeding,
    `DisclosureRulesBroken` where review ends early.
    """
    if happening.on > file.on:
        raise Invalid("Record it once it has happened: its date is still to come.", field="on")
    if happening.party is not None and happening.party not in {p.party for p in file.opened.parties}:
        raise Invalid("This is nobody's in this proceeding: name one of its parties, or none.", field="party")
    return _with_happenings(file, (*file.happenings, happening))


def did_not_happen(file: ProceedingFile, happening: Happening) -> ProceedingFile:
    """Take something back. Raises `DisclosureRulesBroken` where review has ended and would not have without it."""
    left = list(file.happenings)
    left.remove(happening)
    return _with_happenings(file, tuple(left))


def _with_happenings(file: ProceedingFile, happenings: tuple[Happening, ...]) -> ProceedingFile:
    after = replace(file, happenings=happenings)
    refuse(check(after, ("R27",)), "recorded")
    return after


def drafted(file: ProceedingFile, schedules: Iterable[Schedule], of: ScheduleSet) -> ProceedingFile:
    """The file with a set and its drafts, in place of drafts that were there. Raises `AlreadyExists` for ids that something has
    that is no draft, and `Invalid` for a set of other schedules.
    """
    new = tuple(schedules)
    kept = tuple(s for s in file.schedules if s.state is not _S.DRAFT)
    sets = tuple(s for s in file.sets if file.state_of(s) is not _S.DRAFT)
    if {s.id for s in kept} & {s.id for s in new} or of.id in {s.id for s in sets}:
        raise AlreadyExists("There is a schedule or a set with this id already: give each draft its own.")
    if {s.id for s in new} != set(of.schedules):
        raise Invalid("A set holds the schedules that are drafted with it, each once.")
    return replace(file, schedules=(*kept, *new), sets=(*sets, of))


def certify_one(file: ProceedingFile, wanted: ScheduleId, by: Acting) -> ProceedingFile:
    """Sign one schedule of a set that is not whole yet, and freeze it: its numbers are given for good.

    Raises `WrongState` unless it is a draft, `DisclosureRulesBroken` for whoever may not certify, of whom nothing else is then asked,
    and while any rule that blocks is broken in this schedule.
    """
    drafted_one = file.schedule(wanted)
    if drafted_one.state is not _S.DRAFT:
        raise WrongState(
            f"{drafted_one.name} is {drafted_one.state.value}: only a draft is certified.",
            state=drafted_one.state.value,
        )
    signed = replace(drafted_one, signed=by)
    proposed = _with_schedules(file, {wanted: signed})
    here = Where(PlaceKind.SCHEDULE, signed.name)
    refuse(tuple(b for b in check(proposed, ("R17",)) if b.where == here), "certified")
    found = blocking(check(proposed, (rule for rule in BY_ID if rule not in OF_THE_SET)))
    refuse(tuple(b for b in found if _concerns(proposed, signed, b)), "certified")
    frozen = signed.certified(snapshot_of(file.opened, signed))
    return _continued(_with_schedules(proposed, {wanted: frozen}), (frozen,))


def _concerns(file: ProceedingFile, schedule: Schedule, broken: Broken) -> bool:
    """Whether what is broken stands in the way of this schedule, and not only of another that goes with it."""
    where = broken.where
    if where.kind in {PlaceKind.ROW, PlaceKind.SCHEDULE}:
        return where.key.split(" ")[0] == schedule.series.value
    if where.kind in {PlaceKind.SET, PlaceKind.REPORT}:
        return False
    if where.kind in {PlaceKind.ITEM, PlaceKind.BLOCK}:
        place = place_of(file, Subject(SubjectKind(where.kind.value), UUID(where.key)))
        return not isinstance(place, Series) or place is schedule.series
    return True


def certify(file: ProceedingFile, wanted: ScheduleSetId) -> ProceedingFile:
    """Freeze a set and what of it is not frozen yet; a schedule that nobody signed apart is signed with the report that covers it.

    Raises `WrongState` unless it is a draft, `DisclosureRulesBroken` while any rule that blocks is broken, with all of them.
    """
    of = file.set_of(wanted)
    if file.state_of(of) is not _S.DRAFT:
        raise WrongState("Only a draft is certified: draft the set anew.", state=file.state_of(of).value)
    refuse(blocking(check(file)), "certified")
    changed = {s: _certified(file, of, file.schedule(s)) for s in of.schedules}
    frozen = {s: schedule.snapshot for s, schedule in changed.items() if schedule.snapshot is not None}
    parts = []
    for report in of.reports:
        code = file.forms.certificate(report.certificate, london_date(report.by.at))
        assert code is not None, "rule R17 has refused a certificate of no list"
        parts.append(report_snapshot(report, code, frozen))
    whole = replace(of, basis=basis_of(file), parts=tuple(parts))
    done = _with(file, changed, replace(whole, snapshot=set_snapshot(whole)))
    return _continued(done, tuple(changed.values()))


def _certified(file: ProceedingFile, of: ScheduleSet, schedule: Schedule) -> Schedule:
    if schedule.state is not _S.DRAFT:
        return schedule
    signed = replace(schedule, signed=next(r.by for r in of.reports if schedule.id in r.covers))
    return signed.certified(snapshot_of(file.opened, signed))


def _continued(file: ProceedingFile, by: tuple[Schedule, ...]) -> ProceedingFile:
    """The earlier schedules of the same series, which these go on from."""
    changed = {
        s.id: s.into(_S.CONTINUED)
        for s in file.schedules
        if s.state is _S.ENDORSED and any(s.series is later.series and s.ordinal < later.ordinal for later in by)
    }
    return _with_schedules(file, changed)


def _with_schedules(file: ProceedingFile, changed: Mapping[ScheduleId, Schedule]) -> ProceedingFile:
    return replace(file, schedules=tuple(changed.get(s.id, s) for s in file.schedules))


def _with(file: ProceedingFile, changed: Mapping[ScheduleId, Schedule], of: ScheduleSet) -> ProceedingFile:
    return replace(_with_schedules(file, changed), sets=tuple(of if s.id == of.id else s for s in file.sets))


def _moved(file: ProceedingFile, of: ScheduleSet, state: ScheduleState) -> ProceedingFile:
    return _with(file, {s: file.schedule(s).into(state) for s in of.schedules}, of)


def voided(file: ProceedingFile, wanted: ScheduleSetId) -> ProceedingFile:
    """Give up a certificate that no longer holds; its numbers stay taken. Raises `WrongState` unless the set is certified.

    Of a set that is not whole yet, what was certified of it is void, and the rest is a draft no more.
    """
    of = file.set_of(wanted)
    if of.snapshot is not None:
        return _moved(file, of, _S.VOID)
    certified_ones = [s for s in map(file.schedule, of.schedules) if s.state is _S.CERTIFIED]
    if not certified_ones:
        raise WrongState("Nothing of this set is certified: draft it anew, there is no certificate to give up.")
    after = _with_schedules(file, {s.id: s.into(_S.VOID) for s in certified_ones})
    return replace(
        after,
        schedules=tuple(s for s in after.schedules if s.id not in of.schedules or s.state is _S.VOID),
        sets=tuple(s for s in after.sets if s.id != wanted),
    )


def submit(file: ProceedingFile, wanted: ScheduleSetId, at: datetime) -> ProceedingFile:
    """Send a certified set. Raises `WrongState` for any other, `DisclosureRulesBroken` where a rule that blocks is broken: where that is
    R19, the certificate is to be voided.
    """
    of = file.set_of(wanted)
    sent = _moved(file, replace(of, submitted_at=at), _S.SUBMITTED)
    refuse(blocking(check(file)), "submitted")
    return sent


def returned(file: ProceedingFile, back: Returned) -> ProceedingFile:
    """The prosecutor sent a set back: what of it is not endorsed yet. Raises `DisclosureRulesBroken` for whoever does not
    speak for them, or is not cleared for what a set may hold (R03); `WrongState` unless it is with them.
    """
    by = back.recorded
    _require_reporter(file, by)
    if not holds(file.grants, file.opened.case_id, by.person, Clearance.SENSITIVE, by.at):
        # Whatever the set holds, so that the refusal says nothing of it.
        message = "A set comes back whole: have it recorded by somebody who holds the clearance for sensitive material."
        refuse((Broken("R03", Where.of(PlaceKind.PERSON, by.person), message),), "recorded")
    of = file.set_of(back.set)
    waiting = [s for s in map(file.schedule, of.schedules) if s.state is not _S.ENDORSED] or [
        file.schedule(of.schedules[0])
    ]
    after = _with(file, {s.id: s.into(_S.RETURNED) for s in waiting}, of)
    return replace(after, returns=(*after.returns, back))


def endorse(file: ProceedingFile, wanted: ScheduleSetId, given: Iterable[Endorsement]) -> ProceedingFile:
    """The lawyer endorsed every row of a set that counts. Raises `Invalid` naming rows that were left out or were endorsed twice,
    `DisclosureRulesBroken` for endorsements that break a rule, `WrongState` for a set that is not with the prosecutor.
    """
    new, of = tuple(given), file.set_of(wanted)
    rows = {row.place for s in of.schedules for row in file.schedule(s).rows if row.live}
    without = sorted(rows - {e.place for e in new})
    if without:
        raise Invalid(f"Endorse every row; these are left out: {', '.join(without)}.")
    if len({e.place for e in new}) != len(new) or any(e.schedule not in of.schedules for e in new):
        raise Invalid("Endorse each row of this set once, and none of another.")
    after = replace(_moved(file, of, _S.ENDORSED), endorsements=(*file.endorsements, *new))
    refuse(check(after, ("R20",)), "endorsed")
    return after


def endorse_rows(file: ProceedingFile, wanted: ScheduleId, given: Iterable[Endorsement]) -> ProceedingFile:
    """The lawyer endorsed some rows of one schedule, which is endorsed once all that count are. Raises `Invalid` for a row that is
    endorsed twice or is of another schedule, `DisclosureRulesBroken` for endorsements that break a rule, `WrongState` for a schedule
    that is not with the prosecutor.
    """
    new, schedule = tuple(given), file.schedule(wanted)
    done = schedule.into(_S.ENDORSED)
    before = {e.number for e in file.endorsements if e.schedule == wanted}
    numbers = [e.number for e in new]
    if len(set(numbers)) != len(numbers) or any(e.schedule != wanted for e in new):
        raise Invalid("Endorse each row of this schedule once, and none of another.")
    if twice := sorted(before & set(numbers)):
        raise Invalid(f"Endorse each row once; these are endorsed already: {', '.join(map(str, twice))}.")
    after = replace(file, endorsements=(*file.endorsements, *new))
    places = {e.place for e in new}
    refuse(tuple(b for b in check(after, ("R20",)) if b.where.key in places), "endorsed")
    whole = {row.number for row in schedule.rows if row.live} <= before | set(numbers)
    return _with_schedules(after, {wanted: done}) if whole else after


def require_lawyer(file: ProceedingFile, by: Acting) -> None:
    """Refuse whoever may not endorse before anything of theirs is looked at (R20)."""
    if not is_lawyer(file, by):
        refuse((Broken("R20", Where.of(PlaceKind.PERSON, by.person), LAWYER_ALONE),), "endorsed")


def served(file: ProceedingFile, report: ServiceReport) -> ProceedingFile:
    """The prosecutor reported that a schedule was served. Raises `Invalid` for a date that is still to come,
    `DisclosureRulesBroken` for whoever does not speak for them (R03) and for what is not to be served.
    """
    _require_reporter(file, report.recorded)
    if report.served_on > london_date(report.recorded.at):
        raise Invalid("Record that it was served once it was: this date is still to come.", field="served_on")
    after = replace(file, services=(*file.services, report))
    refuse(check(after, ("R25",)), "recorded")
    return after


def _require_reporter(file: ProceedingFile, by: Acting) -> None:
    """Only the lawyer, and the disclosure officers whom the prosecutor tells, say what became of a submission."""
    if by.role not in _REPORTERS or not holds(file.grants, file.opened.case_id, by.person, by.role, by.at):
        message = "What became of a submission is recorded by the reviewing lawyer or a disclosure officer of the case."
        refuse((Broken("R03", Where.of(PlaceKind.PERSON, by.person), message),), "recorded")
