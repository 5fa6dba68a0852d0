"""Chance that is the same on every machine: one generator, numbered by the seed, and nothing that depends on time or order of hashes."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
_HAND = 40


class Draws:
    """Draws for one stream of a history. `seed` and `stream` decide all of them."""

    def __init__(self, seed: int, stream: str) -> None:
        self._random = random.Random(f"{seed}/{stream}")  # noqa: S311  (chance that repeats itself is what is wanted)
        self._decks: dict[str, list[float]] = {}

    def share(self, what: str) -> float:
        """A number from 0 to 1. Of forty that are drawn for one thing, each fortieth holds one: a small history has the
        shape of a large one.
        """
        deck = self._decks.setdefault(what, [])
        if not deck:
            deck += [(n + 0.5) / _HAND for n in range(_HAND)]
            self._random.shuffle(deck)
        return deck.pop()

    def happens(self, what: str, share: float) -> bool:
        return self.share(what) < share

    def whole(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._random.random() * (most - least + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def id(self, at: datetime) -> UUID:
        """In the form of a UUIDv7 made at that instant."""
        milliseconds = int(at.timestamp()) * 1000
        rest = self._random.getrandbits(74)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0b10 << 62 | rest & (1 << 62) - 1)
