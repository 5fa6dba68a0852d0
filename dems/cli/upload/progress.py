"""Where an upload stands, for the person at a terminal: a bar for each larger file that is under way, and one for all."""

import sys
import threading
import time
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from dems.cli.screen import shown, warn
from dems.cli.upload.files import File

_NAME_WIDTH = 40
_WORTH_A_BAR = 8 * 1024 * 1024
_MOST_BARS = 10
_AT_LEAST = 0.1
"""Seconds between two changes of the bar for all."""


class Bars:
    """Silent where standard error is no terminal. Used by all threads of an upload."""

    def __init__(self) -> None:
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
        self._all = self._progress.add_task("", total=None)
        self._guard = threading.Lock()
        self._files = self._done = 0
        self._pending = 0
        self._shown_at = 0.0
        self._bars: dict[int, TaskID] = {}
        self._gone: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._progress.stop()

    def note(self, line: str) -> None:
        """One line for the person, above the bars."""
        if self._progress.disable:
            warn(line)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def doing(self, what: str) -> None:
        """What goes on before and after the sending."""
        self._progress.update(self._all, description=what)

    def hashing(self, path: Path) -> None:
        self.doing(f"hashing {_short(path)}")

    def to_send(self, files: int, size: int) -> None:
        """So much is to be sent in all."""
        with self._guard:
            self._files, self._done = files, 0
        self._progress.reset(self._all, total=size, description=f"0 of {files} files")

    def waiting(self, count: int) -> None:
        self.doing(f"waiting for {count} to be read back and sealed")

    def begin(self, file: File) -> None:
        with self._guard:
            self._gone[file.id] = 0
            if file.mark.size >= _WORTH_A_BAR and len(self._bars) < _MOST_BARS and not self._progress.disable:
                self._bars[file.id] = self._progress.add_task(_short(file.path), total=file.mark.size)

    def sent(self, file_id: int, count: int) -> None:
        """So many bytes of a file went; less than nothing when they went in vain."""
        with self._guard:
            if file_id in self._gone:
                self._gone[file_id] += count
            bar = self._bars.get(file_id)
            ahead = self._ahead(count)
        if bar is not None:
            self._progress.advance(bar, count)
        if ahead:
            self._progress.advance(self._all, ahead)

    def end(self, file: File, *, whole: bool) -> None:
        """Nothing of the file is on its way any more. One that is not whole counts as nothing, until it is tried again."""
        with self._guard:
            self._done += whole
            gone = self._gone.pop(file.id, 0)
            bar = self._bars.pop(file.id, None)
            ahead = self._ahead(0 if whole else -gone)
            told = f"{self._done} of {self._files} files"
        if bar is not None:
            self._progress.remove_task(bar)
        if ahead:
            self._progress.update(self._all, advance=ahead, description=told)

    def _ahead(self, count: int) -> int:
        """What the bar for all is to be moved by now; to be called with the guard held."""
        self._pending += count
        now = time.monotonic()
        if now - self._shown_at < _AT_LEAST:
            return 0
        self._shown_at, ahead, self._pending = now, self._pending, 0
        return ahead


def _short(path: Path) -> str:
    name = shown(path.name)
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "…"
