"""Facts that are too many for one custody entry, shared out among as many as they need."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dems.ledger.canonical import canonical

MOST_BYTES = 32 * 1024
"""Of the facts in one entry, in canonical form: half of what it may hold, and what a person can still read."""


def shared_out(facts: Sequence[Mapping[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    """All of them, in their order, at most so many at once and, unless one alone is larger, within `MOST_BYTES`."""
    some: list[dict[str, Any]] = []
    size = 0
    for fact in facts:
        more = len(canonical(dict(fact))) + 1
        if some and (len(some) == most or size + more > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(dict(fact))
        size += more
    if some:
        yield some
