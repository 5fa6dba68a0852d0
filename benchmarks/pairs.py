"""Running things in turn, so that what changes on the machine meanwhile meets all of them alike."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PAIRS = 5
"""Fewer say nothing about the spread; `benchmarks.table` calls no target met on fewer."""

Leg = Callable[[], float]
"""Does the work once and returns its seconds."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Seconds of each leg, one of each per round: the legs' places in the lists belong together."""

    seconds: Mapping[str, list[float]]

    def slower(self, *names: str) -> list[float]:
        """The slowest of these legs, round by round."""
        return [max(each) for each in zip(*(self.seconds[n] for n in names), strict=True)]


def interleaved(legs: Mapping[str, Leg], *, rounds: int, before: Callable[[], None] = lambda: None) -> Rounds:
    """Run every leg once per round, in alternating order. `before` runs outside of the measured time."""
    seconds: dict[str, list[float]] = {name: [] for name in legs}
    for number in range(rounds):
        for name in legs if number % 2 == 0 else reversed(list(legs)):
            before()
            seconds[name].append(legs[name]())
    return Rounds(seconds)


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def ratios(above: list[float], below: list[float]) -> list[float]:
    """Round by round."""
    return [a / b for a, b in zip(above, below, strict=True)]


@dataclass(slots=True)
class Machine:
    """What else went on: load average before and after, and the share of CPU time that others left idle before."""

    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    idle_before: float = field(default_factory=lambda: _idle_share(0.5))
    load_after: float = 0.0

    def ended(self) -> "Machine":
        self.load_after = os.getloadavg()[0]
        return self


def _idle_share(seconds: float) -> float:
    first = _cpu_times()
    time.sleep(seconds)
    second = _cpu_times()
    spent = [b - a for a, b in zip(first, second, strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))


def _cpu_times() -> list[int]:
    """`user nice system idle iowait irq softirq steal` of all processors together, in ticks."""
    with open("/proc/stat", encoding="ascii") as file:  # noqa: PTH123 not a file one has a path to
        return [int(field) for field in file.readline().split()[1:9]]


def in_turns(legs: Mapping[str, Leg], *, rounds: int, requests: int) -> tuple[dict[str, list[float]], Machine]:
    """Seconds of one request of each leg, the median of `requests` in each round, after one of each that is not counted.

    Requests take turns one by one: they are so short that whatever else runs would meet only one side.
    """
    for once in legs.values():
        once()
    machine = Machine()
    seconds: dict[str, list[float]] = {each: [] for each in legs}
    for _ in range(rounds):
        found = interleaved(legs, rounds=requests)
        for each in legs:
            seconds[each].append(statistics.median(found.seconds[each]))
    machine.ended()
    return seconds, machine
