"""Asking again, where asking again can help."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from dems.cli.client import Problem, Unreachable

Answer = TypeVar("Answer")

_PAUSES = (0.5, 1, 2, 4, 8, 15, 30, 30)
_LONGEST = 120.0
_LASTING = {"store-not-trusted", "no-space", "internal-error", "integrity-broken", "store-misconfigured"}


def passing(error: Unreachable | Problem) -> bool:
    """Whether the same may go well in a while: no connection, overload, a store or database that restarts."""
    return isinstance(error, Unreachable) or (error.passing and error.kind not in _LASTING)


def pause(error: Unreachable | Problem, seconds: float) -> None:
    asked = error.retry_after if isinstance(error, Problem) else None
    time.sleep(min(max(seconds, asked or 0), _LONGEST))


def pauses() -> Iterator[float | None]:
    """The waits between tries, a minute and a half in all; None when it was the last try."""
    yield from _PAUSES
    yield None


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask until there is an answer that is not passing. Only for what may be asked twice."""
    for wait in pauses():
        try:
            return ask()
        except (Unreachable, Problem) as error:
            if wait is None or not passing(error):
                raise
            pause(error, wait)
    raise RuntimeError("the last try returns or raises")
