"""What has come into a case since something was decided, as the use cases see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dems.model.disclosure.material import Material
from dems.model.ids import CaseId, EvidenceId, ReadingId


@dataclass(frozen=True, slots=True)
class Reread:
    """An item was read; `before` is the reading before it, None for the first."""

    item: EvidenceId
    reading: ReadingId
    before: ReadingId | None
    at: datetime


class Reopening(Protocol):
    """Where items are named, what is asked is about these alone, and costs as much in a case of any size."""

    def came_in(
        self, case_id: CaseId, since: datetime, touching: Collection[Material] | None = None
    ) -> Mapping[EvidenceId, datetime]:
        """The items of a case that came since, each with when: bytes when they were sealed, a thing when it was declared.

        `touching`: only those with the same bytes as one of these, that derive from one or that one derives from.
        """
        ...

    def read_again(self, case_id: CaseId, since: datetime, items: Collection[EvidenceId] | None = None) -> list[Reread]:
        """The readings of its items, or of these of them, that ended since, in the order in which they were made."""
        ...

    def found(self, readings: Collection[ReadingId]) -> Mapping[ReadingId, Mapping[str, str]]:
        """What each of these found: a digest of all that it said under each name, whichever tool said it."""
        ...
