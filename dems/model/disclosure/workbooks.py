"""The reviewing lawyer's workbook: what it holds when it is handed out, and what is read from it when it comes back."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from dems.errors import WrongState
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Code, Series
from dems.model.disclosure.reports import Endorsement, Inspection
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import ScheduleId


@dataclass(frozen=True, slots=True)
class WorkbookRow:
    """A row that counts. `about` is where the thing is or, on an MG6D, why it is sensitive; `given` is what was decided already."""

    number: int
    description: str
    quantity: int
    about: str
    given: Endorsement | None = None


@dataclass(frozen=True, slots=True)
class Workbook:
    """One certified schedule to be endorsed. `sha256` (hexadecimal) says of which bytes the rows are.

    `codes` are those of the day that it was handed out, `made_at` (aware) is when the schedule was certified.
    """

    schedule: ScheduleId
    sha256: str
    name: str
    series: Series
    title: str
    urn: str
    made_at: datetime
    codes: tuple[Code, ...]
    rows: tuple[WorkbookRow, ...]


@dataclass(frozen=True, slots=True)
class FilledRow:
    """What the lawyer wrote in one row; `cell` is where its code stands, such as "E12"."""

    number: int
    code: str
    inspected: Inspection | None
    reason: str
    cell: str


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """One cell that cannot be taken. `message` is a sentence that says what to do."""

    cell: str
    message: str
    rule: str | None = None
    source: str | None = None

    def as_data(self) -> dict[str, str]:
        """As answers carry it."""
        told = {"cell": self.cell, "message": self.message, "rule": self.rule, "source": self.source}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook says that came back. Rows that nobody wrote in are in neither."""

    rows: tuple[FilledRow, ...]
    refused: tuple[RefusedCell, ...] = ()


def workbook_of(file: ProceedingFile, wanted: ScheduleId, on: date) -> Workbook:
    """A schedule to be endorsed on a London date. Raises `NotFound`, and `WrongState` unless it is with the prosecutor."""
    schedule = file.schedule(wanted)
    if schedule.state is not ScheduleState.SUBMITTED:
        raise WrongState(
            f"{schedule.name} is {schedule.state.value}: only what was submitted, and did not come back, is endorsed.",
            state=schedule.state.value,
        )
    assert schedule.snapshot is not None, "what was submitted is frozen"
    assert schedule.signed is not None, "what was submitted is signed"
    headings = json.loads(schedule.snapshot.data)
    given = {e.number: e for e in file.endorsements if e.schedule == wanted}
    sensitive = schedule.series is Series.MG6D
    return Workbook(
        schedule=wanted,
        sha256=schedule.snapshot.digest.hex,
        name=schedule.name,
        series=schedule.series,
        title=headings["title"],
        urn=headings["urn"],
        made_at=schedule.signed.at,
        codes=tuple(c for c in file.forms.endorsements.get(schedule.series, ()) if c.open.on(on)),
        rows=tuple(
            WorkbookRow(
                row.number,
                row.description,
                row.quantity,
                row.schedule_reason if sensitive else row.location,
                given.get(row.number),
            )
            for row in sorted(schedule.rows, key=lambda r: r.number)
            if row.live
        ),
    )
