"""The queue of review as the use cases see it: what awaits which decision, what a question finds, what looks alike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dems.model.digests import Digest
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.blocks import AnnexLine, Block
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.ids import BlockId, CaseId, EvidenceId, PersonId, StrandId
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of a queue somebody is shown.

    `restricted`: what only somebody with the clearance may know of; `quarantined`: what may be privileged and is not cleared;
    `findings`: whether words are looked for in what was read in the bytes, too.
    """

    restricted: bool = False
    quarantined: bool = False
    findings: bool = False


@dataclass(frozen=True, slots=True)
class ReviewAfter:
    """Where a page ended: the value in the order, as the row says it, and the item."""

    value: str
    item: EvidenceId


@dataclass(frozen=True, slots=True)
class ReviewPage:
    limit: int
    sort: ReviewSort = ReviewSort.DATE
    after: ReviewAfter | None = None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Something in the queue. `place` is its value in the order of the page: where the next page goes on.

    Of what is held elsewhere `kind` is None, and so is all that bytes would tell.
    """

    item: EvidenceId
    exhibit_ref: str
    description: str
    name: str | None
    kind: str | None
    state: str | None
    media_type: str | None
    size: int | None
    at: datetime
    sha256: str | None
    quarantined: bool
    place: str


@dataclass(frozen=True, slots=True)
class FoundItem:
    """A sealed item that a question finds.

    `apart`: it is not to be listed with others, by a decision about it by itself that everybody on the case may know of, or since it
    was not examined.
    """

    digest: Digest
    apart: bool
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class ListedBlock:
    """A block without its annex, of which it has the digest. `asks` is None for things that are not here."""

    proceeding: StrandId
    block: Block
    asks: ReviewFilter | None
    annex_sha256: str
    by: Acting


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items a case has, how many of them were seized in bulk and not looked into, how many anybody looked at in a proceeding,
    and the time of each person who did: what they had open at once counts once.
    """

    items: int
    unexamined: int
    seen: int
    by_person: tuple[tuple[PersonId, timedelta], ...]


class Reviewing(Protocol):
    """Everything is of one case, and asked in SQL: as fast in a case of 200,000 items as in a small one."""

    def awaiting(
        self,
        proceeding_id: StrandId,
        case_id: CaseId,
        awaiting: Awaiting,
        wanted: ReviewFilter,
        sight: Sight,
        page: ReviewPage,
    ) -> list[ReviewRow]:
        """What awaits that decision in that proceeding, in the order of the page. Raises `Invalid` for a page of another order."""
        ...

    def found(
        self,
        proceeding_id: StrandId,
        case_id: CaseId,
        wanted: ReviewFilter,
        sight: Sight,
        most: int,
        since: datetime | None = None,
    ) -> Mapping[EvidenceId, FoundItem]:
        """The sealed items of the case that a question finds, in the order of their ids; `most` of them and no more.

        `since`: only those that were sealed after that.
        """
        ...

    def same_bytes(self, case_id: CaseId, digests: Collection[str], most: int) -> Mapping[str, tuple[EvidenceId, ...]]:
        """The items of the case with each of these SHA-256 (in hexadecimal), oldest first; `most` of each and no more."""
        ...

    def quarantined(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        """Those of these that may be privileged and are not cleared."""
        ...

    def annex(self, block_id: BlockId, page: Page) -> list[AnnexLine]:
        """Lines of a block's annex, in the order of its items."""
        ...

    def lengths(self, case_id: CaseId, items: Collection[EvidenceId]) -> Mapping[EvidenceId, timedelta | None]:
        """Those of these that are items of the case, each with how long its recording is, where it was found to be one."""
        ...

    def items(self, case_id: CaseId, page: Page) -> list[EvidenceId]: ...
    def counted(self, proceeding_id: StrandId, case_id: CaseId) -> Counted:
        """Of all of it at once: what that costs grows with the case and with what was looked at."""
        ...

    def viewings_of(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> list[Viewing]:
        """What was recorded of looking at these, in the order in which it was recorded."""
        ...
