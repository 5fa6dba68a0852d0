"""CPU seconds of processes: what a machine with other work on it does not blur as it blurs seconds by the clock."""

import statistics
import time
from collections.abc import Callable, Mapping

import psutil

OURSELVES = "client"


class CpuOf:
    """Adds up what this process (as `client`) and the named others, each without children, spend while `around` runs."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self.spent: dict[str, list[float]] = {name: [] for name in (*pids, OURSELVES)}

    def around(self, act: Callable[[], float]) -> float:
        others = {name: _seconds(pid) for name, pid in self._pids.items()}
        ours = time.process_time()
        result = act()
        self.spent[OURSELVES].append(time.process_time() - ours)
        for name, pid in self._pids.items():
            self.spent[name].append(_seconds(pid) - others[name])
        return result

    def medians(self) -> dict[str, float]:
        return {name: round(statistics.median(values), 3) for name, values in self.spent.items() if values}


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
