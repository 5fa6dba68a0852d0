"""A file through the API into the store, against `boto3` putting it there itself."""

import os
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.cpu import OURSELVES, CpuOf
from benchmarks.installation import Installation, secret
from benchmarks.items import declare, random_file, stored_version
from benchmarks.pairs import Machine, interleaved, ratios
from benchmarks.senders import Sent, Store, relay, sender_process, upload_file
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target, speed
from dems.model.uploads import part_size_for
from storage.interface import StoredVersion
from storage.reader import hash_version

TARGET = Target("at least", 0.75)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    with installed.api() as api, sender_process() as senders:
        return [_Relay(installed, api.url, api.pid, senders, sizes).measure()]


class _Relay:
    def __init__(self, installed: Installation, url: str, pid: int, senders: ProcessPoolExecutor, sizes: Sizes) -> None:
        self._installed, self._url, self._senders, self._sizes = installed, url, senders, sizes
        settings = installed.settings
        self._store = Store(
            settings.s3.endpoint or "",
            settings.s3.buckets.evidence,
            settings.s3.access_key,
            secret(settings.s3.secret_key),
        )
        _, self._actor, _ = installed.person()
        self._case = installed.case(self._actor)
        pids = {"api": pid, "store": installed.engine_pids()["seaweedfs"]}
        self._cpu = {"relay": CpuOf(pids), "boto3": CpuOf(pids)}
        self._clients: dict[str, list[float]] = {"relay": [], "boto3": []}
        self._uploads = 0
        self._digests: dict[Path, bytes] = {}

    def measure(self) -> Result:
        size = self._sizes.file
        path = self._file("file", size)
        warm = self._file("warm", self._sizes.warm)
        self._relay(warm)
        self._boto3(warm)
        machine = Machine()
        legs = {
            "relay": lambda: self._cpu["relay"].around(lambda: self._noted("relay", self._relay(path))),
            "boto3": lambda: self._cpu["boto3"].around(lambda: self._noted("boto3", self._boto3(path))),
        }
        # What one leg left to be written must not be written at the other's cost.
        found = interleaved(legs, rounds=self._sizes.rounds, before=os.sync)
        machine.ended()
        values = ratios(found.seconds["boto3"], found.seconds["relay"])
        cpu = {n: {**self._cpu[n].medians(), OURSELVES: statistics.median(self._clients[n])} for n in legs}
        return Result(
            f"relay of {size // MIB} MiB",
            f"{speed(size, found.seconds['relay'])} through the API",
            f"{speed(size, found.seconds['boto3'])} boto3 upload_file",
            values,
            "x",
            TARGET,
            self._sizes.full,
            machine=machine,
            details={"seconds": found.seconds, "cpu_seconds": cpu},
        )

    def _noted(self, leg: str, sent: Sent) -> float:
        self._clients[leg].append(sent.cpu)
        return sent.seconds

    def _relay(self, path: Path) -> Sent:
        size = path.stat().st_size
        declared = declare(self._installed.dems, self._actor, self._case, size)
        upload, token = declared.upload, declared.upload_token
        if upload is None or token is None:
            raise RuntimeError("a digital item has an upload")
        sent = self._senders.submit(relay, f"{self._url}/v1/uploads/{upload.id}/content", token, path).result()
        self._check(stored_version(self._installed.dems, self._actor, declared.evidence.id), path)
        return sent

    def _boto3(self, path: Path) -> Sent:
        size, self._uploads = path.stat().st_size, self._uploads + 1
        key = f"bench/{self._uploads}"
        threads = self._installed.settings.api.parts_in_flight
        sent = self._senders.submit(upload_file, self._store, key, path, part_size_for(size), threads).result()
        found = self._installed.dems.store.head(key)
        self._check(found.stored, path)
        return sent

    def _file(self, name: str, size: int) -> Path:
        path = self._installed.folder / name
        self._digests[path] = random_file(path, size)
        return path

    def _check(self, stored: StoredVersion, path: Path) -> None:
        """Only what arrived whole counts as sent."""
        found = hash_version(self._installed.dems.store, stored, ("sha256",))
        if found.digests["sha256"] != self._digests[path]:
            raise RuntimeError(f"{stored.key} is not what was sent")
