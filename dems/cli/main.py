"""The `dems` program: its exit codes, and one sentence for whatever ends it. Light, so that Ctrl-C is heard at once."""

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

from dems.cli.screen import Failed, warn

_INTERRUPTED = 130
"""Typer's own exit code for Ctrl-C."""


def run() -> NoReturn:
    """The whole life of a process: `main` with what it was started with."""
    # Most of what is there was loaded and stays: by Python's own numbers it is walked forty times.
    gc.set_threshold(50_000, 20, 20)
    code = main()
    gc.freeze()  # the process ends, and what it holds with it: looking for garbage once more takes a third of a second
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 refused, failed or interrupted, 2 wrong usage."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        warn("Interrupted; run it again to continue.")
        return 1
    return code


def _run(arguments: Sequence[str] | None) -> int:
    gc.disable()  # what is loaded stays: to look through it for garbage takes a tenth of the time
    from dems.cli.client import Misused  # noqa: PLC0415  (loading takes a while, in which Ctrl-C is pressed)
    from dems.cli.program import app  # noqa: PLC0415

    gc.enable()
    try:
        app(args=None if arguments is None else list(arguments), prog_name="dems")
    except Failed as failure:
        warn(str(failure))
        return 2 if isinstance(failure, Misused) else 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
