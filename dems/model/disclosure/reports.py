"""What goes with schedules, and what comes back: reports, certificates, sets, endorsements, service."""

from dataclasses import dataclass
from datetime import date, datetime

from dems.errors import Invalid
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.forms import Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.material import Subject
from dems.model.ids import PersonId, ReportId, ScheduleId, ScheduleSetId
from dems.model.life.strands import said


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of an MG6E: a row of a schedule, why it might undermine or assist, and the reference of the copy supplied."""

    series: Series
    number: int
    reason: str
    copy: str

    @property
    def place(self) -> str:
        return f"{self.series.value} {self.number}"


@dataclass(frozen=True, slots=True)
class OfficerReport:
    """An MG6E: one disclosure officer's report and certificate. `covers` are the schedules that it is given for.

    `certificate` is a code of the list of certificates; `by.at` is when it was signed.
    """

    id: ReportId
    by: Acting
    certificate: str
    covers: frozenset[ScheduleId]
    rows: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BasisLine:
    """What a certificate rests on for one subject: the digest of the decisions and bytes that stood when it was given."""

    subject: Subject
    sha256: str


@dataclass(frozen=True, slots=True)
class ScheduleSet:
    """What goes to the prosecutor together. `nil` signs that there is no sensitive material.

    `note` is the MG6, `copies` what is copied with it, `corroborating` the disclosure officers who only confirm another's work.
    Once it is certified, `basis` is what it rests on, `parts` are its frozen reports in their order, and `snapshot` is all of it.
    Raises `Invalid` for a set of nothing, and for an MG6D beside the statement that there is none.
    """

    id: ScheduleSetId
    mg6c: ScheduleId | None
    mg6d: ScheduleId | None
    reports: tuple[OfficerReport, ...] = ()
    nil: Acting | None = None
    note: str = ""
    copies: frozenset[Subject] = frozenset()
    corroborating: frozenset[PersonId] = frozenset()
    basis: tuple[BasisLine, ...] | None = None
    parts: tuple[Snapshot, ...] = ()
    snapshot: Snapshot | None = None
    submitted_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.schedules:
            raise Invalid("A set has at least one schedule.")
        if self.mg6d is not None and self.nil is not None:
            raise Invalid("Either there is an MG6D or it is signed that there is none: choose one.")

    @property
    def schedules(self) -> tuple[ScheduleId, ...]:
        return tuple(s for s in (self.mg6c, self.mg6d) if s is not None)


@dataclass(frozen=True, slots=True)
class Returned:
    """That the prosecutor sent a set back to be put right (CPS Disclosure Manual, chapter 6)."""

    set: ScheduleSetId
    reason: str
    recorded: Acting

    def __post_init__(self) -> None:
        said(self.reason, "what has to be put right")


@dataclass(frozen=True, slots=True)
class Inspection:
    """That the thing itself was looked at, by whom and when."""

    by: str
    at: datetime

    def __post_init__(self) -> None:
        said(self.by, "who inspected it")


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What the reviewing lawyer decided about one row, by a code of the list of that day."""

    schedule: ScheduleId
    series: Series
    number: int
    code: str
    by: Acting
    inspected: Inspection | None = None
    reason: str = ""

    @property
    def place(self) -> str:
        return f"{self.series.value} {self.number}"


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """That the prosecutor served a schedule: a fact reported to this body, which serves nothing itself."""

    schedule: ScheduleId
    served_on: date
    recipient: str
    told_by: str
    recorded: Acting

    def __post_init__(self) -> None:
        said(self.recipient, "on whom it was served")
        said(self.told_by, "who reported that it was served")


@dataclass(frozen=True, slots=True)
class Alert:
    """That the reviewing lawyer was told of something that moved from one schedule to the other."""

    subject: Subject
    to: PersonId
    at: datetime
