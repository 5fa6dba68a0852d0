"""A range of bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to but without `end`."""

    start: int
    end: int
