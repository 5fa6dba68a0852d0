"""Rules about what goes to the prosecutor and comes back: R10, R14 to R20, R22, R25, R26, R28, R29. One function each."""

import re
from collections.abc import Iterator
from datetime import date

from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, Acting, holds
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.contents import Presumed
from dems.model.disclosure.drafting import basis_of, changed_since
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import NOT_SERVED, Series
from dems.model.disclosure.moving import moves, told_of_move
from dems.model.disclosure.output import lines_of
from dems.model.disclosure.reports import OfficerReport, ScheduleSet
from dems.model.disclosure.schedules import ScheduleState
from dems.model.disclosure.snapshots import as_certified, schedule_as_certified
from dems.model.ids import ScheduleId
from dems.model.life.events import words
from dems.model.life.problems import day_words
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date

_S = ScheduleState


def _set(rule: str, of: ScheduleSet, message: str) -> Broken:
    return Broken(rule, Where.of(PlaceKind.SET, of.id), message)


def _report(rule: str, report: OfficerReport, message: str) -> Broken:
    return Broken(rule, Where.of(PlaceKind.REPORT, report.id), message)


def r10(file: ProceedingFile) -> Iterator[Broken]:
    for schedule in file.schedules:
        if schedule.series is not Series.MG6C or not schedule.open:
            continue
        template = next((t for t in file.forms.templates if t.reference == schedule.template), None)
        if template is None:
            message = f"There is no form {schedule.template!r}: draft the schedule anew."
            yield Broken("R10", Where(PlaceKind.SCHEDULE, schedule.name), message)
            continue
        for column in template.columns:
            if column.field in NOT_SERVED:
                message = (
                    f"The form shows {words(column.field)} to the defence: take the column {column.heading!r} off it."
                )
                yield Broken("R10", Where(PlaceKind.SCHEDULE, schedule.name), message)
        for line in lines_of(schedule, template, {}):
            for pattern, betrays in file.forms.marks.items():
                if any(re.search(pattern, text, re.IGNORECASE) for text in line.cells.values()):
                    yield Broken("R10", Where.row(line.place), f"This tells the defence {betrays}: put it otherwise.")


def r14(file: ProceedingFile) -> Iterator[Broken]:
    for each in file.open_sets:
        if each.mg6c is not None:
            if not each.reports:
                yield _set("R14", each, "An MG6C goes with an MG6E: add the disclosure officer's report.")
            if each.mg6d is None and each.nil is None:
                yield _set(
                    "R14", each, "An MG6C goes with an MG6D, or with the signed statement that there is none: add it."
                )


def r15(file: ProceedingFile) -> Iterator[Broken]:
    earlier = {r.id for s in file.sets if s not in file.open_sets for r in s.reports}
    for each in file.open_sets:
        for report in each.reports:
            if report.id in earlier:
                yield _report(
                    "R15", report, "This report went with an earlier submission: every one has a report of its own."
                )
            if not report.covers <= set(each.schedules):
                yield _report(
                    "R15", report, "This report covers a schedule of another set: certify the schedules of its own."
                )
        covered = {s for r in each.reports for s in r.covers}
        for schedule in each.schedules:
            if schedule not in covered:
                yield _set("R15", each, f"No report covers {file.schedule(schedule).name}: certify it in one.")


def r16(file: ProceedingFile) -> Iterator[Broken]:
    places = {row.place for series in Series for rows in file.live[series].values() for row in rows}
    for each in file.open_sets:
        for report in each.reports:
            for row in report.rows:
                if row.place not in places:
                    yield _report("R16", report, f"There is no row {row.place}: name one of a schedule.")
                if not row.reason.strip():
                    yield _report("R16", report, f"Say why {row.place} might undermine the case or assist the accused.")
                if not row.copy.strip():
                    yield _report("R16", report, f"Supply a copy of {row.place}, and say which.")


