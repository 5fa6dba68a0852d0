"""The system's Chromium, where there is one."""

import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
_HERE = Path(__file__).parent


def say_what_was_left_out(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A line at the end of a run that was to drive the page and could not."""
    wanted = [Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args]
    if CHROMIUM is None and any(path in {_HERE, *_HERE.parents} or _HERE in path.parents for path in wanted):
        reporter.write_line(
            "LEFT OUT: the tests of the page for invitations (tests/browser), since no Chromium was found. "
            "Install it (on Debian: apt install chromium) and run again.",
            yellow=True,
        )
