"""How far a long check is, for whoever sits at the terminal: a package of a hundred gigabytes takes many minutes."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

Watcher = Callable[[int, int], None]
"""Called with the bytes that were read, and with how many there are to read at most."""

_EVERY_SECONDS = 0.5
_BYTES_IN_A_GIGABYTE = 10**9


def nobody(done: int, total: int) -> None:
    """Tell nobody."""


class Progress:
    """One line that is written over, and taken away at the end. Where nobody looks, in a pipe or a file, nothing is written."""

    def __init__(self, screen: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._screen = screen or sys.stderr
        self._clock = clock
        self._next = clock() + _EVERY_SECONDS
        self._wide = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._wide:
            self._write("")

    def __call__(self, done: int, total: int) -> None:
        """Say it, if it was not said half a second ago."""
        now = self._clock()
        if now < self._next or not self._screen.isatty():
            return
        self._next = now + _EVERY_SECONDS
        read, most = (f"{size / _BYTES_IN_A_GIGABYTE:,.1f}" for size in (done, total))
        self._write(f"{read} of {most} GB read")

    def _write(self, line: str) -> None:
        self._screen.write(f"\r{line.ljust(self._wide)}" + ("" if line else "\r"))
        self._screen.flush()
        self._wide = len(line)
