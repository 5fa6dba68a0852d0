"""The SHA-256 of parts: over the SHA-256 of each, as S3 makes a composite checksum, computed while the whole is read once."""

import hashlib
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

_NAME = "sha256-of-parts-of-"


class _Sha256(Protocol):
    def update(self, data: bytes, /) -> None: ...


Hash = TypeVar("Hash", bound=_Sha256)


def algorithm_for_parts(part_size: int) -> str:
    """The name under which `storage.reader` and `storage.resumable` compute it, beside the names of `hashlib`."""
    if part_size < 1:
        raise ValueError(f"no size of parts: {part_size}")
    return f"{_NAME}{part_size}"


def part_size_of(algorithm: str) -> int | None:
    """The size in bytes that an algorithm of `algorithm_for_parts` is for; None for any other."""
    size = algorithm.removeprefix(_NAME)
    return int(size) if size != algorithm else None


class PartsHash(Generic[Hash]):
    """Over bytes as they come, cut into parts of `part_size`; the last may be shorter, and no bytes make no part.

    `new` makes a SHA-256 and `ended` gives its 32 bytes. What it is made of may be saved and given back: `outer`, that
    has the digests of whole parts, `inner`, that has the bytes of the part that is read, and how many those are.
    """

    def __init__(
        self,
        part_size: int,
        new: Callable[[], Hash],
        ended: Callable[[Hash], bytes],
        *,
        outer: Hash | None = None,
        inner: Hash | None = None,
        read: int = 0,
    ) -> None:
        self._part_size, self._new, self._ended = part_size, new, ended
        self.outer = outer or new()
        self.inner = inner or new()
        self.read = read

    def update(self, data: memoryview | bytes) -> None:
        left = data
        while left:
            # A slice of the same kind: some hashes take views, others bytes only.
            piece = left[: self._part_size - self.read]
            self.inner.update(piece)  # type: ignore[arg-type]
            self.read += len(piece)
            left = left[len(piece) :]
            if self.read == self._part_size:
                self._end_of_part()

    def digest(self) -> bytes:
        """Once, after the last byte."""
        if self.read:
            self._end_of_part()
        return self._ended(self.outer)

    def _end_of_part(self) -> None:
        self.outer.update(self._ended(self.inner))
        self.inner, self.read = self._new(), 0


def of_hashlib(part_size: int) -> "PartsHash[hashlib._Hash]":
    """With OpenSSL's SHA-256."""
    return PartsHash(part_size, hashlib.sha256, lambda each: each.digest())


def new_hash(algorithm: str) -> "hashlib._Hash | PartsHash[hashlib._Hash]":
    """By OpenSSL: one of `hashlib`, or of parts where `algorithm_for_parts` names it so."""
    part_size = part_size_of(algorithm)
    return hashlib.new(algorithm, usedforsecurity=False) if part_size is None else of_hashlib(part_size)
