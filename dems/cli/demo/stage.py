"""A throw-away installation: a real `dems up`, as a child of its own, that ends with us whatever happens."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from dems.cli.children import ROOT
from dems.cli.screen import Failed
from dems.engines.process import end, has_ended, spawn

_READY_SECONDS = 120.0
_STOP_SECONDS = 60.0


@dataclass
class Stage:
    """`run` is what run.json said; `ended_well` is known after it was stopped."""

    folder: Path
    run: dict[str, Any] = field(default_factory=dict)
    ended_well: bool = False

    @property
    def run_file(self) -> Path:
        return self.folder / "data" / "run.json"


def environment(**more: str) -> dict[str, str]:
    """Ours, without what the caller's shell says of another DEMS; evidence settings are kept."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DEMS_") or k.startswith("DEMS_EVIDENCE__")}
    return {**kept, **more}


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """A running installation. Afterwards it is stopped in order and its folder removed."""
    stage = Stage(Path(tempfile.mkdtemp(prefix="dems demo ")))
    with _signals_end_it():
        try:
            argv = (sys.executable, "-m", "dems.cli", "up", "--data-dir", str(stage.folder / "data"))
            log = stage.folder / "up.log"
            process = spawn(argv, folder=ROOT, log=log, env=environment(), on_our_death=signal.SIGTERM)
            try:
                _wait(process, stage, log)
                yield stage
            finally:
                end(process, (signal.SIGTERM, _STOP_SECONDS))
                stage.ended_well = process.returncode == 0 and not stage.run_file.exists()
        finally:
            shutil.rmtree(stage.folder, ignore_errors=True)


def _wait(process: "subprocess.Popen[bytes]", stage: Stage, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not stage.run_file.exists():
        if has_ended(process) or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()
            raise Failed(said[-1] if said else "DEMS did not start and said nothing.")
        time.sleep(0.05)
    stage.run = json.loads(stage.run_file.read_bytes())


@contextlib.contextmanager
def _signals_end_it() -> Iterator[None]:
    """SIGTERM unwinds like Ctrl-C does, so that nothing is left running."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
