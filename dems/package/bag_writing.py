"""A bag (BagIt 1.0, RFC 8493) written as one zip, from its first byte to its last, in constant memory.

Two halves, because what a log says of a package cannot be in what it says it of:

1. everything that is listed: payload and tag files, then the manifests, then the tag manifests. `close_bag` gives the
   SHA-256 of ``tagmanifest-sha256.txt``, which fixes every byte so far. That goes into the log.
2. what the log gave for it: entries, proofs, checkpoint, below ``log/``. RFC 8493 (2.2.1) lets a tag file stand in no
   tag manifest, and these prove themselves.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Self

from dems.package.manifests import to_line
from dems.package.places import ALGORITHMS, BAG_DECLARATION, BAG_INFO, BAGIT, DATA, LOG, manifest, tag_manifest
from dems.package.source import PIECE_BYTES
from dems.package.zip_writing import StoredZip, Write

_HELD_BYTES = 1024 * 1024
_LONGEST_LINE = 79
"""Of bag-info.txt, after which a value goes on in the next line (RFC 8493, 2.2.2)."""


class Spool:
    """A file that is written before its size is known. In memory while it is small."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES)  # noqa: SIM115 closed by close
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add at the end."""
        self.size += self._file.write(data)

    def pieces(self) -> Iterator[bytes]:
        """Everything, from the beginning."""
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            yield piece

    def close(self) -> None:
        """Give back what it takes."""
        self._file.close()


class BagWriter:
    """`base` is the folder that unpacking makes; `at` the time that its files bear."""

    def __init__(self, write: Write, base: str, at: datetime) -> None:
        self._base, self._at = base, at
        self._resources = ExitStack()
        self.zip = self._resources.enter_context(StoredZip(write, at))
        self._payload = {algorithm: self.spool() for algorithm in ALGORITHMS}
        self._tags = {algorithm: self.spool() for algorithm in ALGORITHMS}
        self._payload_bytes = self._payload_files = 0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._resources.close()

    def spool(self) -> Spool:
        """A file to be written before its size is known, which lives as long as this writer."""
        spool = Spool()
        self._resources.callback(spool.close)
        return spool

    def add(self, path: str, size: int, pieces: Iterable[bytes]) -> Mapping[str, bytes]:
        """Write a file of `size` bytes and list it; its raw digests by algorithm. `ValueError` if it has another size."""
        if self._closed or path.startswith(LOG):
            raise ValueError(f"{path!r} is to be listed, and belongs before the manifests")
        digests = self._write(path, size, pieces)
        in_payload = path.startswith(DATA)
        for algorithm, digest in digests.items():
            (self._payload if in_payload else self._tags)[algorithm].write(to_line(digest, path))
        if in_payload:
            self._payload_bytes += size
            self._payload_files += 1
        return digests

    def add_spool(self, path: str, spool: Spool) -> None:
        """As `add`, for what was written to a spool."""
        self.add(path, spool.size, spool.pieces())

    def add_bytes(self, path: str, data: bytes) -> None:
        """As `add`, for a small file."""
        self.add(path, len(data), [data])

    def close_bag(self, info: Mapping[str, str]) -> bytes:
        """Write declaration, bag-info, manifests and tag manifests; the SHA-256 of the tag manifest with SHA-256."""
        told = {
            **info,
            "Bagging-Date": self._at.astimezone(UTC).strftime("%Y-%m-%d"),
            "Payload-Oxum": f"{self._payload_bytes}.{self._payload_files}",
        }
        self.add_bytes(BAGIT, BAG_DECLARATION)
        self.add_bytes(BAG_INFO, b"".join(_folded(label, value) for label, value in told.items()))
        for algorithm in ALGORITHMS:
            self.add_spool(manifest(algorithm), self._payload[algorithm])
        self._closed = True
        digests = [
            self._write(tag_manifest(algorithm), self._tags[algorithm].size, self._tags[algorithm].pieces())["sha256"]
            for algorithm in ALGORITHMS
        ]
        return digests[ALGORITHMS.index("sha256")]

    def add_of_log(self, path: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a file of `size` bytes that came of the log, after `close_bag`."""
        if not self._closed or not path.startswith(LOG):
            raise ValueError(f"{path!r} is not what the log gave for a bag that is closed")
        self._write(path, size, pieces)

    def finish(self) -> int:
        """Write what ends the zip; the number of bytes of all of it."""
        self.zip.close()
        return self.zip.written

    def _write(self, path: str, size: int, pieces: Iterable[bytes]) -> Mapping[str, bytes]:
        hashes = {algorithm: hashlib.new(algorithm) for algorithm in ALGORITHMS}
        self.zip.begin(f"{self._base}/{path}", size)
        for piece in pieces:
            for each in hashes.values():
                each.update(piece)
            self.zip.data(piece)
        self.zip.end()
        return {algorithm: each.digest() for algorithm, each in hashes.items()}


def _folded(label: str, value: str) -> bytes:
    """An element of bag-info.txt. Line ends and other controls in a value become spaces: they would make other elements."""
    words = "".join(c if c.isprintable() else " " for c in value).split()
    lines = [f"{label}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LONGEST_LINE and lines[-1].strip():
            lines.append(" ")
        lines[-1] += f" {word}"
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
