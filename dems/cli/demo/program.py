"""The real `dems upload`, as a process of its own that can be watched and killed."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from dems.cli.children import ROOT
from dems.cli.demo.stage import environment

_LOOK = 0.05
_QUIET_SECONDS = 1.0


class Program:
    """One run. `events` are the JSON lines that it printed so far, `said` what it said to people."""

    def __init__(self, arguments: Sequence[str], *, said: Path, **more: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._said = said
        self._heard_at = time.monotonic()
        argv = (sys.executable, "-m", "dems.cli", "upload", *arguments, "--json")
        with said.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603  (ourselves)
                argv, cwd=ROOT, env=environment(**more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        self._listening = Thread(target=self._listen, name="listening")
        self._listening.start()

    def _listen(self) -> None:
        """A line that was cut off by a kill was not said."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard_at = time.monotonic()
            if line.endswith(b"\n"):
                self.events.append(json.loads(line))

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace").strip()

    @property
    def kinds(self) -> Counter[str]:
        """How many events there were of each kind."""
        return Counter(e["event"] for e in self.events)

    def items(self, *kinds: str) -> set[str]:
        """The ids of the items that events of these kinds were about."""
        return {e["evidence_id"] for e in self.events if e["event"] in kinds}

    def wait(self) -> int:
        """Until it ends by itself. It is killed when we are interrupted."""
        try:
            return self._process.wait()
        finally:
            self._over()

    def kill_when(self, moment: Callable[[], bool]) -> bool:
        """SIGKILL once that is so and it has said nothing new for a second. False when it had ended before."""
        try:
            while not self.ended and not (moment() and time.monotonic() - self._heard_at > _QUIET_SECONDS):
                time.sleep(_LOOK)
            return not self.ended
        finally:
            self._over()

    def _over(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listening.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
