"""Counting what should be rare, by whoever causes it. Bounded in memory; one per process."""

import threading
import time
from collections import OrderedDict

_MOST_KEYS = 10_000


class Tally:
    """How often something came of each key since the first time within `window_seconds`."""

    def __init__(self, window_seconds: float) -> None:
        self._window = window_seconds
        self._guard = threading.Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, key: str) -> tuple[int, int]:
        """Count one more: which it is, from 1, and in how many seconds counting begins anew."""
        now = time.monotonic()
        with self._guard:
            begun, before = self._seen.pop(key, (now, 0))
            if now - begun >= self._window:
                begun, before = now, 0
            self._seen[key] = (begun, before + 1)
            while len(self._seen) > _MOST_KEYS:
                self._seen.popitem(last=False)
        return before + 1, max(1, int(self._window - (now - begun)) + 1)
