"""Results, the one place that says whether a target is met, and the table."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from benchmarks.pairs import PAIRS, Machine


@dataclass(frozen=True, slots=True)
class Target:
    """Both bounds are part of what is allowed."""

    bound: Literal["at least", "at most"]
    value: float

    def holds(self, measured: float) -> bool:
        if not math.isfinite(measured):
            return False
        return measured >= self.value if self.bound == "at least" else measured <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.bound == 'at least' else '≤'} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One line. `values` are what the target is about, one per repetition; what is judged is their median.

    `met` is computed from `values` and cannot be set. It is None, shown as "not judged", where there is no target, where
    the sizes were not those that the target names (`--quick`), or where there are fewer repetitions than `needs`.
    """

    name: str
    ours: str
    alternative: str
    values: Sequence[float]
    unit: str = ""
    target: Target | None = None
    full: bool = False
    needs: int = PAIRS
    machine: Machine | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        if self.target is None or not self.full or len(self.values) < self.needs:
            return None
        return self.target.holds(self.median)

    def document(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "target": None if self.target is None else str(self.target),
            "median": self.median,
            "met": self.met,
        }


def show(results: Sequence[Result], console: Console) -> None:
    table = Table(title="DEMS benchmarks", show_lines=False)
    for heading in ("name", "ours", "alternative"):
        table.add_column(heading, overflow="fold")
    for heading in ("median", "spread", "target", "met", "load"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        table.add_row(
            result.name,
            result.ours,
            result.alternative,
            _number(result.median, result.unit),
            f"{_number(min(result.values))} to {_number(max(result.values))}" if len(result.values) > 1 else "",
            "" if result.target is None else f"{result.target}{result.unit}",
            {True: "yes", False: "NO", None: "" if result.target is None else "not judged"}[result.met],
            "" if result.machine is None else f"{result.machine.load_before:.1f} to {result.machine.load_after:.1f}",
        )
    console.print(table)


def _number(value: float, unit: str = "") -> str:
    """With three decimals, so that what is shown does not round across a target."""
    return f"{value:.0f}{unit}" if float(value).is_integer() else f"{value:.3f}{unit}"


def speed(size: int, seconds: Sequence[float]) -> str:
    """Throughput at the median time."""
    return f"{size / statistics.median(seconds) / 1e6:.0f} MB/s"
