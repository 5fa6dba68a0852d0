"""Entries taken into the log while eight writers write them one by one, against the same writers where there is no log."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import psycopg

from benchmarks.installation import Installation
from benchmarks.log_entries import LOG_OFF, LOG_ON, driver_url, settle
from benchmarks.pairs import Machine, interleaved, ratios
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target

TARGET = Target("at least", 0.6)
WRITERS = 8
_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 120.0


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    url, owner_url = installed.connections.database_url, installed.connections.database_owner_url
    each = sizes.writes // WRITERS
    with installed.sequencer(), psycopg.connect(driver_url(owner_url), autocommit=True) as owner:
        legs = {
            "logged": partial(_written, driver_url(url), each, owner, logged=True),
            "bare": partial(_written, driver_url(url), each, owner, logged=False),
        }
        try:
            interleaved(legs, rounds=1)
            machine = Machine()
            found = interleaved(legs, rounds=sizes.rounds, before=partial(_settled, owner_url))
            machine.ended()
        finally:
            owner.execute(LOG_ON)
    rate = {name: f"{each * WRITERS / sorted(s)[len(s) // 2]:,.0f}/s" for name, s in found.seconds.items()}
    return [
        Result(
            f"log: entries of {WRITERS} writers, one in a transaction",
            f"{rate['logged']} written and taken in",
            f"{rate['bare']} written, no log",
            ratios(found.seconds["bare"], found.seconds["logged"]),
            "x",
            TARGET,
            sizes.full,
            machine=machine,
            details={"seconds": found.seconds},
        )
    ]


def _written(url: str, each: int, owner: "psycopg.Connection[tuple[object, ...]]", *, logged: bool) -> float:
    """Seconds from the first entry to the last one's being in the log, or to its being written where there is none."""
    owner.execute(LOG_ON if logged else LOG_OFF)
    before = _size(owner)
    with _writers(url, each) as writers:
        begun = time.perf_counter()
        for writer in writers:
            _tell(writer)
        for writer in writers:
            _must_say(writer, "written")
        while logged and _size(owner) < before + each * WRITERS:
            if time.perf_counter() - begun > _PATIENCE_SECONDS:
                raise RuntimeError("the sequencer does not catch up")
            time.sleep(_LOOK_SECONDS)
        return time.perf_counter() - begun


def _settled(owner_url: str) -> None:
    """Neither side clears away, or writes to the disk, what the other one left."""
    settle(owner_url)
    os.sync()


def _size(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    row = connection.execute("SELECT coalesce(max(size), 0) FROM custody_checkpoints").fetchone()
    return int(str(row[0])) if row else 0


@contextmanager
def _writers(url: str, each: int) -> Iterator[Sequence["subprocess.Popen[str]"]]:
    """Processes that have made their entries and wait to be told to write them."""
    command = [sys.executable, "-m", "benchmarks.log_writer", str(each)]
    running: list[subprocess.Popen[str]] = []
    try:
        for _ in range(WRITERS):
            running.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
            )
            _tell(running[-1], url)
        for writer in running:
            _must_say(writer, "ready")
        yield running
    finally:
        for writer in running:
            writer.kill()
            writer.communicate()


def _tell(writer: "subprocess.Popen[str]", words: str = "write") -> None:
    assert writer.stdin is not None
    writer.stdin.write(words + "\n")
    writer.stdin.flush()


def _must_say(writer: "subprocess.Popen[str]", word: str) -> None:
    assert writer.stdout is not None
    said = writer.stdout.readline().strip()
    if said != word:
        raise RuntimeError(f"a writer said {said!r} and not {word!r}")
