"""How much more memory the API and the worker need at their peak for a large file than for a small one."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import httpx
import psutil

from benchmarks.installation import Installation
from benchmarks.items import declare
from benchmarks.pairs import Machine
from benchmarks.senders import relay_made_up, sender_process
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target

TARGET = Target("at most", 64)
_VERIFIED_SECONDS = 300.0


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    with sender_process() as senders, installed.api() as api, installed.worker() as worker:
        return _Memory(installed, api.url, {"API": api.pid, "worker": worker.pid}, senders, sizes).measure()


class _Memory:
    def __init__(
        self, installed: Installation, url: str, roots: Mapping[str, int], senders: ProcessPoolExecutor, sizes: Sizes
    ) -> None:
        self._installed, self._url, self._roots, self._senders, self._sizes = installed, url, roots, senders, sizes
        _, self._actor, self._headers = installed.person()
        self._case = installed.case(self._actor)
        self._block = os.urandom(MIB)

    def measure(self) -> list[Result]:
        self._through(self._sizes.small_file)
        machine = Machine()
        family = _family(self._roots)
        small, large = self._peaks(self._sizes.small_file), self._peaks(self._sizes.large_file)
        if _family(self._roots) != family:
            raise RuntimeError("a process was replaced meanwhile: its peak is not that of both files")
        machine.ended()
        return [
            Result(
                f"peak memory of the {name}",
                f"{large[name] / MIB:.1f} MiB at {self._sizes.large_file // MIB} MiB",
                f"{small[name] / MIB:.1f} MiB at {self._sizes.small_file // MIB} MiB",
                [(large[name] - small[name]) / MIB],
                " MiB",
                TARGET,
                self._sizes.full,
                needs=1,
                machine=machine,
                details={"small": small[name], "large": large[name]},
            )
            for name in self._roots
        ]

    def _peaks(self, size: int) -> dict[str, int]:
        """The peak of each, its children's own peaks added, from here until the file is sealed."""
        forget_peaks(self._roots)
        self._through(size)
        return peaks(self._roots)

    def _through(self, size: int) -> None:
        """Send a file and wait until the worker has sealed it."""
        declared = declare(self._installed.dems, self._actor, self._case, size)
        if declared.upload is None or declared.upload_token is None:
            raise RuntimeError("a digital item has an upload")
        url = f"{self._url}/v1/uploads/{declared.upload.id}/content"
        sent = self._senders.submit(relay_made_up, url, declared.upload_token, size, self._block).result()
        deadline = time.monotonic() + _VERIFIED_SECONDS
        with httpx.Client(base_url=self._url, headers=self._headers) as http:
            while (item := http.get(f"/v1/evidence/{declared.evidence.id}").json())["state"] != "sealed":
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the worker has not sealed the item: it is {item['state']}")
                time.sleep(0.1)
        if item["digests"]["sha256"] != sent.answer["sha256"]:
            raise RuntimeError("these are not the bytes that were sent")


def forget_peaks(roots: Mapping[str, int]) -> None:
    """From here on, peaks are those of what comes."""
    for pids in _family(roots).values():
        for pid in pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peaks(roots: Mapping[str, int]) -> dict[str, int]:
    """Bytes, each with its children's own peaks added."""
    return {name: sum(_peak(pid) for pid in pids) for name, pids in _family(roots).items()}


def _family(roots: Mapping[str, int]) -> dict[str, list[int]]:
    return {
        name: [pid, *sorted(child.pid for child in psutil.Process(pid).children(recursive=True))]
        for name, pid in roots.items()
    }


def _peak(pid: int) -> int:
    """VmHWM in bytes, since the last reset."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory of its own")
