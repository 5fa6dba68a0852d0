"""Search strategies, with what they hit and what was sampled: what an item was found with, or left out by."""

from dataclasses import dataclass
from datetime import date

from dems.errors import Invalid
from dems.model.disclosure.acting import Acting
from dems.model.ids import EvidenceId, SearchId
from dems.model.life.strands import said


@dataclass(frozen=True, slots=True)
class Sample:
    """Items that somebody looked at in place of all. `found` are those of them that matter after all."""

    items: tuple[EvidenceId, ...]
    drawn: str
    """How they were chosen."""
    by: Acting
    found: tuple[EvidenceId, ...] = ()

    def __post_init__(self) -> None:
        said(self.drawn, "how the sample was drawn")
        if not self.items:
            raise Invalid("A sample has at least one item.")
        if len(set(self.items)) != len(self.items):
            raise Invalid("An item is in a sample once.")
        if not set(self.found) <= set(self.items):
            raise Invalid("What a sample found is part of the sample.")


@dataclass(frozen=True, slots=True)
class Hits:
    """How many items one term found."""

    term: str
    items: int

    def __post_init__(self) -> None:
        said(self.term, "for which term these are the hits")
        if self.items < 0:
            raise Invalid("A term finds no fewer than no items.")


@dataclass(frozen=True, slots=True)
class SearchStrategy:
    """One search of one source: what was looked for, between which dates, why so, and what it gave.

    `examined` is how many items were searched. Raises `Invalid` for dates in the wrong order, a term told twice, or more hits
    than items.
    """

    id: SearchId
    source: str
    purpose: str
    hits: tuple[Hits, ...]
    examined: int
    by: Acting
    first: date | None = None
    last: date | None = None
    samples: tuple[Sample, ...] = ()

    def __post_init__(self) -> None:
        said(self.source, "which device, account or store was searched")
        said(self.purpose, "which line of enquiry the search follows")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Invalid("The search ends before it begins: change its dates about.")
        if len({h.term for h in self.hits}) != len(self.hits):
            raise Invalid("Each term of a search is told once, with all its hits.")
        if any(h.items > self.examined for h in self.hits):
            raise Invalid("A term cannot find more items than were searched: check both numbers.")

    @property
    def without_hits(self) -> tuple[str, ...]:
        """Terms that found nothing: they are part of the strategy all the same."""
        return tuple(h.term for h in self.hits if h.items == 0)
