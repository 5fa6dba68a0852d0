"""Hashing one stored version so that a killed process loses little of it: the state is given out while it is read.

`hashlib` cannot put a hash aside, so `rehashes` does it (RustCrypto's implementations). It is young, about a third slower
than OpenSSL, and holds the interpreter's lock while it hashes: it is for files that take so long that beginning again is
worse, and is compared with `hashlib` before each use.

A state carries a checksum over all it is bound to, so a damaged or mixed-up one is not used. Whoever writes rows of the
database by intent can make a state that passes, for which there is no secret that the application would not have too.
So nothing is concluded from a difference that a resumed hash shows before the bytes were read in one go, and
`HashedRead.resumed_at` says where it was taken up: for the record, so that it can be known which digests rest on a state.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from rehashes import PyMd5, PySha1, PySha256, PySha512

from storage.interface import ByteStream, ObjectStore, StoredVersion
from storage.parts_hash import PartsHash, new_hash, part_size_of
from storage.reader import HashedRead, hashed

LIBRARY = f"rehashes {version('rehashes')}"
"""What wrote a state: no other version reads it."""

PIECE_BYTES = 256 * 1024
"""So much is hashed between two chances for other threads, and copied for it, since the library takes `bytes` only."""

_REMEMBERED = 8
"""States that each hash remembers: more than the buffers by which one may be ahead of another."""

_CHECKSUM_BYTES = 32


class StateUnusable(Exception):
    """A saved state is not one of this version and these algorithms; the message says why. Reading begins anew."""


class HashingDiffers(Exception):
    """`rehashes` does not give the digests that `hashlib` gives here: it must not be used."""


class _Library(Protocol):
    """A hash of `rehashes`."""

    def update(self, data: bytes) -> None: ...
    def finalize(self) -> str: ...
    def serialize(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Algorithm:
    new: Callable[[], _Library]
    load: Callable[[bytes], _Library]


_ALGORITHMS: Mapping[str, _Algorithm] = {
    "md5": _Algorithm(PyMd5, PyMd5.deserialize),
    "sha1": _Algorithm(PySha1, PySha1.deserialize),
    "sha256": _Algorithm(PySha256, PySha256.deserialize),
    "sha512": _Algorithm(PySha512, PySha512.deserialize),
}
ALGORITHMS = frozenset(_ALGORITHMS)
"""What can be resumed: every digest that the settings know, and the hash of parts (`storage.parts_hash`)."""


@dataclass(frozen=True, slots=True)
class HashState:
    """Where hashing one version has come to: the first `offset` bytes are in `states`, raw by algorithm, and no other.

    `size` is the version's, as the store said when it was read; `resumed_at` the offsets at which it was taken up before.
    """

    key: str
    version_id: str
    size: int
    offset: int
    states: Mapping[str, bytes]
    resumed_at: tuple[int, ...] = ()
    library: str = LIBRARY

    def to_bytes(self) -> bytes:
        """The state with a checksum over all of it."""
        document = {
            "key": self.key,
            "version_id": self.version_id,
            "size": self.size,
            "offset": self.offset,
            "states": {name: state.hex() for name, state in sorted(self.states.items())},
            "resumed_at": list(self.resumed_at),
            "library": self.library,
        }
        body = json.dumps(document, separators=(",", ":")).encode()
        return hashlib.sha256(body).digest() + body

    @classmethod
    def from_bytes(cls, saved: bytes) -> "HashState":
        """Raises `StateUnusable`."""
        checksum, body = saved[:_CHECKSUM_BYTES], saved[_CHECKSUM_BYTES:]
        if not hmac.compare_digest(hashlib.sha256(body).digest(), checksum):
            raise StateUnusable("its checksum does not fit: it is damaged or was changed")
        try:
            document: dict[str, Any] = json.loads(body)
            states = {str(name): bytes.fromhex(state) for name, state in document.pop("states").items()}
            return cls(**{**document, "states": states, "resumed_at": tuple(document["resumed_at"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StateUnusable(f"it is not in our form ({type(error).__name__})") from error

    def check_fits(self, stored: StoredVersion, algorithms: tuple[str, ...]) -> None:
        """Raises `StateUnusable` where this is of another version, of other algorithms or by another library."""
        if self.library != LIBRARY:
            raise StateUnusable(f"it is by {self.library} and this is {LIBRARY}")
        if (self.key, self.version_id) != (stored.key, stored.version_id):
            raise StateUnusable(f"it is of {self.key} version {self.version_id}")
        if set(self.states) != set(algorithms):
            raise StateUnusable(f"it is of {sorted(self.states)} and not of {sorted(algorithms)}")
        if not 0 <= self.offset <= self.size:
            raise StateUnusable(f"it says that {self.offset} of {self.size} bytes were hashed")


def check_against_hashlib(algorithms: tuple[str, ...]) -> None:
    """Raises `HashingDiffers` unless known answers and a random text cut at random places, with states between, agree."""
    text = random.randbytes(3 * PIECE_BYTES + random.randrange(PIECE_BYTES))  # noqa: S311 - no secret
    cuts = sorted(random.randrange(len(text)) for _ in range(3))  # noqa: S311
    for name in algorithms:
        algorithm = _algorithm(name)
        if algorithm is None:
            raise HashingDiffers(f"{LIBRARY} has no {name} that can be resumed")
        for known in (b"", b"abc", text):
            mine = _Resumable(algorithm.new(), 0)
            for begin, end in zip([0, *cuts], [*cuts, len(known)], strict=True):
                mine.update(memoryview(known)[begin:end])
                mine = _Resumable(algorithm.load(mine.recent[-1][1]), 0)
            right = new_hash(name)
            right.update(memoryview(known))
            if mine.digest() != right.digest():
                raise HashingDiffers(f"{LIBRARY} gives another {name} of {len(known)} bytes than hashlib")


def hash_resumably(
    store: ObjectStore,
    stored: StoredVersion,
    algorithms: tuple[str, ...],
    *,
    saved: HashState | None,
    keep_alive: Callable[[HashState | None], None],
) -> HashedRead:
    """As `storage.reader.hash_version`, continuing from `saved` with a ranged read. Needs `check_against_hashlib` first.

    `keep_alive` gets the state to save, None before anything new was hashed. Raises `StateUnusable` too, before a byte
    is hashed, where `saved` is not of this version, these algorithms and the size that the store says.
    """
    if saved is None or saved.offset == 0:
        saved = HashState(stored.key, stored.version_id, -1, 0, {})
        hashes = {name: _Resumable(_known(name).new(), 0) for name in algorithms}
    else:
        saved.check_fits(stored, algorithms)
        if saved.resumed_at[-1:] != (saved.offset,):
            saved = replace(saved, resumed_at=(*saved.resumed_at, saved.offset))
        hashes = {name: _Resumable(_loaded(name, state), saved.offset) for name, state in saved.states.items()}
    reading = _Reading(saved, hashes)
    read = hashed(partial(reading.opened, store), hashes, lambda _: keep_alive(reading.state()), begun_at=saved.offset)
    return replace(read, resumed_at=saved.resumed_at)


class _Reading:
    """One reading from an offset on, and what its hashes had in common last."""

    def __init__(self, begun: HashState, hashes: Mapping[str, "_Resumable"]) -> None:
        self._begun, self._hashes = begun, hashes
        self._size = begun.size

    @contextmanager
    def opened(self, store: ObjectStore) -> Iterator[ByteStream]:
        begun = self._begun
        with store.open(begun.key, begun.version_id, start=begun.offset) as stream:
            size = stream.info.stored.size
            if begun.offset and size != begun.size:
                raise StateUnusable(f"it is of {begun.size} bytes and the store has {size}")
            self._size = size
            yield stream

    def state(self) -> HashState | None:
        """The newest state at which every hash has had the same bytes; None when that is where this reading began."""
        recent = {name: dict(each.recent) for name, each in self._hashes.items()}
        offset = max(frozenset.intersection(*(frozenset(each) for each in recent.values())))
        if offset == self._begun.offset:
            return None
        states = {name: each[offset] for name, each in recent.items()}
        return replace(self._begun, size=self._size, offset=offset, states=states)


class _Resumable:
    """A hash that remembers its last states, each with the offset up to which it has hashed, for another thread to read."""

    def __init__(self, hashing: _Library, offset: int) -> None:
        self._hashing = hashing
        self._offset = offset
        self.recent: tuple[tuple[int, bytes], ...] = ((offset, hashing.serialize()),)

    def update(self, data: memoryview) -> None:
        for start in range(0, data.nbytes, PIECE_BYTES):
            self._hashing.update(bytes(data[start : start + PIECE_BYTES]))
        self._offset += data.nbytes
        self.recent = (*self.recent[1 - _REMEMBERED :], (self._offset, self._hashing.serialize()))

    def digest(self) -> bytes:
        return bytes.fromhex(self._hashing.finalize())


def _loaded(name: str, state: bytes) -> _Library:
    try:
        return _known(name).load(state)
    except ValueError as error:
        raise StateUnusable(f"{LIBRARY} does not take its {name} ({error})") from error


class _Parts:
    """The hash of parts, with states of the library's SHA-256. A state: bytes of the part that is read, `outer`, `inner`."""

    _LENGTH = 8

    def __init__(self, part_size: int, state: bytes | None = None) -> None:
        saved: dict[str, Any] = {} if state is None else self._loaded(part_size, state)
        self._hashing = PartsHash(part_size, PySha256, lambda each: bytes.fromhex(each.finalize()), **saved)

    def update(self, data: bytes) -> None:
        self._hashing.update(data)

    def finalize(self) -> str:
        return self._hashing.digest().hex()

    def serialize(self) -> bytes:
        outer, inner = self._hashing.outer.serialize(), self._hashing.inner.serialize()
        lengths = (self._hashing.read, len(outer))
        return b"".join([*(n.to_bytes(self._LENGTH) for n in lengths), bytes(outer), bytes(inner)])

    @classmethod
    def _loaded(cls, part_size: int, state: bytes) -> dict[str, Any]:
        read, length = (int.from_bytes(state[at : at + cls._LENGTH]) for at in (0, cls._LENGTH))
        states = state[2 * cls._LENGTH :]
        if not read < part_size or not length < len(states):
            raise ValueError("no state of a hash of parts")
        outer, inner = PySha256.deserialize(states[:length]), PySha256.deserialize(states[length:])
        return {"outer": outer, "inner": inner, "read": read}


def _algorithm(name: str) -> _Algorithm | None:
    part_size = part_size_of(name)
    if part_size is None:
        return _ALGORITHMS.get(name)
    return _Algorithm(partial(_Parts, part_size), partial(_Parts, part_size))


def _known(name: str) -> _Algorithm:
    algorithm = _algorithm(name)
    if algorithm is None:
        raise StateUnusable(f"{LIBRARY} has no {name} that can be resumed")
    return algorithm
