"""How alike texts are, by the words they share: for the leak guard, and for near duplicates in the review queue.

What it costs grows with the number of texts, not with its square: texts are only compared where they share a word that is rare enough
for them to be alike at all.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from dems.model.disclosure.common_words import FIELD_WORDS
from dems.model.disclosure.wording import words_of

T = TypeVar("T", bound=Hashable)
Words = frozenset[str]

FIELD_WORD_COUNTS = 0.25
"""How much of another word's weight one has that half of all descriptions share."""
ENOUGH_SHARED = 3
"""Words that two texts share before they are called alike, unless they share all."""
DESCRIBES = 0.6
"""The share of the weight of the shorter of two texts that the other must hold to describe the same thing: a choice of DEMS."""
NEAR = 0.8
"""The share of all words of two texts that both have when they are near duplicates: a choice of DEMS."""
CROWDED = 200


class Weights:
    """How much each word tells among many texts: the rarer, the more."""

    def __init__(self, texts: Iterable[Words]) -> None:
        self.count = 0
        self._found: Counter[str] = Counter()
        for words in texts:
            self.count += 1
            self._found.update(words)

    def found(self, word: str) -> int:
        """In how many of the texts it is."""
        return self._found[word]

    def of(self, word: str) -> float:
        rare = math.log1p(self.count / max(1, self._found[word])) if self.count else 1.0
        return rare * (FIELD_WORD_COUNTS if word in FIELD_WORDS else 1.0)

    def total(self, words: Iterable[str]) -> float:
        return math.fsum(map(self.of, words))

    def heaviest(self, words: Words, share: float) -> list[str]:
        """The heaviest words, without which what is left weighs less than this share of all."""
        left = needed = self.total(words)
        needed *= share
        heaviest = []
        for word in sorted(words, key=lambda w: (-self.of(w), w)):
            if left < needed:
                break
            heaviest.append(word)
            left -= self.of(word)
        return heaviest


class Described:
    """Texts that others may describe too: which of them a text describes, by their places in `texts`."""

    def __init__(self, texts: Sequence[Words], weights: Weights) -> None:
        self._texts, self._weights = texts, weights
        self._totals = [weights.total(words) for words in texts]
        self._holding: dict[str, list[int]] = {}
        self._heaviest: dict[str, list[int]] = {}
        for place, words in enumerate(texts):
            for word in words:
                self._holding.setdefault(word, []).append(place)
            for word in weights.heaviest(words, DESCRIBES):
                self._heaviest.setdefault(word, []).append(place)

    def by(self, words: Words) -> tuple[int, ...]:
        """Those that say the same as `words`, or most of what either says."""
        candidates = {p for word in self._weights.heaviest(words, DESCRIBES) for p in self._holding.get(word, ())}
        candidates |= {p for word in words for p in self._heaviest.get(word, ())}
        total = self._weights.total(words)
        return tuple(p for p in sorted(candidates) if self._alike(p, words, total))

    def _alike(self, place: int, words: Words, total: float) -> bool:
        shared = self._texts[place] & words
        if self._texts[place] == words:
            return True
        if len(shared) < ENOUGH_SHARED:
            return False
        return self._weights.total(shared) >= DESCRIBES * min(total, self._totals[place])


def near_duplicates(texts: Mapping[T, str]) -> tuple[tuple[T, ...], ...]:
    """Groups of texts that are nearly the same, in the order given; all of a group are nearly the same as its first.

    A text without words that tell anything is in no group. A word that `CROWDED` groups share finds no more of them, so that thousands
    of texts that differ in a number alone are not compared each with each.
    """
    words = {key: words_of(text) for key, text in texts.items()}
    weights = Weights(words.values())
    groups: list[list[T]] = []
    group_of: dict[Words, int] = {}
    with_word: dict[str, list[int]] = {}
    for key, found in words.items():
        if not found:
            continue
        if found not in group_of:
            rarest = sorted(found, key=lambda w: (weights.found(w), w))[: _enough_to_find(len(found))]
            near = {g for w in rarest if len(with_word.get(w, ())) < CROWDED for g in with_word.get(w, ())}
            alike = (g for g in sorted(near) if _near(found, words[groups[g][0]]))
            group_of[found] = next(alike, len(groups))
            if group_of[found] == len(groups):
                groups.append([])
                for word in rarest:
                    with_word.setdefault(word, []).append(group_of[found])
        groups[group_of[found]].append(key)
    return tuple(tuple(g) for g in groups if len(g) > 1)


def _enough_to_find(count: int) -> int:
    """Of so many words, how many of the rarest at least one is shared with every text that is nearly the same."""
    return count - math.ceil(NEAR * count) + 1


def _near(one: Words, other: Words) -> bool:
    return len(one & other) >= NEAR * len(one | other)
