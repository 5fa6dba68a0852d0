"""What has come into a case since something was decided, as the use cases see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dems.model.ids import CaseId, EvidenceId, ReadingId


@dataclass(frozen=True, slots=True)
class Reread:
    """An item was read; `before` is the reading before it, None for the first."""

    item: EvidenceId
    reading: ReadingId
    before: ReadingId | None
    at: datetime


class Reopening(Protocol):
    def came_in(self, case_id: CaseId, since: datetime) -> Mapping[EvidenceId, datetime]:
        """The items of a case that came since, each with when: bytes when they were sealed, a thing when it was declared."""
        ...

    def read_again(self, case_id: CaseId, since: datetime) -> list[Reread]:
        """The readings of its items that ended since, in the order in which they were made."""
        ...

    def found(self, readings: Collection[ReadingId]) -> Mapping[ReadingId, Mapping[str, str]]:
        """What each of these found: a digest of all that it said under each name, whichever tool said it."""
        ...
