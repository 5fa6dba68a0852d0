"""What moved between MG6C and MG6D after the prosecutor had it, and whether the reviewing lawyer was told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dems.model.disclosure.acting import holds
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Series
from dems.model.disclosure.reports import Alert
from dems.model.disclosure.schedules import Row, ScheduleState
from dems.model.people import CaseRole, Clearance


@dataclass(frozen=True, slots=True)
class Move:
    """A row that the prosecutor has, and the row of the same subject on the other schedule."""

    old: Row
    new: Row


def moves(file: ProceedingFile) -> Iterator[Move]:
    for schedule in file.schedules:
        if schedule.open or schedule.state is ScheduleState.VOID:
            continue
        for row in schedule.rows:
            other = Series.MG6D if row.series is Series.MG6C else Series.MG6C
            moved = file.live[other].get(row.subject) if row.live else None
            if moved:
                yield Move(row, moved[0])


def told_of_move(file: ProceedingFile, move: Move) -> bool:
    """Whether somebody who was the reviewing lawyer then was told since it was decided."""
    role, since = CaseRole.REVIEWING_LAWYER, move.new.sensitivity.by.at
    told = (a for a in file.alerts if a.subject == move.old.subject and a.at >= since)
    return any(holds(file.grants, file.opened.case_id, a.to, role, a.at) for a in told)


def alerts_due(file: ProceedingFile, at: datetime) -> tuple[Alert, ...]:
    """Of each thing that moved and that no reviewing lawyer was told of, an alert to everyone who is one at `at` and may know of it."""
    case = file.opened.case_id
    lawyers = sorted({g.person_id for g in file.grants if g.name is CaseRole.REVIEWING_LAWYER})
    to = [
        person
        for person in lawyers
        if all(holds(file.grants, case, person, w, at) for w in (CaseRole.REVIEWING_LAWYER, Clearance.SENSITIVE))
    ]
    moved = dict.fromkeys(m.old.subject for m in moves(file) if not told_of_move(file, m))
    return tuple(Alert(subject, person, at) for subject in moved for person in to)
