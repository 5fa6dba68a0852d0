"""What a test waits for where another thread is to have come so far: a condition, and an end to waiting for it."""

import time
from collections.abc import Callable

Rows = Callable[[str], list[object]]
"""Runs one statement, as `as_owner` does."""


def until(true: Callable[[], object], seconds: float = 120) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, "it did not come true in time"
        time.sleep(0.02)


def until_somebody_waits_for_a_lock(as_owner: Rows) -> None:
    until(lambda: as_owner("SELECT 1 FROM pg_locks WHERE NOT granted"))
