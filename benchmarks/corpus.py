"""How well real files are understood: media types and core fields against what other tools said of the same files.

Each value ends as match, wrong or missing; wrong is far worse than missing. Extractors run in this process, unlocked: what is
measured is what they find. Where a name has several findings, one that is right counts: both are shown to whoever looks.

With every value that is not right: ``python -m benchmarks.corpus [folder]``.
"""

import importlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus_fields import fields, media_types, same
from benchmarks.installation import Installation
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from workers.extractors.identify import identify
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Held, Source

FOLDER = Path(os.environ.get("DEMS_CORPUS", Path(__file__).parents[1].with_name("shared") / "corpus"))
"""Read when this module is, since the benchmarks clear such variables afterwards."""
IDENTIFIED = Target("at least", 0.95)
WRONG = Target("at most", 0.01)
MISSING = Target("at most", 0.05)
_FEW = 12
MATCH_, WRONG_, MISSING_ = "match", "wrong", "missing"


@dataclass
class Score:
    """Outcomes by kind of file, and the failures to look at: file, field, expected, found."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    failures: list[tuple[str, str, str, str]] = field(default_factory=list)
    crashes: list[tuple[str, str]] = field(default_factory=list)

    def count(self, kind: str, name: str, wanted: tuple[str, Any], found: list[Any], *, right: bool) -> None:
        outcome = MATCH_ if right else WRONG_ if found else MISSING_
        self.outcomes[kind][outcome] += 1
        if not right:
            self.failures.append((name, wanted[0], str(wanted[1]), "; ".join(str(one) for one in found)))

    def part(self, outcome: str) -> float:
        """The macro average: kinds weigh the same, however many values each has."""
        parts = [counted[outcome] / counted.total() for counted in self.outcomes.values() if counted.total()]
        return sum(parts) / len(parts) if parts else 0.0

    def whole(self, outcome: str) -> float:
        every = sum(counted.total() for counted in self.outcomes.values())
        return sum(counted[outcome] for counted in self.outcomes.values()) / every if every else 0.0


@dataclass
class Scores:
    media_types: Score = field(default_factory=Score)
    core_fields: Score = field(default_factory=Score)
    seconds: float = 0.0


def score(folder: Path, *, every: int = 1) -> Scores:
    """Reads every file of the corpus, or every so many. Nothing is caught but what extractors may raise, and crashes, which are counted."""
    manifest = json.loads((folder / "manifest.json").read_text())
    reference = json.loads((folder / "reference.json").read_text())["files"]
    scores = Scores()
    for row in manifest[::every]:
        _score_file(folder / "files" / row["name"], row["kind"], reference[row["name"]], scores)
    return scores


def _score_file(path: Path, kind: str, reference: Mapping[str, Any], scores: Scores) -> None:
    data = path.read_bytes()
    source = Source(Held(data), len(data), path.suffix.lstrip("."))
    since = time.perf_counter()
    identified = identify(source)
    expected = media_types(path.name, reference)
    if expected:
        known = [] if identified.media_type == "application/octet-stream" else [identified.media_type]
        right = identified.media_type in expected
        scores.media_types.count(kind, path.name, ("media_type", sorted(expected)), known, right=right)
    report = Report()
    if identified.family is not None:
        try:
            importlib.import_module(f"workers.extractors.{identified.family}").extract(
                source, identified.media_type, report
            )
        except (Unreadable, Enough):
            pass
        except Exception as crashed:  # noqa: BLE001 - that none is raised is what is measured
            scores.core_fields.crashes.append((path.name, repr(crashed)))
    scores.seconds += time.perf_counter() - since
    for wanted in fields(kind, reference):
        found = [finding for finding in report.findings if finding.name == wanted.name]
        right = any(same(wanted, finding) for finding in found)
        values = [finding.value for finding in found]
        scores.core_fields.count(kind, path.name, (wanted.name, wanted.value), values, right=right)


def measure(_: Installation, sizes: Sizes) -> list[Result]:
    """The lines of the table; none, and a sentence, where there is no corpus."""
    if not (FOLDER / "reference.json").is_file():
        print(
            f"There is no corpus in {FOLDER}: how well real files are understood is left out. DEMS_CORPUS names another."
        )
        return []
    scores = score(FOLDER, every=1 if sizes.full else _FEW)
    if sizes.full:
        _explain(scores)
    other = "exiftool, ffprobe, libmagic"
    lines = [
        ("media types right", scores.media_types.whole(MATCH_), IDENTIFIED),
        ("core fields wrong, by kind", scores.core_fields.part(WRONG_), WRONG),
        ("core fields missing, by kind", scores.core_fields.part(MISSING_), MISSING),
        ("crashes of extractors", float(len(scores.core_fields.crashes)), Target("at most", 0)),
    ]
    details = {kind: dict(counted) for kind, counted in scores.core_fields.outcomes.items()}
    return [
        Result(
            f"corpus: {name}", "own readers", other, [value], target=target, full=sizes.full, needs=1, details=details
        )
        for name, value, target in lines
    ]


def _explain(scores: Scores) -> None:
    for title, scored in (("media types", scores.media_types), ("core fields", scores.core_fields)):
        print(f"\n{title}: {'match':>28} {'wrong':>7} {'missing':>7}")
        for kind, counted in sorted(scored.outcomes.items()):
            print(f"  {kind:<12} {counted[MATCH_]:>25} {counted[WRONG_]:>7} {counted[MISSING_]:>7}")
        macro = [scored.part(outcome) for outcome in (MATCH_, WRONG_, MISSING_)]
        print(f"  {'macro':<12} {macro[0]:>25.4f} {macro[1]:>7.4f} {macro[2]:>7.4f}")
        for name, wanted, expected, found in scored.failures:
            print(f"    {name} {wanted}: expected {expected[:100]!r}, found {found[:100]!r}")
    for name, crashed in scores.core_fields.crashes:
        print(f"  CRASH {name}: {crashed[:200]}")
    print(f"\n{scores.seconds:.1f} s in the extractors")


if __name__ == "__main__":
    _explain(score(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
