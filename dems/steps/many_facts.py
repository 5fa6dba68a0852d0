"""Facts that are too many for one custody entry, shared out among as many as they need."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_BYTES = 32 * 1024
"""Of the facts in one entry, in canonical form: half of what it may hold, and what a person can still read."""


def shared_out(facts: Sequence[Mapping[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    """All of them, in their order, at most so many at once and, unless one alone is larger, within `MOST_BYTES`."""
    some: list[dict[str, Any]] = []
    size = 0
    for fact in facts:
        more = _size(fact) + 1
        if some and (len(some) == most or size + more > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(dict(fact))
        size += more
    if some:
        yield some


def _size(fact: Mapping[str, Any]) -> int:
    """In bytes, of its canonical form: the order of the members, which costs most to make, does not change it."""
    return len(json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode())
