"""Reading a stored file back and hashing it, against reading it and hashing it each for itself."""

import hashlib
import os
import statistics
from collections.abc import Callable
from typing import Any

from benchmarks.cpu import OURSELVES, CpuOf
from benchmarks.installation import Installation
from benchmarks.items import declare, random_file, stored_version
from benchmarks.pairs import Machine, Rounds, interleaved, ratios, timed
from benchmarks.senders import relay, sender_process
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target, speed
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId
from storage.interface import StoredVersion
from storage.reader import hash_version
from storage.s3_client import client_for

TARGET = Target("at least", 0.80)
CPU_TARGET = Target("at most", 1.15)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    return _Verification(installed, _Items(installed, sizes), sizes).measure()


class _Items:
    """Items whose bytes are in the store: one to read again and again, and for each round two that nobody has read.

    The store spends more on the first reading of an object than on later ones, and what is sealed is read for the first time.
    """

    def __init__(self, installed: Installation, sizes: Sizes) -> None:
        self.path = installed.folder / "file"
        self.size = sizes.file
        self.sha256 = random_file(self.path, sizes.file)
        _, self.actor, _ = installed.person()
        case = installed.case(self.actor)
        sent: list[EvidenceId] = []
        with installed.api() as api, sender_process() as senders:
            for _ in range(2 * (sizes.rounds + 1) + 1):
                declared = declare(installed.dems, self.actor, case, sizes.file, self.sha256)
                if declared.upload is None or declared.upload_token is None:
                    raise RuntimeError("a digital item has an upload")
                url = f"{api.url}/v1/uploads/{declared.upload.id}/content"
                senders.submit(relay, url, declared.upload_token, self.path).result()
                sent.append(declared.evidence.id)
        self.stored = stored_version(installed.dems, self.actor, sent.pop())
        # By turns: what came in later is no likelier in memory for the one than for the other.
        self.unsealed = sent[::2]
        self.unread = [stored_version(installed.dems, self.actor, each) for each in sent[1::2]]


class _Verification:
    def __init__(self, installed: Installation, items: _Items, sizes: Sizes) -> None:
        self._installed, self._items, self._sizes = installed, items, sizes
        self._plain = client_for(installed.settings.s3)
        self._bytes = items.path.read_bytes()
        self._pids = {"store": installed.engine_pids()["seaweedfs"]}
        self._cpu: dict[str, CpuOf] = {}

    def measure(self) -> list[Result]:
        legs: dict[str, Callable[[], object]] = {
            "hash_version": self._hash_version,
            "seal": self._seal,
            "get": self._get,
            "first_get": self._first_get,
            "get_readinto": self._get_readinto,
            "sha256": self._sha256,
        }
        for act in legs.values():
            act()
        machine = Machine()
        self._cpu = {name: CpuOf(self._pids) for name in legs}
        found = interleaved(
            {name: self._leg(name, act) for name, act in legs.items()}, rounds=self._sizes.rounds, before=os.sync
        )
        machine.ended()
        return self._results(found, machine)

    def _leg(self, name: str, act: Callable[[], object]) -> Callable[[], float]:
        return lambda: self._cpu[name].around(lambda: timed(act))

    def _results(self, found: Rounds, machine: Machine) -> list[Result]:
        size, slower = self._items.size, found.slower("get", "sha256")
        cpu = {name: each.medians() for name, each in self._cpu.items()}
        details = {"seconds": found.seconds, "cpu_seconds": cpu}
        get, sha256 = (speed(size, found.seconds[leg]) for leg in ("get", "sha256"))
        wall = [
            Result(
                f"{words} {size // MIB} MiB",
                speed(size, found.seconds[leg]),
                f"plain GET (iter_chunks) {get}; sha256 {sha256}",
                ratios(slower, found.seconds[leg]),
                "x",
                TARGET,
                self._sizes.full,
                machine=machine,
                details=details,
            )
            for leg, words in (("hash_version", "read and hash"), ("seal", "seal"))
        ]
        return [*wall, self._first(found, machine), self._tight(found, machine), self._client_cpu(machine)]

    def _first(self, found: Rounds, machine: Machine) -> Result:
        """Like with like: both read an object that nobody has read before."""
        size = self._items.size
        return Result(
            "seal, against a first reading",
            speed(size, found.seconds["seal"]),
            f"plain GET of an object not read before {speed(size, found.seconds['first_get'])}",
            ratios(found.slower("first_get", "sha256"), found.seconds["seal"]),
            "x",
            TARGET,
            self._sizes.full,
            machine=machine,
        )

    def _tight(self, found: Rounds, machine: Machine) -> Result:
        size = self._items.size
        return Result(
            "read and hash, other reading",
            speed(size, found.seconds["hash_version"]),
            f"GET with readinto, 4 MiB buffer {speed(size, found.seconds['get_readinto'])}",
            ratios(found.slower("get_readinto", "sha256"), found.seconds["hash_version"]),
            "x",
            machine=machine,
        )

    def _client_cpu(self, machine: Machine) -> Result:
        """The store's share is left out: it is the same for a plain GET, and on a machine of its own in earnest."""
        ours, get, sha256 = (self._cpu[leg].spent[OURSELVES] for leg in ("hash_version", "get", "sha256"))
        alone = [a + b for a, b in zip(get, sha256, strict=True)]
        return Result(
            "CPU of the reader alone",
            f"{statistics.median(ours):.2f} s read and hash",
            f"{statistics.median(get):.2f} s GET + {statistics.median(sha256):.2f} s sha256",
            ratios(ours, alone),
            "x",
            CPU_TARGET,
            self._sizes.full,
            machine=machine,
        )

    def _hash_version(self) -> None:
        read = hash_version(self._installed.dems.store, self._items.stored, ("sha256",))
        self._insist(read.digests["sha256"])

    def _seal(self) -> None:
        item = self._installed.dems.evidence.seal(self._items.unsealed.pop())
        if item.state is not EvidenceState.SEALED:
            raise RuntimeError(f"the item is {item.state.value}")
        self._insist(item.digests["sha256"].value)

    def _get(self) -> None:
        self._plainly(self._items.stored)

    def _first_get(self) -> None:
        self._plainly(self._items.unread.pop())

    def _plainly(self, stored: StoredVersion) -> None:
        bucket = self._installed.settings.s3.buckets.evidence
        answer: Any = self._plain.get_object(Bucket=bucket, Key=stored.key, VersionId=stored.version_id)
        self._whole(sum(len(chunk) for chunk in answer["Body"].iter_chunks(MIB)))

    def _get_readinto(self) -> None:
        buffer, total = memoryview(bytearray(4 * MIB)), 0
        with self._installed.dems.store.open(self._items.stored.key, self._items.stored.version_id) as stream:
            while count := stream.readinto(buffer):
                total += count
        self._whole(total)

    def _sha256(self) -> None:
        self._insist(hashlib.sha256(self._bytes).digest())

    def _insist(self, digest: bytes) -> None:
        if digest != self._items.sha256:
            raise RuntimeError("these are not the bytes that were sent")

    def _whole(self, size: int) -> None:
        if size != self._items.size:
            raise RuntimeError(f"{size} bytes came instead of {self._items.size}")
