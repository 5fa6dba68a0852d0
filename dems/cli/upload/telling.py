"""What is said of each file: a line for people, a JSON line for programs, and at the end what failed and what to do."""

import base64
import os
from pathlib import Path
from typing import Any

from dems.cli.screen import Failed, say, say_json, say_table, shown, warn
from dems.cli.upload.files import File
from dems.cli.upload.plan import Plan
from dems.cli.upload.progress import Bars
from dems.cli.upload.walk import LeftOut


class Telling:
    """Says each thing once. What must be told again at the end is kept in the plan."""

    def __init__(self, plan: Plan, bars: Bars, *, as_json: bool) -> None:
        self._plan = plan
        self._bars = bars
        self._as_json = as_json
        self._foreign = 0

    def note(self, line: str) -> None:
        self._bars.note(line)

    def hashing(self, path: Path) -> None:
        self._bars.hashing(path)

    def waiting(self, count: int) -> None:
        self._bars.waiting(count)

    def declared(self, file: File) -> None:
        self._event("declared", file)

    def sent(self, file: File, sha256: bytes | None) -> None:
        self._event("sent", file, state="verifying", sha256=None if sha256 is None else sha256.hex())

    def sealed(self, file: File) -> None:
        self._event("sealed", file, state="sealed")
        self._line(file, "sealed")

    def already(self, file: File) -> None:
        """The case had it before this run, sealed or to be read back."""
        state = "sealed" if file.stand == "sealed" else "verifying"
        self._event("already", file, state=state)
        self._line(file, "sealed before" if state == "sealed" else f"there already, {state}")

    def changed(self, file: File, why: str) -> None:
        self._failure("changed", file, why)

    def foreign(self, file: File, why: str) -> None:
        """Its item has somebody else's bytes; the file goes on as another item, and somebody should look at the first."""
        self._plan.note(file.path, why, failure=True)
        self._foreign += 1
        self._event("mismatch", file, detail=why)

    def abandoned(self, file: File, why: str) -> None:
        """An item that was begun and is no file's any more."""
        self._plan.note(file.path, why, failure=False)
        self._event("abandoned", file, detail=why)

    def different(self, file: File, why: str) -> None:
        self._failure("mismatch", file, why)

    def failed(self, file: File, why: str) -> None:
        self._failure("failed", file, why)

    def left_out(self, left: LeftOut) -> None:
        """Something that was found and is not taken in."""
        what = f"It {left.why}: see to it and run the same command again." if left.failure else left.why
        self._plan.note(left.path, what, failure=left.failure)
        if self._as_json:
            say_event("failed" if left.failure else "left out", left.path, detail=what)

    def summary(self, ended: Failed | None) -> None:
        """The last words. Raises `Failed` if a file was not sealed, or if that ended it all."""
        if not self._as_json:
            self._left_out()
            if self._plan.failures():
                say()
                say_table(("failed", "what to do"), ((t.path, t.what) for t in self._plan.troubles(failures=True)))
        count = self._plan.failures()
        left, _ = self._plan.under_way()
        if ended is not None:
            raise Failed(f"{ended} {_files(left)} still to be sealed: run the same command again.") from ended
        not_sealed = count - self._foreign
        if not_sealed:
            raise Failed(f"{not_sealed} {'file was' if not_sealed == 1 else 'files were'} not sealed.")
        if count:
            raise Failed(f"{_items(count)} other bytes than the file they were declared for: see to that.")

    def _left_out(self) -> None:
        for number, left in enumerate(self._plan.troubles(failures=False)):
            if number == 0:
                warn("Left out, or left behind:")
            warn(f"  {shown(left.path)}: {left.what}")

    def _failure(self, event: str, file: File, why: str) -> None:
        self._plan.note(file.path, why, failure=True)
        if self._as_json:
            self._event(event, file, detail=why)

    def _line(self, file: File, word: str) -> None:
        if not self._as_json:
            say(f"{shown(file.exhibit_ref)}  {file.evidence}  {word}  {shown(file.path)}")

    def _event(self, event: str, file: File, **more: Any) -> None:
        if not self._as_json:
            return
        sha256 = None if file.sha256 is None else file.sha256.hex()
        told: dict[str, Any] = {"evidence_id": file.evidence, "exhibit_ref": file.exhibit_ref, "sha256": sha256}
        say_event(event, file.path, size=file.mark.size, **{**told, **more})


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _items(count: int) -> str:
    return "1 item has" if count == 1 else f"{count} items have"


def say_event(event: str, path: Path, **more: Any) -> None:
    """One JSON line; a path that is not UTF-8 comes exactly in `path_base64`."""
    raw = os.fsencode(path)
    text = raw.decode("utf-8", "replace")
    exact = {} if text.encode() == raw else {"path_base64": base64.b64encode(raw).decode()}
    say_json({"event": event, "path": text, **exact, **more}, indent=None)
