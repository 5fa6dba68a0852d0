"""The installed programs, and the library, that readers use where they find them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from workers.extractors.programs import Program
from workers.extractors.tools import TOOLS, find

_HERE = Path(__file__).parent


@cache
def _found() -> tuple[dict[str, Program], dict[str, str]]:
    """Asked for where it matters only: each is started for it."""
    return find(TOOLS)


def programs() -> Mapping[str, Program]:
    return _found()[0]


def absent() -> Mapping[str, str]:
    """By name, why it is not here, in sentences."""
    # Whoever loads it has the library's machine code in memory from then on.
    from workers.extractors.signed_credentials import LIBRARY  # noqa: PLC0415

    without = {
        name: f"{why} On Debian: apt install libimage-exiftool-perl ffmpeg." for name, why in _found()[1].items()
    }
    return without if LIBRARY is not None else without | {"c2pa": "The library is not installed: it is the extra c2pa."}


def say_which_tools_were_left_out(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A line at the end of a run that was to try a program and could not."""
    wanted = [Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args]
    if any(path in {_HERE, *_HERE.parents} or _HERE in path.parents for path in wanted):
        for name, why in absent().items():
            reporter.write_line(
                f"LEFT OUT: the tests of {name} itself (tests/workers/installed). {why} Install it and run again.",
                yellow=True,
            )
