"""What comes back from the prosecutor: decisions about rows, written alike however they came, and how a submission stands then."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.recording import endorse_rows
from dems.model.disclosure.reports import Endorsement, Inspection
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.people import CaseRole
from dems.ports import Transaction
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import Entrance
from dems.steps.submissions import Submission, submission


@dataclass(frozen=True, slots=True)
class RowDecided:
    """The decision about one row, by its number."""

    number: int
    code: str
    inspected: Inspection | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Endorsed:
    """How a schedule stands: how many of its rows that count are endorsed, and how many still wait."""

    schedule: ScheduleId
    name: str
    state: ScheduleState
    endorsed: int
    waiting: int


def certified_schedule(file: ProceedingFile, wanted: ScheduleId) -> Schedule:
    """Raises `WrongState` for what the actor may know of and has no certified rows: a draft, a report, a set."""
    found = next((s for s in file.schedules if s.id == wanted), None)
    if found is None:
        raise WrongState("Only an MG6C or MG6D that went to the prosecutor is answered: name one that did.")
    return found


def set_of(file: ProceedingFile, wanted: ScheduleId) -> ScheduleSetId:
    """The set that a schedule is in. Raises `WrongState` for one whose set never was whole."""
    schedule = certified_schedule(file, wanted)
    found = next((s.id for s in file.sets if wanted in s.schedules), None)
    if found is None:
        raise WrongState(
            f"{schedule.name} is {schedule.state.value}, and no set with it was submitted.", state=schedule.state.value
        )
    return found


def write_endorsements(
    tx: Transaction,
    entrance: Entrance,
    file: ProceedingFile,
    wanted: ScheduleId,
    rows: Sequence[RowDecided],
    by: Acting,
) -> Endorsed:
    """All of them or none. Whoever writes holds the proceeding. Raises what `endorse_rows` does."""
    schedule, of = certified_schedule(file, wanted), set_of(file, wanted)
    given = [Endorsement(wanted, schedule.series, r.number, r.code, by, r.inspected, r.reason) for r in rows]
    after = endorse_rows(file, wanted, given)
    keep(tx, file, after, of, by)
    tell(tx, entrance.authority, file, after)
    return endorsed_so_far(after, wanted)


def endorsed_so_far(file: ProceedingFile, wanted: ScheduleId) -> Endorsed:
    schedule = certified_schedule(file, wanted)
    done = sum(1 for e in file.endorsements if e.schedule == wanted)
    count = sum(1 for row in schedule.rows if row.live)
    return Endorsed(wanted, schedule.name, schedule.state, done, count - done)


LAWYERS = frozenset({CaseRole.REVIEWING_LAWYER})
"""Who endorses."""


def submission_of(tx: Transaction, entrance: Entrance, of: ScheduleSetId) -> Submission:
    found = submission(tx, entrance, of)
    assert found is not None, "what is answered was submitted"
    return found
