"""No mutation of any sample makes an extractor raise what has no meaning, hang, or say nothing."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.workers.extractors.paper_samples import SAMPLES
from tests.workers.extractors.taken import Counted
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Held, Refused, Source

MUTATIONS = 250
SECONDS_EACH = 5.0
ODD = (b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0\0\0\0\0", b"\x80", b"<", b"&", b"\n", b"%s")
ROOT = Path(__file__).parents[3]


def mutations(data: bytes, seed: str) -> Iterator[bytes]:
    chance = random.Random(seed)
    for number in range(MUTATIONS):
        held = bytearray(data)
        way = number % 5
        if way == 0:
            yield bytes(held[: chance.randrange(len(held))])
            continue
        for _ in range(chance.choice((1, 2, 8, 64))):
            at = chance.randrange(len(held))
            if way == 1:
                held[at] ^= 1 << chance.randrange(8)
            elif way == 2:
                odd = chance.choice(ODD)
                held[at : at + len(odd)] = odd
            elif way == 3:
                length = chance.randrange(1, 64)
                held[at:at] = held[at : at + length]
            elif len(held) > 64:
                del held[at : at + chance.randrange(1, 16)]
        yield bytes(held)


def ending(family: ModuleType, source: Source, report: Report) -> str | None:
    """Why the reading stopped; None where the extractor went to its end. Anything else that it raises fails the test."""
    try:
        family.extract(source, "", report)
    except (Unreadable, Refused) as reason:
        return str(reason)
    except Enough:
        return report.stopped[-1]
    return None


@pytest.mark.parametrize("name", SAMPLES)
def test_no_mutation_of_a_sample_ends_in_anything_but_a_named_state(name: str) -> None:
    family, data = SAMPLES[name]
    for number, mutated in enumerate(mutations(data, name)):
        report = Report()
        begun = time.process_time()
        reason = ending(family, Source(Held(mutated), len(mutated), name), report)
        if reason is not None:
            assert reason.endswith("."), f"{number}: no sentence: {reason}"
        else:
            assert report.findings or report.stopped or report.warnings, f"{number}: silently empty"
        assert time.process_time() - begun < SECONDS_EACH, f"{number}: too slow"


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "pst"])
def test_a_budget_used_up_anywhere_is_refused_or_partial_and_never_called_damage(name: str) -> None:
    family, data = SAMPLES[name]
    for budget in (0, 60, 600, len(data) // 2, len(data) - 1):
        report = Report()
        source = Source(Counted(data, budget), len(data), name)
        reason = ending(family, source, report)
        if source.refused:
            assert (reason or "").startswith("The budget") or report.stopped, (
                f"{budget}: {reason or 'told as complete'}"
            )


LOCKED = """
import importlib, sys
family = importlib.import_module(sys.argv[1])
from workers.extractors.families import _preload
from workers.extractors.report import Report, Unreadable
from workers.extractors.source import Held, Source
_preload()
data = sys.stdin.buffer.read()
before = set(sys.modules)
try:
    family.extract(Source(Held(data), len(data), ""), "", Report())
except Unreadable:
    pass
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_imported_once_a_file_is_seen(name: str) -> None:
    family, data = SAMPLES[name]
    command = [sys.executable, "-c", LOCKED, family.__name__]
    run = subprocess.run(command, input=data, cwd=ROOT, capture_output=True, check=True, timeout=240)  # noqa: S603
    assert run.stdout.decode().split() == []
