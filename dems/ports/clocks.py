"""The rules that clocks are kept by, and how each clock of each case stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.letters import Letter
from dems.model.clocks.reminders import Told
from dems.model.clocks.rows import ClockRow
from dems.model.clocks.rules import Recorded, Rules
from dems.model.ids import CaseId, LetterId, PersonId
from dems.model.people import Person
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row that holds now, and since when that has been known."""

    id: UUID
    row: ClockRow
    known_from: datetime


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Dates up to and including `by`; of one case where it is named, of statutory clocks where only they are asked for."""

    by: date | None = None
    case_id: CaseId | None = None
    statutory_only: bool = False


@dataclass(frozen=True, slots=True)
class DueAfter:
    """Where a list of dates goes on."""

    due_on: date
    id: UUID


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that is open and has a date, with the case's reference and the clock's title."""

    id: UUID
    due_on: date
    reference: str
    title: str
    row: ClockRow


class Clocks(Protocol):
    def rules(self) -> Rules:
        """All versions, as they are in this transaction."""
        ...

    def add_definition(self, recorded: Recorded[ClockDefinition]) -> None:
        """Raises `AlreadyExists` where somebody has recorded that version meanwhile."""
        ...

    def add_calendar(self, recorded: Recorded[Calendar]) -> None:
        """Raises `AlreadyExists` where somebody has recorded that version meanwhile."""
        ...

    def of_cases(self, case_ids: Sequence[CaseId]) -> list[KeptRow]:
        """The rows that hold now, of all these cases; one query."""
        ...

    def close(self, ids: Sequence[UUID], at: datetime) -> None:
        """From an instant on these rows hold no longer; they stay, for whoever asks what was known before."""
        ...

    def add(self, rows: Sequence[ClockRow], at: datetime) -> None:
        """Rows that hold from an instant on. `close` the ones whose place they take first."""
        ...

    def due(self, viewers: Sequence[Person], wanted: DueFilter, limit: int, after: DueAfter | None) -> list[Due]:
        """Open clocks with a date, earliest first, of cases that every viewer may know of."""
        ...

    def cases_after(self, after: UUID | None, limit: int) -> list[CaseId]:
        """Cases in the order of their ids, each locked until the transaction ends."""
        ...


class Letters(Protocol):
    def add(self, letter: Letter) -> None: ...
    def get(self, case_id: CaseId, letter_id: LetterId) -> Letter:
        """Raises `NotFound`, also for one of another case."""
        ...

    def page(self, case_id: CaseId, page: Page) -> list[Letter]:
        """Oldest first."""
        ...


class Reminders(Protocol):
    def untold(self, last: date, limit: int, after: DueAfter | None) -> list[tuple[Due, int | None]]:
        """Open statutory clocks due by a day, earliest first, each with the last step of that date that was told.

        Those that were told of as overdue are left out.
        """
        ...

    def audiences(self, case_ids: Sequence[CaseId]) -> Mapping[CaseId, list[PersonId]]:
        """Who is told, by case: who leads it or manages it and is active. A case that has nobody is not in it."""
        ...

    def tell(self, due: Due, step: int, people: Sequence[PersonId], at: datetime) -> int:
        """Remind these people of one step of one date; how many had not been reminded of it before."""
        ...

    def page(self, viewers: Sequence[Person], of: PersonId, page: Page) -> list[Told]:
        """Of cases that every viewer may know of, oldest first."""
        ...

    def seen(self, ids: Sequence[UUID], at: datetime) -> None: ...
