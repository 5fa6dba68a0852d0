"""Where the demonstration leaves what it found, and whether everything held."""

import json
import shutil
from pathlib import Path
from typing import Any

from dems.cli.screen import Failed, say

_SUMMARY = "summary.txt"


class Results:
    """The folder of results, and everything that was said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.received = self.folder / "received"
        self._said: list[str] = []
        self._failures: list[str] = []
        self._steps = 0

    def open(self) -> None:
        """Make the folder, or clear out what an earlier demonstration left there. Raises `Failed` for anything else."""
        try:
            if self.folder.exists() and any(self.folder.iterdir()):
                self._clear()
            self.received.mkdir(parents=True, exist_ok=True)
            (self.folder / _SUMMARY).touch()
        except OSError as error:
            raise Failed(f"{self.folder} cannot be used for the results ({error.strerror}).") from error

    def _clear(self) -> None:
        if not (self.folder / _SUMMARY).is_file():
            raise Failed(f"{self.folder} holds something else than results of a demonstration: move it away first.")
        shutil.rmtree(self.folder)

    def step(self, title: str, look: str) -> None:
        self._steps += 1
        self.line()
        self.line(f"{self._steps}. {title}")
        self.line(f"   Look at: {look}")

    def line(self, text: str = "") -> None:
        self._said.append(text)
        say(text)

    def held(self, what: str, *, held: bool) -> None:
        """Note whether something that must be so is so."""
        self.line(f"   {'holds' if held else 'DOES NOT HOLD'}: {what}")
        if not held:
            self._failures.append(what)

    def keep(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Write the summary. Raises `Failed` when something did not hold."""
        self.line()
        self.line("Everything held." if not self._failures else f"Did NOT hold: {'; '.join(self._failures)}.")
        (self.folder / _SUMMARY).write_text("\n".join(self._said).strip() + "\n")
        say(f"Results: {self.folder}")
        if self._failures:
            raise Failed(
                f"{len(self._failures)} of the demonstration's checks did not hold: see {self.folder / _SUMMARY}."
            )
