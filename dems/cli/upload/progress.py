"""How an upload tells where it stands: bars on a terminal, one JSON line an event for programs."""

import base64
import os
import sys
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from dems.cli.screen import say_json, shown

_NAME_WIDTH = 40


class Bars:
    """A bar for the file under way and one for all; silent where standard error is no terminal."""

    def __init__(self, files: int, size: int) -> None:
        self._files, self._done = files, 0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._all = self._progress.add_task("", total=size)
        self._one = self._progress.add_task("", total=0)
        self._name, self._size, self._sent = "", 0, 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, path: Path, size: int) -> None:
        self._name, self._size, self._sent = _short(path), size, 0
        self._progress.update(self._all, description=f"{self._done + 1} of {self._files} files")
        self._progress.reset(self._one, total=size, description=f"hashing {self._name}")

    def end(self) -> None:
        """The file is done with, whatever became of it."""
        self._done += 1
        self._progress.advance(self._all, self._size - self._sent)
        self._sent = self._size

    def waiting(self, count: int) -> None:
        self._progress.update(self._one, visible=False)
        self._progress.update(self._all, description=f"waiting for {count} to be read back and sealed")

    def hashing(self, count: int) -> None:
        self._progress.advance(self._one, count)

    def sending(self) -> None:
        self._progress.advance(self._all, -self._sent)
        self._sent = 0
        self._progress.reset(self._one, total=self._size, description=f"sending {self._name}")

    def sent(self, count: int) -> None:
        self._sent += count
        self._progress.advance(self._one, count)
        self._progress.advance(self._all, count)


def _short(path: Path) -> str:
    name = shown(path.name)
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "…"


def say_event(event: str, path: Path, **more: Any) -> None:
    """One JSON line; a path that is not UTF-8 comes exactly in `path_base64`."""
    raw = os.fsencode(path)
    text = raw.decode("utf-8", "replace")
    exact = {} if text.encode() == raw else {"path_base64": base64.b64encode(raw).decode()}
    say_json({"event": event, "path": text, **exact, **more}, indent=None)
