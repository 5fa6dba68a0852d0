"""SIGTERM and SIGINT: what somebody who wants a program of ours to stop sends it."""

import contextlib
import signal
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def when_told_to_stop(handle: Callable[[], None]) -> Iterator[None]:
    """Within, either signal calls `handle` in the main thread; after it they mean what they meant before."""

    def told(_number: int, _frame: object) -> None:
        handle()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
