"""Waiting for an engine, with an end to it, and a reason when it is in vain."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from dems.engines.errors import EngineError, StartFailed
from dems.engines.folder import bound_log, disk_full, disk_read_only, free_bytes

_STEP_SECONDS = 0.02
_MOST_BYTES = 1024 * 1024
_FULL_BYTES = 4 * 1024 * 1024


class EngineLog:
    """The log of one engine. What is asked of it concerns the present run only."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self._folder = folder
        self._from = 0

    def open(self) -> Path:
        """Begin a run: the path to append to, its size kept within bounds."""
        bound_log(self.path)
        self._from = self.path.stat().st_size if self.path.exists() else 0
        return self.path

    def says(self, words: bytes) -> bool:
        return words in self._text()

    def reason(self) -> EngineError | None:
        """The disk, where it is to blame: a full one may have kept the engine from saying so."""
        if free_bytes(self._folder) < _FULL_BYTES:
            return disk_full(self._folder)
        text = self._text()
        if any(words in text for words in (b"No space left on device", b"Disk quota exceeded", b"File too large")):
            return disk_full(self._folder)
        if b"Read-only file system" in text:
            return disk_read_only(self._folder)
        return None

    def _text(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(self._from)
                return file.read(_MOST_BYTES)
        except OSError:
            return b""


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], *, name: str, seconds: float, log: EngineLog
) -> None:
    """Ask `ready` until it says yes. Raises `StartFailed` or `DiskRefused` when the process ends or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        status = process.poll()
        if status is not None:
            raise log.reason() or StartFailed(
                f"{name} ended with status {status} while starting: read the end of {log.path}."
            )
        if time.monotonic() > deadline:
            raise log.reason() or StartFailed(
                f"{name} was not ready within {seconds:.0f} seconds: read the end of {log.path}."
            )
        time.sleep(_STEP_SECONDS)
