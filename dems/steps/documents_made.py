"""What a document is once it is made, whichever form it is of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it is sent, and what it is called."""

    name: str
    data: bytes