def r17(file: ProceedingFile) -> Iterator[Broken]:
    for each in file.open_sets:
        if each.nil is not None:
            yield from (_set("R17", each, message) for message in cannot_sign(file, each.nil))
        for schedule in map(file.schedule, each.schedules):
            if schedule.signed is not None:
                here = Where(PlaceKind.SCHEDULE, schedule.name)
                yield from (Broken("R17", here, message) for message in cannot_sign(file, schedule.signed))
        for report in each.reports:
            yield from (_report("R17", report, message) for message in cannot_sign(file, report.by))
            on = london_date(report.by.at)
            code = file.forms.certificate(report.certificate, on)
            if code is None:
                message = f"There was no certificate {report.certificate!r} on {day_words(on)}: choose one of the list."
                yield _report("R17", report, message)
            elif code.lists is not None and code.lists != bool(report.rows):
                message = f"Certificate {code.code!r} {'lists items' if code.lists else 'lists nothing'}: choose the one that fits."
                yield _report("R17", report, message)


def cannot_sign(file: ProceedingFile, by: Acting) -> Iterator[str]:
    """Why somebody cannot certify. Both clearances are asked for whatever there is, so that asking for them tells nothing."""
    yield from no_officer(file, by)
    on = day_words(london_date(by.at))
    if not all(holds(file.grants, file.opened.case_id, by.person, c, by.at) for c in Clearance):
        yield f"{by.name} did not hold both clearances on {on}: whoever certifies can see everything that could be listed."


def no_officer(file: ProceedingFile, by: Acting) -> Iterator[str]:
    """Why somebody is no disclosure officer of the case at that instant."""
    if by.role not in DISCLOSURE_OFFICERS:
        yield f"The role {words(by.role)} does not certify: have a disclosure officer or a deputy sign."
    elif not holds(file.grants, file.opened.case_id, by.person, by.role, by.at):
        on = day_words(london_date(by.at))
        yield f"{by.name} was no {words(by.role)} of this case on {on}: have somebody sign who is."


def r18(file: ProceedingFile) -> Iterator[Broken]:
    known = {(s.series, s.ordinal, s.version) for s in file.schedules}
    for schedule in file.schedules:
        where = Where(PlaceKind.SCHEDULE, schedule.name)
        if schedule.version and (schedule.series, schedule.ordinal, schedule.version - 1) not in known:
            yield Broken("R18", where, "The version before this one is gone: restore it, what was certified is kept.")
        if schedule.state is not _S.DRAFT and not schedule_as_certified(schedule):
            yield Broken(
                "R18", where, "This is not what was certified: restore it, and put changes into a new version."
            )
    for each in file.sets:
        if file.state_of(each) is not _S.DRAFT and not as_certified(each):
            yield _set("R18", each, "This is not what was certified: restore it, and certify changes as another set.")


def r19(file: ProceedingFile) -> Iterator[Broken]:
    now = {line.subject: line.sha256 for line in basis_of(file)}
    for each in file.open_sets:
        if each.basis is None:
            yield from _since_it_was_signed(file, each)
            continue
        then = {line.subject: line.sha256 for line in each.basis}
        for subject in sorted(now.keys() | then.keys()):
            if now.get(subject) != then.get(subject):
                how = "was added" if subject not in then else "is no longer listed" if subject not in now else "changed"
                message = f"This {how} after the certificate was signed, which is void: draft and certify again."
                yield Broken("R19", Where.subject(subject), message)


def _since_it_was_signed(file: ProceedingFile, of: ScheduleSet) -> Iterator[Broken]:
    """What a schedule that was certified before its set says otherwise than it would be drafted now."""
    for schedule in map(file.schedule, of.schedules):
        if schedule.state is _S.CERTIFIED:
            for subject in changed_since(file, schedule):
                message = f"This changed after {schedule.name} was signed, which is void: draft and certify it again."
                yield Broken("R19", Where.subject(subject), message)


def r20(file: ProceedingFile) -> Iterator[Broken]:
    subjects = {(s.id, row.series, row.number): row.subject for s in file.schedules for row in s.rows if row.live}
    for given in file.endorsements:
        where = Where(PlaceKind.ENDORSEMENT, given.place)
        if not is_lawyer(file, given.by):
            # Whoever may not endorse is told that alone: not which rows there are, nor what is presumed of them.
            yield Broken("R20", where, LAWYER_ALONE)
            continue
        subject, on = subjects.get((given.schedule, given.series, given.number)), london_date(given.by.at)
        code = file.forms.endorsement(given.series, given.code, on)
        if subject is None:
            yield Broken("R20", where, "There is no such row on this schedule: endorse one that there is.")
        if given.inspected is not None and given.inspected.at > given.by.at:
            yield Broken("R20", where, "A thing is inspected before its row is endorsed: this time is still to come.")
        if code is None:
            yield Broken(
                "R20",
                where,
                f"The code {given.code!r} meant nothing on {day_words(on)}: use one of the list of that day.",
            )
            continue
        if code.inspected and given.inspected is None:
            yield Broken("R20", where, f"{code.code} needs an inspection: say who looked at the thing, and when.")
        presumed = None if subject is None else file.record.says(subject, Presumed)
        if code.refuses and presumed is not None and presumed.category is not None and not given.reason.strip():
            message = f"This is presumed to meet the test ({presumed.category}): say why it is not disclosed."
            yield Broken("R20", where, message)


