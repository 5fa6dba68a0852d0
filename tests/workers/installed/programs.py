"""The installed programs, and the library, that readers use where they find them."""

from pathlib import Path

import pytest

from workers.extractors.signed_credentials import LIBRARY
from workers.extractors.tools import TOOLS, find

PROGRAMS, _WITHOUT = find(TOOLS)
ABSENT = {name: f"{why} On Debian: apt install libimage-exiftool-perl ffmpeg." for name, why in _WITHOUT.items()} | (
    {} if LIBRARY is not None else {"c2pa": "The library is not installed: it is the extra c2pa."}
)
"""By name, why it is not here, in sentences."""
_HERE = Path(__file__).parent


def say_which_tools_were_left_out(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A line at the end of a run that was to try a program and could not."""
    wanted = [Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args]
    if any(path in {_HERE, *_HERE.parents} or _HERE in path.parents for path in wanted):
        for name, why in ABSENT.items():
            reporter.write_line(
                f"LEFT OUT: the tests of {name} itself (tests/workers/installed). {why} Install it and run again.",
                yellow=True,
            )
