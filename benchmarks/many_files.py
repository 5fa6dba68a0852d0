"""Many small files by `dems upload` until all are sealed, against plain `put_object`; and the memory it takes."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.installation import Installation, Running
from benchmarks.memory import forget_peaks, peaks
from benchmarks.pairs import Machine, interleaved, ratios
from benchmarks.programs import Programs
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target

SPEED = Target("at least", 0.3)
MEMORY = Target("at most", 64)
THREADS = 8
FILE = 20_000
"""Bytes of each file that is timed."""
TINY = 1_000
"""Bytes of each where only memory is looked at."""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    with installed.api() as api, installed.worker() as worker:
        run = _Many(installed, api, worker, sizes)
        return [run.speed(), *run.memory()]


class _Many:
    def __init__(self, installed: Installation, api: Running, worker: Running, sizes: Sizes) -> None:
        self._installed, self._sizes = installed, sizes
        self._roots: Mapping[str, int] = {"API": api.pid, "worker": worker.pid}
        _, self._actor, headers = installed.person()
        self._state = installed.folder / "client"
        token = headers["Authorization"].removeprefix("Bearer ")
        self._programs = Programs(installed, api.url, token, self._state)
        self._number = 0

    def speed(self) -> Result:
        count = self._sizes.many_files
        folder = self._folder("timed", count, FILE)
        self._ours(self._folder("warm", 50, FILE), 50)
        machine = Machine()
        legs = {"ours": lambda: self._ours(folder, count)[0], "boto3": lambda: self._theirs(folder)}
        found = interleaved(legs, rounds=self._sizes.rounds, before=os.sync)
        machine.ended()
        each = {leg: f"{1000 * sorted(s)[len(s) // 2] / count:.1f} ms each" for leg, s in found.seconds.items()}
        return Result(
            f"{count:,} files of {FILE // 1000} kB, sealed",
            each["ours"],
            f"{each['boto3']} put_object",
            ratios(found.seconds["boto3"], found.seconds["ours"]),
            "x",
            SPEED,
            self._sizes.full,
            machine=machine,
            details={"seconds": found.seconds},
        )

    def memory(self) -> list[Result]:
        few, many = self._sizes.few_for_memory, self._sizes.many_for_memory
        machine = Machine()
        small, large = self._peaks(few), self._peaks(many)
        machine.ended()
        return [
            Result(
                f"peak memory of the {name}, many files",
                f"{large[name] / MIB:.1f} MiB at {many:,} files",
                f"{small[name] / MIB:.1f} MiB at {few:,} files",
                [(large[name] - small[name]) / MIB],
                " MiB",
                MEMORY,
                self._sizes.full,
                needs=1,
                machine=machine,
            )
            for name in ("client", *self._roots)
        ]

    def _peaks(self, count: int) -> dict[str, int]:
        folder = self._folder(f"memory-{count}", count, TINY)
        forget_peaks(self._roots)
        _, client = self._ours(folder, count)
        return {"client": client, **peaks(self._roots)}

    def _ours(self, folder: Path, count: int) -> tuple[float, int]:
        shutil.rmtree(self._state, ignore_errors=True)
        case = self._installed.case(self._actor)
        ended = self._programs.dems_upload(str(case.id), folder, "--jobs", str(THREADS))
        sealed = sum(e["event"] == "sealed" for e in ended.events)
        if sealed != count:
            raise RuntimeError(f"{sealed} of {count} files were sealed")
        return ended.seconds, ended.peak

    def _theirs(self, folder: Path) -> float:
        self._number += 1
        return self._programs.put_objects(f"bench/many-{self._number}", folder, THREADS)

    def _folder(self, name: str, count: int, size: int) -> Path:
        folder = self._installed.folder / f"many-{name}"
        for number in range(count):
            path = folder / f"d{number // 500}" / f"f{number}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(size))
        return folder
