"""The queue of what awaits which decision: by what it is narrowed, as the question of a block is, and in which order it comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dems.errors import Invalid
from dems.model.shapes import Kinds


class Awaiting(StrEnum):
    """Which decision is awaited. All but the first two are awaited only by what is relevant and unused."""

    RELEVANCE = "relevance"
    USE = "use"
    """By what is relevant."""
    DESCRIPTION = "description"
    SENSITIVITY = "sensitivity"
    TEST = "test"


RESTRICTED = frozenset({Awaiting.SENSITIVITY})
"""Asks of decisions that somebody without the clearance may not know of."""


class ReviewSort(StrEnum):
    DATE = "date"
    """When it was obtained or, where that is not known, when it came in."""
    EXHIBIT_REF = "exhibit_ref"
    """Numbers by their value: ABC/9 before ABC/10."""
    SIZE = "size"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What is looked at; every condition that is given must hold. Dates are London dates and include both ends.

    `media_type` is exact or ends in ``/*``; `min_size` is in bytes; `device` and `term` are words, as searches take them.
    Raises `Invalid` for dates in the wrong order and for what could not be any condition.
    """

    media_type: str | None = None
    first: date | None = None
    last: date | None = None
    min_size: int | None = None
    device: str | None = None
    term: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Invalid("The last date is before the first: change them about.", field="to")
        if self.min_size is not None and self.min_size < 0:
            raise Invalid("No item has fewer than no bytes.", field="min_size")
        for name, text in (("type", self.media_type), ("device", self.device), ("term", self.term)):
            if text is not None and not text.strip():
                raise Invalid(f"`{name}` is blank: say what to look for, or leave it out.", field=name)


_QUESTION = "items"
_FILTERS: Kinds[ReviewFilter] = Kinds("question", {_QUESTION: ReviewFilter})


def filter_record(wanted: ReviewFilter) -> dict[str, Any]:
    """As JSON takes it; what is not asked is left out."""
    return _FILTERS.record(wanted)[1]


def filter_from(record: Mapping[str, Any]) -> ReviewFilter:
    """What `filter_record` wrote. Raises `Invalid`, naming the field."""
    return _FILTERS.read(_QUESTION, record)
