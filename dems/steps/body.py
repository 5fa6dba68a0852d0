"""The body of an upload on its way in: its pieces, and what is checked of it as a whole before anything is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from dems.errors import DigestMismatch, Incomplete, TooLarge
from dems.model.digests import Digest
from dems.model.uploads import Upload


@dataclass(frozen=True, slots=True)
class Piece:
    """One part's bytes, in memory or in a file at its start; `close` gives back what holds them."""

    data: memoryview | BinaryIO
    size: int
    sha256: bytes | None
    """The digest, where it was computed on the way; else it is computed here."""
    close: Callable[[], None]


@dataclass(slots=True)
class Body:
    """Counts and, where a `Content-Digest` came, hashes the body as a whole."""

    upload: Upload
    content_digest: Digest | None
    size: int = 0
    hashing: "hashlib._Hash | None" = None

    def count(self, piece: Piece) -> bytes:
        """Take in the only piece; returns its SHA-256."""
        self.size += piece.size
        if self.size > self.upload.size:
            raise TooLarge(f"More than the declared {self.upload.size} bytes came. Nothing was kept.")
        self.digest(piece)
        return sha256_of(piece)

    def digest(self, piece: Piece) -> None:
        if self.content_digest is None:
            return
        if self.hashing is None:
            self.hashing = hashlib.sha256()
        _feed(self.hashing, piece)

    def check_whole(self) -> None:
        """Raises `Incomplete` or `DigestMismatch` unless everything came and is what the request says."""
        if self.size < self.upload.size:
            raise Incomplete(
                f"Only {self.size} of the declared {self.upload.size} bytes came. Nothing was kept; send the file again.",
                received=self.size,
                declared=self.upload.size,
            )
        if self.content_digest is None:
            return
        found = Digest.sha256((self.hashing or hashlib.sha256()).digest())
        if not found.same_as(self.content_digest):
            raise DigestMismatch(
                "The body is not what its Content-Digest says: it was changed on the way. Nothing was kept; send it again.",
                declared=self.content_digest.hex,
                found=found.hex,
            )


def _feed(hashing: "hashlib._Hash", piece: Piece) -> None:
    if isinstance(piece.data, memoryview):
        hashing.update(piece.data)
        return
    piece.data.seek(0)
    while block := piece.data.read(1 << 20):
        hashing.update(block)
    piece.data.seek(0)


def sha256_of(piece: Piece) -> bytes:
    if piece.sha256 is not None:
        return piece.sha256
    hashing = hashlib.sha256()
    _feed(hashing, piece)
    return hashing.digest()
