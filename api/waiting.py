"""Waiting for the log, for whoever asks to: at most two seconds, and less where the log is faster."""

import re
import threading
import time
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header

MOST_SECONDS = 2.0
MOST_AT_ONCE = 8
"""Of one process, which has forty threads for everything that it is asked."""
_GLANCE_SECONDS = 0.1
_PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*([0-9]{1,4})\s*(?:$|[,;])")

Answer = TypeVar("Answer")


def _prefer(
    prefer: Annotated[
        str | None,
        Header(
            description="`wait=2` (RFC 7240): wait so many seconds, two at most, until the log has taken it in and is signed"
        ),
    ] = None,
) -> float:
    return asked_to_wait(prefer, MOST_SECONDS)


def asked_to_wait(prefer: str | None, most: float) -> float:
    """Seconds that a `Prefer` header asks to wait, `most` at most; 0 where it asks for none."""
    match = _WAIT.search(prefer or "")
    return 0.0 if match is None else min(float(match[1]), most)


Wait = Annotated[float, Depends(_prefer)]


def when_logged(seconds: float, ask: Callable[[], Answer], *, logged: Callable[[Answer], bool]) -> Answer:
    """Ask again until `logged` says yes of the answer or the time is over; the last answer, or what the last try raised.

    Each that waits holds a thread. Where `MOST_AT_ONCE` wait already, nobody else does: the answer is what there is now.
    """
    answer = ask()
    if seconds == 0 or logged(answer) or not _PLACES.acquire(blocking=False):
        return answer
    try:
        until = time.monotonic() + seconds
        while not logged(answer) and time.monotonic() < until:
            time.sleep(_GLANCE_SECONDS)
            answer = ask()
    finally:
        _PLACES.release()
    return answer
