"""What holds the custody log in place from outside, as the use cases see it: witnesses and timestamp authorities."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dems.ledger.policy import Witness
from dems.ledger.witness_request import AddCheckpoint


class Heard(StrEnum):
    """What became of a question to a witness or to a timestamp authority."""

    GIVEN = "given"
    """What was asked for, and it was checked."""
    BEHIND = "behind"
    """The witness holds another size than it was asked to go on from, and says which."""
    REFUSED = "refused"
    """It answered that it will not."""
    CONTRADICTED = "contradicted"
    """The witness says that our log is not the one that it saw before: somebody rewrote it, or the witness errs."""
    UNREACHABLE = "unreachable"
    """No answer came in time, or it is busy."""
    GARBAGE = "garbage"
    """What it answered is not what was asked for; it was dropped."""


@dataclass(frozen=True, slots=True)
class Answer:
    """From `by`. `kept` is what is worth keeping: a signature line of a witness, or the bytes of a timestamp response.

    `at` is the time that it says, and `size` what the witness holds where the answer is `BEHIND`.
    """

    by: str
    heard: Heard
    words: str
    kept: bytes = b""
    at: datetime | None = None
    size: int | None = None


class AsksWitnesses(Protocol):
    """Asks witnesses, all at once, in bounded time. Never raises for what a witness does."""

    def cosign(self, requests: Sequence[tuple[Witness, AddCheckpoint]]) -> list[Answer]:
        """One answer for each request, in their order."""
        ...


class AsksAuthorities(Protocol):
    """Asks timestamp authorities, all at once, in bounded time. Never raises for what an authority does."""

    def stamp(self, text: bytes, names: Collection[str]) -> list[Answer]:
        """One answer for each authority of these names: an RFC 3161 timestamp of these bytes, checked as far as it can be."""
        ...

    def problem(self, name: str, response: bytes, text: bytes) -> str | None:
        """Why a response that was kept is no timestamp of these bytes by this authority; None where it is, and of a stranger's."""
        ...


@dataclass(frozen=True, slots=True)
class Asks:
    """What reaches those outside: only a process that was given it asks anybody."""

    witnesses: AsksWitnesses
    authorities: AsksAuthorities


class AnchorKind(StrEnum):
    """How a checkpoint is held from outside."""

    COSIGNATURE = "cosignature"
    """A witness cosigned it: `by` is its verifier key, `data` the signature line with its newline."""
    TIMESTAMP = "timestamp"
    """An authority stamped its text: `by` is the authority's name, `data` the RFC 3161 response in DER."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What somebody outside gave for the signed checkpoint of `size` leaves; `at` is when they say that they did."""

    size: int
    kind: AnchorKind
    by: str
    data: bytes
    at: datetime


class Anchors(Protocol):
    """What was given and kept. Nobody is believed by it: whoever reads it checks it against keys and roots of their own."""

    def add(self, anchor: Anchor) -> None:
        """Keep it. What the same one gave before for the same checkpoint is left as it is."""
        ...

    def of(self, size: int, kind: AnchorKind) -> list[Anchor]:
        """All that was given for one checkpoint, by the name of who gave it."""
        ...

    def each_after(self, last: Anchor | None, limit: int) -> list[Anchor]:
        """All that was given, by size, kind and giver, from behind this one on."""
        ...

    def largest_by(self, kind: AnchorKind, by: Collection[str]) -> Mapping[str, int]:
        """The size of the largest checkpoint for which each of these gave something, where they gave any."""
        ...

    def newest(self, kind: AnchorKind, limit: int) -> list[Anchor]:
        """Of the newest checkpoints that have any, the largest first; at least all of the largest, up to `limit`."""
        ...
