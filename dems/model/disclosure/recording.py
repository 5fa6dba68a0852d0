"""What may be done with a proceeding's disclosure: each makes the file anew, or refuses with every rule that it would break."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dems.errors import AlreadyExists, DisclosureRulesBroken, Invalid, WrongState
from dems.model.disclosure.broken import Broken, PlaceKind
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.drafting import basis_of
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.parties import Happening
from dems.model.disclosure.reports import Endorsement, Returned, ScheduleSet, ServiceReport
from dems.model.disclosure.rules import BY_ID, DECIDING, as_data, blocking, check
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.snapshots import report_snapshot, set_snapshot, snapshot_of
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.times import london_date

_S = ScheduleState


def _refuse(found: tuple[Broken, ...], done: str) -> None:
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
        _refuse(tuple(found), "decided")
    return replace(file, record=file.record.appended(new))


def happened(file: ProceedingFile, happening: Happening) -> ProceedingFile:
    """Record something in the proceeding. Raises `Invalid` where it is still to come, `DisclosureRulesBroken` where review ends early."""
    if happening.on > file.on:
        raise Invalid("Record it once it has happened: its date is still to come.")
    after = replace(file, happenings=(*file.happenings, happening))
    _refuse(check(after, ("R27",)), "recorded")
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


def certify(file: ProceedingFile, wanted: ScheduleSetId) -> ProceedingFile:
    """Freeze a set and what it holds. Raises `WrongState` unless it is a draft, `DisclosureRulesBroken` while any rule that blocks is
    broken, with all of them.
    """
    of = file.set_of(wanted)
    if file.state_of(of) is not _S.DRAFT:
        raise WrongState("Only a draft is certified: draft the set anew.", state=file.state_of(of).value)
    _refuse(blocking(check(file)), "certified")
    frozen = {s: snapshot_of(file.opened, file.schedule(s)) for s in of.schedules}
    changed = {s: file.schedule(s).certified(snapshot) for s, snapshot in frozen.items()}
    parts = []
    for report in of.reports:
        code = file.forms.certificate(report.certificate, london_date(report.by.at))
        assert code is not None, "rule R17 has refused a certificate of no list"
        parts.append(report_snapshot(report, code, frozen))
    whole = replace(of, basis=basis_of(file), parts=tuple(parts))
    return _with(_continued(file, of), changed, replace(whole, snapshot=set_snapshot(whole)))


def _continued(file: ProceedingFile, of: ScheduleSet) -> ProceedingFile:
    """The earlier schedules of the same series, which this set goes on from."""
    goes_on = {(s.series, s.ordinal) for s in map(file.schedule, of.schedules)}
    changed = {
        s.id: s.into(_S.CONTINUED)
        for s in file.schedules
        if s.state is _S.ENDORSED and any(s.series is series and s.ordinal < n for series, n in goes_on)
    }
    return replace(file, schedules=tuple(changed.get(s.id, s) for s in file.schedules))


def _with(file: ProceedingFile, changed: Mapping[ScheduleId, Schedule], of: ScheduleSet) -> ProceedingFile:
    return replace(
        file,
        schedules=tuple(changed.get(s.id, s) for s in file.schedules),
        sets=tuple(of if s.id == of.id else s for s in file.sets),
    )


def _moved(file: ProceedingFile, of: ScheduleSet, state: ScheduleState) -> ProceedingFile:
    return _with(file, {s: file.schedule(s).into(state) for s in of.schedules}, of)


def voided(file: ProceedingFile, wanted: ScheduleSetId) -> ProceedingFile:
    """Give up a certificate that no longer holds; its numbers stay taken. Raises `WrongState` unless the set is certified."""
    return _moved(file, file.set_of(wanted), _S.VOID)


def submit(file: ProceedingFile, wanted: ScheduleSetId, at: datetime) -> ProceedingFile:
    """Send a certified set. Raises `WrongState` for any other, `DisclosureRulesBroken` where a rule that blocks is broken: where that is
    R19, the certificate is to be voided.
    """
    of = file.set_of(wanted)
    sent = _moved(file, replace(of, submitted_at=at), _S.SUBMITTED)
    _refuse(blocking(check(file)), "submitted")
    return sent


def returned(file: ProceedingFile, back: Returned) -> ProceedingFile:
    """The prosecutor sent a set back. Raises `WrongState` unless it is with them."""
    after = _moved(file, file.set_of(back.set), _S.RETURNED)
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
    _refuse(check(after, ("R20",)), "endorsed")
    return after


def served(file: ProceedingFile, report: ServiceReport) -> ProceedingFile:
    """The prosecutor reported that a schedule was served. Raises `DisclosureRulesBroken` for what is not to be served."""
    after = replace(file, services=(*file.services, report))
    _refuse(check(after, ("R25",)), "recorded")
    return after
