"""What reading files in the sandbox costs: against one process of another tool per file, in bytes of the store, and in memory."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

from benchmarks.corpus import FOLDER
from benchmarks.installation import Installation
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import MIB, Sizes
from benchmarks.sparse_movie import CountingStore, make
from benchmarks.table import Result, Target
from dems.model.findings import Reading
from storage.interface import ObjectStore
from storage.reader import VersionReader
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import OfVersion
from workers.extractors.source import Held
from workers.extractors.tools import TOOLS, find

RATE, RATE_OF_VIDEOS = Target("at least", 0.8), Target("at least", 0.6)
MOVIE_BYTES, PEAK, GROWTH = Target("at most", 2), Target("at most", 512), Target("at most", 16)
_SECONDS = 60.0
_BUDGET, _REQUESTS = 64 * MIB, 1_000
_FEW, _WARM = 8, 3
_LONG = 400
"""Files read to see whether the worker grows."""


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    """The lines of the table. Speed is left out, with a sentence, where there is no corpus, or not the other tool."""
    with closing(Nursery(tools=())) as bare, closing(Nursery()) as both:
        print(f"sandbox: {bare.level().level.value}")
        both.level()
        results = [_movie(installed.folder, bare, both, sizes, front=front) for front in (True, False)]
        files = _corpus(sizes)
        if files:
            results += _speed(bare, both, files, sizes)
        results += _memory(bare, files or {}, sizes)
    return results


def _corpus(sizes: Sizes) -> dict[str, list[Path]]:
    """The files by kind; nothing, and a sentence, where there is no corpus."""
    if not (FOLDER / "manifest.json").is_file():
        print(f"There is no corpus in {FOLDER}: how fast files are read is not measured. DEMS_CORPUS names another.")
        return {}
    found: dict[str, list[Path]] = {}
    for row in json.loads((FOLDER / "manifest.json").read_text()):
        found.setdefault(row["kind"], []).append(FOLDER / "files" / row["name"])
    return found if sizes.full else {kind: files[:1] for kind, files in found.items()}


def _read(nursery: Nursery, path: Path) -> Reading:
    data = path.read_bytes()
    return nursery.read(Held(data), len(data), path.suffix[1:], seconds=_SECONDS, required=SandboxLevel.LIMITS)


def _all(nursery: Nursery, files: Sequence[Path]) -> Callable[[], float]:
    return lambda: timed(lambda: [_read(nursery, path) for path in files])


def _other(command: Sequence[str], files: Sequence[Path]) -> Callable[[], float]:
    def run() -> None:
        for path in files:
            # Broken files are among them: how it ends does not matter, that it looked does.
            subprocess.run([*command, str(path)], capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603

    return lambda: timed(run)


def _speed(bare: Nursery, both: Nursery, files: dict[str, list[Path]], sizes: Sizes) -> list[Result]:
    programs, absent = find(TOOLS)
    for why in absent.values():
        print(f"Not measured against it: {why}")
    every = [path for kind in files.values() for path in kind]
    results = []
    for name, command, which, target in (
        ("exiftool", ("exiftool", "-j", "-n", "-G1"), every, RATE),
        (
            "ffprobe",
            ("ffprobe", "-v", "quiet", "-of", "json", "-show_format", "-show_streams"),
            files["video"],
            RATE_OF_VIDEOS,
        ),
    ):
        if name not in programs:
            continue
        machine = Machine()
        legs = {"ours": _all(bare, which), "other": _other(command, which)}
        # Both sides warm: the files in memory, and the other program.
        _all(bare, which)()
        _other(command, which[:_WARM])()
        found = interleaved(legs, rounds=sizes.rounds)
        machine.ended()
        results.append(
            Result(
                f"reading: rate of {len(which)} {'files' if which is every else 'videos'}",
                f"{_each(found.seconds['ours'], which)} in the sandbox, with a picture where there is one",
                f"{_each(found.seconds['other'], which)}, one {name} {programs[name].version} per file, no sandbox",
                ratios(found.seconds["other"], found.seconds["ours"]),
                target=target,
                full=sizes.full,
                machine=machine,
                details={leg: list(seconds) for leg, seconds in found.seconds.items()},
            )
        )
    if programs:
        alone, together = _all(bare, every)(), _all(both, every)()
        results.append(
            Result(
                "reading: with the tools that are here",
                f"{_each([together], every)}: also asked {', '.join(programs)}",
                f"{_each([alone], every)}: our own readers alone",
                [alone / together],
            )
        )
    return results


def _each(seconds: Sequence[float], files: Sequence[Path]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2] / len(files) * 1000:.0f} ms a file"


def _movie(folder: Path, bare: Nursery, both: Nursery, sizes: Sizes, *, front: bool) -> Result:
    path = folder / "movie.mp4"
    make(path, sizes.direct_file, front=front)
    counts = []
    for nursery in (both, bare):
        store = CountingStore(path)
        # It answers `open` and nothing else, which is all that is asked.
        reader = VersionReader(cast("ObjectStore", store), store.stored, byte_budget=_BUDGET, request_budget=_REQUESTS)
        reading = nursery.read(
            OfVersion(reader), store.stored.size, "mp4", seconds=_SECONDS, required=SandboxLevel.LIMITS
        )
        if not any(each.name == "duration" for each in reading.findings):
            raise RuntimeError(f"nothing was found in the video: {reading.reason}")
        counts.append(store)
    path.unlink()
    most = max(each.sent for each in counts)
    return Result(
        f"reading: bytes of a {sizes.direct_file // MIB} MiB video, header {'first' if front else 'last'}",
        f"{counts[1].sent / 1e6:.2f} MB in {counts[1].requests} requests",
        f"{counts[0].sent / 1e6:.2f} MB in {counts[0].requests} with the tools that are here",
        [most / 1e6],
        " MB",
        MOVIE_BYTES,
        sizes.full,
        needs=1,
    )


def _memory(nursery: Nursery, files: dict[str, list[Path]], sizes: Sizes) -> list[Result]:
    every = [path for kind in files.values() for path in kind] or [Path(__file__)]
    for path in every:
        _read(nursery, path)
    before = _resident()
    for number in range(_LONG if sizes.full else _FEW):
        _read(nursery, every[number % len(every)])
    grown = max(0, _resident() - before)
    return [
        Result(
            "reading: peak memory of a reader",
            f"{nursery.peak / MIB:.0f} MiB, parsers included, over {len(every)} files",
            "",
            [nursery.peak / MIB],
            " MiB",
            PEAK,
            sizes.full,
            needs=1,
        ),
        Result(
            "reading: growth of the worker",
            f"{grown / MIB:.1f} MiB over {_LONG if sizes.full else _FEW} files, after each was read once",
            "",
            [grown / MIB],
            " MiB",
            GROWTH,
            sizes.full,
            needs=1,
        ),
    ]


def _resident() -> int:
    """Bytes of this process, in which the worker's side runs."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
