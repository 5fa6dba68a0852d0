"""Questions to the database or the store that are asked while the answers before them are worked on."""

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

Answer = TypeVar("Answer")

_TURN_SECONDS = 0.001
"""An answer comes in many pieces, and for each a thread waits for its turn. With Python's own 5 ms the database waited, too."""

_begins_or_ends = Lock()
_readings: list[float] = []
"""One for each that goes on. The first, which is taken out last, is how long a turn was before all of them."""


@contextmanager
def _short_turns() -> Iterator[None]:
    """Meanwhile threads of this process take turns more often. Readings may overlap: the last to end puts it back."""
    with _begins_or_ends:
        _readings.append(sys.getswitchinterval())
        if _readings[-1] > _TURN_SECONDS:
            sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        with _begins_or_ends:
            before = _readings.pop()
            if not _readings and before > _TURN_SECONDS:
                sys.setswitchinterval(before)


def answers(questions: Iterable[Callable[[], Answer]], *, ahead: int) -> Generator[Answer, None, None]:
    """The answers, in the order of the questions; so many of those that come next are asked meanwhile, in threads.

    What a question raises is raised in its place. Close it, and no further question is asked; those that are being asked
    are waited for.
    """
    coming: deque[Future[Answer]] = deque()
    with _short_turns(), ThreadPoolExecutor(ahead, thread_name_prefix="ahead") as pool:
        try:
            for question in questions:
                coming.append(pool.submit(question))
                if len(coming) > ahead:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for unasked in coming:
                unasked.cancel()
