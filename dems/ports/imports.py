"""Bulk loads of history, as the use cases see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dems.model.ids import PersonId
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not taken: its number, from 1, which rule refused it, and the sentence that says what to do."""

    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class CaseImport:
    """How far a load has come. `lines` were read and are recorded; `sha256` is over their bytes, ends of lines included."""

    id: UUID
    begun_by: PersonId
    begun_at: datetime
    lines: int
    sha256: bytes
    opened: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    finished_at: datetime | None = None


class Imports(Protocol):
    """Kept to go on with a load, and to say what was wrong with it: losing it loses no fact of a case."""

    def begin(self, scope: bytes, begun: CaseImport) -> CaseImport:
        """The load of that scope: `begun`, or the one that was begun before."""
        ...

    def get(self, import_id: UUID, *, for_update: bool = False) -> CaseImport:
        """Raises `NotFound`."""
        ...

    def save(self, progress: CaseImport, bad: Sequence[BadLine]) -> None: ...
    def bad_lines(self, import_id: UUID, page: Page, after: int = 0) -> list[BadLine]:
        """By their numbers; only `page.limit` counts."""
        ...
