"""Whether a bag is whole: every file is listed, every listed file is there, and each has the digests that are listed."""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO

from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted
from dems.ledger.verifier import Finding, checked
from dems.package.manifests import read_manifest
from dems.package.places import ALGORITHMS, BAG_DECLARATION, BAG_INFO, BAGIT, DATA, LOG, manifest, tag_manifest
from dems.package.progress import Watcher, nobody
from dems.package.source import PIECE_BYTES, Source, read_whole

_MOST_INFO = 1024 * 1024
_WORTH_A_THREAD = 128 * 1024
_MOST_NAMED = 5


@dataclass(slots=True)
class Bag:
    """A bag that is being checked. After `check`, `sha256` has the digests of the payload by path, as computed."""

    source: Source
    told: Watcher = nobody
    sha256: dict[str, bytes] = field(default_factory=dict)
    _read: int = 0
    _total: int = 0
    """Bytes that were read, and that there are to read: of what nobody lists none will be."""

    def check(self) -> list[Finding]:
        """All that can be said of a bag without knowing what is in it."""
        payload = {path: size for path, size in self.source.sizes.items() if path.startswith(DATA)}
        unlisted = {tag_manifest(algorithm) for algorithm in ALGORITHMS}
        tags = {
            path: size
            for path, size in self.source.sizes.items()
            if path not in payload and path not in unlisted and not path.startswith(LOG)
        }
        self._total = sum(payload.values()) + sum(tags.values())
        with ThreadPoolExecutor(1, "sha512") as pool:
            return [
                checked("bag", lambda: self._declared(payload)),
                checked("tag-files", lambda: self._same(tags, tag_manifest, pool, {})),
                checked("payload", lambda: self._same(payload, manifest, pool, self.sha256)),
            ]

    def tag_manifest_digest(self) -> bytes:
        """What the export entries commit to: SHA-256 of the tag manifest with SHA-256. Raises `LedgerInvalid`."""
        path = tag_manifest("sha256")
        if path not in self.source.sizes:
            raise Contradicted(f"{path} is not there")
        digest = hashlib.sha256()
        with self.source.open(path) as stream:
            while piece := stream.read(PIECE_BYTES):
                digest.update(piece)
        return digest.digest()

    def _declared(self, payload: Mapping[str, int]) -> str:
        if read_whole(self.source, BAGIT, most=_MOST_INFO) != BAG_DECLARATION:
            raise Contradicted(f"{BAGIT} does not declare BagIt 1.0 in UTF-8, as every package does")
        info = read_whole(self.source, BAG_INFO, most=_MOST_INFO).decode("utf-8", "replace")
        told = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("Payload-Oxum:")]
        counted = f"{sum(payload.values())}.{len(payload)}"
        if told != [counted]:
            raise Contradicted(f"the payload is {counted} (bytes and files), which {BAG_INFO} does not say")
        return f"BagIt 1.0, {len(payload)} payload files of {sum(payload.values())} bytes, as {BAG_INFO} says"

    def _same(
        self,
        files: Mapping[str, int],
        manifest_of: Callable[[str], str],
        pool: ThreadPoolExecutor,
        sha256: dict[str, bytes],
    ) -> str:
        """Every file that is listed is looked at, also after one that is wrong: what is said of one is not said of the others.

        One that nobody lists is not read: somebody could lay a file without end beside the others.
        """
        listed: dict[str, dict[str, bytes]] = {}
        problems: list[str] = []
        for algorithm in ALGORITHMS:
            name = manifest_of(algorithm)
            if name not in self.source.sizes:
                raise Contradicted(f"{name} is not there")
            with self.source.open(name) as stream:
                listed[algorithm], missing = read_manifest(name, algorithm, stream, files)
            problems += [missing] if missing else []
            extra = next((path for path in files if path not in listed[algorithm]), None)
            if extra is not None:
                problems.append(f"{shown(extra)} is in the package and not in {name}")
        for path in sorted(path for path in files if any(path in each for each in listed.values())):
            with self.source.open(path) as stream:
                found = dict(zip(ALGORITHMS, _digests(stream, pool, self._count), strict=True))
            sha256[path] = found["sha256"]
            for algorithm, digest in found.items():
                if digest != listed[algorithm].get(path, digest):
                    problems.append(f"{shown(path)} has another {algorithm} than {manifest_of(algorithm)} says")
                    break
        if problems:
            more = f"; and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
            raise Contradicted("; ".join(problems[:_MOST_NAMED]) + more)
        return f"{len(files)} files are what {' and '.join(manifest_of(algorithm) for algorithm in ALGORITHMS)} say"

    def _count(self, size: int) -> None:
        self._read += size
        self.told(self._read, self._total)


def _digests(stream: BinaryIO, pool: ThreadPoolExecutor, count: Callable[[int], None]) -> tuple[bytes, bytes]:
    """SHA-256 and SHA-512 of a file, whose bytes are counted. Of a large one, the slower runs beside reading and the other."""
    fast, slow = hashlib.sha256(), hashlib.sha512()
    beside: Future[None] | None = None
    while piece := stream.read(PIECE_BYTES):
        if beside is not None:
            beside.result()
        beside = pool.submit(slow.update, piece) if len(piece) > _WORTH_A_THREAD else None
        if beside is None:
            slow.update(piece)
        fast.update(piece)
        count(len(piece))
    if beside is not None:
        beside.result()
    return fast.digest(), slow.digest()
