"""Asking again, where asking again can help, for as long as the person at the terminal lets it run."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from dems.cli.client import Problem, Unreachable

Answer = TypeVar("Answer")

_FIRST, _LONGEST = 0.25, 60.0
_LONGEST_ASKED = 120.0
_SAY_FROM, _SAY_EVERY = 2.0, 60.0
_INCOMPLETE_TRIES = 8
_LASTING = {"store-not-trusted", "no-space", "internal-error", "integrity-broken", "store-misconfigured"}
_PASSING = {408, 429}


class Stopped(Exception):
    """The command was ended by the person at the terminal; what was begun is left as it is."""


def passing(error: Unreachable | Problem) -> bool:
    """Whether the same may go well in a while: no connection, overload, a store or database that restarts."""
    if isinstance(error, Unreachable):
        return True
    return (error.passing or error.status in _PASSING) and error.kind not in _LASTING


def pauses() -> Iterator[float]:
    """The waits between tries in seconds, without end; each drawn by lot, so that many clients do not come back as one."""
    longest = _FIRST
    while True:
        yield longest * random.uniform(0.5, 1.0)  # noqa: S311  (not for secrets)
        longest = min(longest * 2, _LONGEST)


class Patience:
    """Waits that end at once when the command is to end. Used by all threads of an upload."""

    def __init__(self, note: Callable[[str], None]) -> None:
        """`note` gets a line for the person, when something is waited for."""
        self._note = note
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._said: float | None = None

    def stop(self) -> None:
        """Whoever waits, or is about to, gets `Stopped`."""
        self._stop.set()

    def check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer that is not passing. Only for what may be asked twice."""
        incomplete = 0
        for pause in pauses():
            self.check()
            try:
                return ask()
            except (Unreachable, Problem) as error:
                incomplete += isinstance(error, Problem) and error.kind == "incomplete"
                if not passing(error) or incomplete == _INCOMPLETE_TRIES:
                    raise
                asked = error.retry_after if isinstance(error, Problem) else None
                self.hold(str(error), max(pause, min(asked or 0, _LONGEST_ASKED)))
        raise RuntimeError("the pauses have no end")

    def hold(self, why: str, seconds: float) -> None:
        """Wait because of something that passes, and say so once it lasts."""
        if seconds >= _SAY_FROM and self._to_be_said():
            self._note(f"{why} Waiting, and going on by itself; Ctrl-C ends it, and running it again continues.")
        self.wait(seconds)

    def _to_be_said(self) -> bool:
        with self._guard:
            now = time.monotonic()
            due = self._said is None or now - self._said >= _SAY_EVERY
            if due:
                self._said = now
            return due
