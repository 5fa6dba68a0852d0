"""The feed of events, as the use cases see it. Places are counted as the log counts its entries, from 0."""

from collections.abc import Collection, Sequence
from typing import Protocol

from dems.model.events import Audience, Event
from dems.model.people import Person


class Events(Protocol):
    def key(self) -> bytes:
        """Under which the places in cursors are sealed, 64 bytes, the same for as long as there is this database."""
        ...

    def place(self, at_most: int) -> int:
        """Take the next entries of the log into the feed, in its order: how many, 0 where somebody else is at it."""
        ...

    def taken_in(self) -> tuple[int, int]:
        """How many entries the feed has taken in, and how many the log. What comes later comes behind them."""
        ...

    def between(
        self, viewers: Sequence[Person], beside_cases: Collection[Audience], start: int, end: int, limit: int
    ) -> tuple[list[Event], int]:
        """The first events from `start` to before `end` that all viewers may know of today, and to where was looked.

        Of those that are about no case only the audiences `beside_cases`. Fewer than `limit` are all that there are up to
        where was looked, and that is `end` unless very many in a row were kept from viewers who see every case.
        """
        ...
