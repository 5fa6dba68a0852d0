"""Finding items again: over what somebody may see, and saying what of an item answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dems.model.evidence import Evidence
from dems.model.people import Person
from dems.model.searching import Match, Search
from dems.ports.findings import ItemFindings
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found, and where."""

    evidence: Evidence
    case_reference: str
    findings: ItemFindings
    matched: Sequence[Match]


class Searching(Protocol):
    def within(self, patience: timedelta) -> None:
        """From here to the end of the transaction no question may take longer: `SearchTooBroad` is raised then."""
        ...

    def words(self, text: str) -> Sequence[str]:
        """The words that a query of words looks for, in lower case; empty where it names none that an item could have."""
        ...

    def find(self, viewers: Sequence[Person], search: Search, page: Page) -> list[Hit]:
        """Items in the order in which they were declared, in cases that every one of the viewers may know of.

        Where one of them may not read findings, an item is found by what was declared of it and what its bytes are.
        Raises `SearchTooBroad`.
        """
        ...

    def count(self, viewers: Sequence[Person], search: Search, most: int) -> int:
        """How many `find` would find, counted no further than `most`. Raises `SearchTooBroad`."""
        ...
