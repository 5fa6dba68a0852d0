"""No benchmark says "met" of what was not."""

import dataclasses
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import BENCHMARKS
from benchmarks.pairs import PAIRS, interleaved, ratios
from benchmarks.sizes import FULL, QUICK
from benchmarks.table import Result, Target, show
from tests.architecture.tree import ROOT


def result(values: Sequence[float], target: Target | None, *, full: bool = True) -> Result:
    return Result("a benchmark", "ours", "theirs", values, "x", target, full)


AT_LEAST, AT_MOST = Target("at least", 0.8), Target("at most", 1.5)


@pytest.mark.parametrize(
    ("values", "target", "full", "met"),
    [
        ([0.8] * PAIRS, AT_LEAST, True, True),
        ([0.7999] * PAIRS, AT_LEAST, True, False),
        ([0.1, 0.1, 0.79, 9.0, 9.0], AT_LEAST, True, False),
        ([1.5] * PAIRS, AT_MOST, True, True),
        ([1.5001] * PAIRS, AT_MOST, True, False),
        ([math.nan] * PAIRS, AT_LEAST, True, False),
        ([math.inf] * PAIRS, AT_LEAST, True, False),
        ([2.0] * (PAIRS - 1), AT_LEAST, True, None),
        ([2.0] * PAIRS, AT_LEAST, False, None),
        ([2.0] * PAIRS, None, True, None),
    ],
)
def test_a_target_is_met_by_the_median_of_enough_pairs_at_full_size(
    values: list[float], target: Target | None, full: bool, met: bool | None
) -> None:
    found = result(values, target, full=full)
    assert found.met is met
    printed = io.StringIO()
    show([found], Console(file=printed, width=150))
    words = {True: "yes", False: "NO", None: "not judged" if target is not None else ""}
    assert words[met] in printed.getvalue()
    assert ("yes" in printed.getvalue()) == (met is True)
    assert found.document()["met"] is met


def test_only_the_sizes_of_the_targets_are_full() -> None:
    assert FULL.full
    assert not QUICK.full
    for field in dataclasses.fields(FULL):
        assert not dataclasses.replace(FULL, **{field.name: getattr(FULL, field.name) - 1}).full
    assert FULL.rounds == PAIRS


def test_pairs_change_their_order_and_stay_pairs() -> None:
    order: list[str] = []

    def leg(name: str, seconds: Sequence[float]) -> float:
        order.append(name)
        return seconds[order.count(name) - 1]

    found = interleaved({"a": lambda: leg("a", [1, 2, 3]), "b": lambda: leg("b", [2, 2, 2])}, rounds=3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert ratios(found.seconds["b"], found.seconds["a"]) == [2, 1, 2 / 3]
    assert found.slower("a", "b") == [2, 2, 3]


@pytest.mark.timeout(600)
def test_a_quick_run_measures_everything_and_judges_nothing(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 our own program
        [sys.executable, "-m", "benchmarks", "--quick", "--results", str(tmp_path / "results.json")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "DEMS_EVIDENCE__LOCK_DAYS": "nonsense of the shell"},
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert not document["full"]
    assert {r["met"] for r in document["results"]} == {None}
    assert all(f"\n{name}: " in f"\n{done.stdout}" for name in BENCHMARKS)
    names = [r["name"] for r in document["results"]]
    assert len(set(names)) == len(names) > len(BENCHMARKS)
    assert all(math.isfinite(value) for r in document["results"] for value in r["values"])
    assert "yes" not in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]