LAWYER_ALONE = "Only the reviewing lawyer of this case endorses, in that role on that day."


def is_lawyer(file: ProceedingFile, by: Acting) -> bool:
    """Whether somebody acts as the reviewing lawyer, and was that on that day."""
    role = CaseRole.REVIEWING_LAWYER
    return by.role is role and holds(file.grants, file.opened.case_id, by.person, role, by.at)


def r22(file: ProceedingFile) -> Iterator[Broken]:
    copied = {subject for s in file.sets if s.submitted_at is not None for subject in s.copies}
    for each in file.open_sets:
        for row in (row for s in each.schedules for row in file.schedule(s).rows if row.live):
            presumed = file.record.says(row.subject, Presumed)
            if presumed is None or presumed.category is None or row.subject in copied | each.copies:
                continue
            message = f"This is presumed to meet the test ({presumed.category}): copy it to the prosecutor with this submission."
            yield Broken("R22", Where.row(row.place), message)


def r25(file: ProceedingFile) -> Iterator[Broken]:
    for served in file.services:
        schedule, where = file.schedule(served.schedule), Where.of(PlaceKind.SERVICE, served.schedule)
        if schedule.series is not Series.MG6C:
            yield Broken(
                "R25", where, f"{schedule.name} is never served: say which MG6C was, and report a leak if this one was."
            )
        elif schedule.state not in {_S.ENDORSED, _S.CONTINUED}:
            message = f"{schedule.name} is {schedule.state.value}: it is served once it was submitted and endorsed."
            yield Broken("R25", where, message)
        elif served.served_on < min(_sent(file, served.schedule), default=served.served_on):
            message = f"{schedule.name} was submitted after {day_words(served.served_on)}: say when it was served."
            yield Broken("R25", where, message)


def _sent(file: ProceedingFile, schedule: ScheduleId) -> Iterator[date]:
    """The London date on which a schedule went to the prosecutor, of each set that it is in: never more than one."""
    return (london_date(s.submitted_at) for s in file.sets if schedule in s.schedules and s.submitted_at is not None)


def r26(file: ProceedingFile) -> Iterator[Broken]:
    for move in moves(file):
        row, to = move.old, move.new.place
        if any(r.number == row.number for r in file.live[row.series].get(row.subject, ())):
            yield Broken("R26", Where.row(row.place), f"This moved to {to}: annotate it here, with its number.")
        if not told_of_move(file, move):
            yield Broken("R26", Where.row(row.place), f"Tell the reviewing lawyer that this moved to {to}.")


def r28(file: ProceedingFile) -> Iterator[Broken]:
    for each in file.open_sets:
        rows = [row for s in each.schedules for row in file.schedule(s).rows if row.live]
        rested = {decision for row in rows for decision in row.basis}
        officers = {
            d.by.person: d.by.name for d in file.record.decisions if d.id in rested and d.by.role in DISCLOSURE_OFFICERS
        }
        reported = {r.by.person for r in each.reports}
        for person, name in sorted(officers.items(), key=lambda o: o[1]):
            if person not in reported | each.corroborating:
                message = (
                    f"{name} decided about rows of this set: add their own report, or say that they only corroborate."
                )
                yield _set("R28", each, message)


def r29(file: ProceedingFile) -> Iterator[Broken]:
    began = file.opened.investigation_began
    for each in file.open_sets:
        for regime in file.regimes:
            if regime.noted and began < regime.begins and not each.note.strip():
                message = f"The investigation began on {day_words(began)}, before the {regime.name}: say so on the MG6."
                yield _set("R29", each, message)
