"""After the last byte: wait until what was sent is read back and sealed, however long the server takes, and say what became of it."""

import time
from collections.abc import Callable
from typing import Protocol

from dems.cli.screen import shown
from dems.cli.upload.asking import Asking
from dems.cli.upload.files import File, Stand
from dems.cli.upload.patience import Patience
from dems.cli.upload.plan import Plan

_FIRST_LOOK, _LAST_LOOK = 0.1, 5.0
_STILL_FOR = 15.0
_SAY_AFTER = 60.0
_FEW = 500
DIFFERENT = "What was read back from the store is not what was declared: run the same command again to send it anew."


class Teller(Protocol):
    def sealed(self, file: File) -> None: ...

    def different(self, file: File, why: str) -> None: ...

    def failed(self, file: File, why: str) -> None: ...

    def note(self, line: str) -> None: ...

    def waiting(self, count: int) -> None: ...


class Finishing:
    """Waits for the files of a plan that were sent.

    `look` brings how an intake's items stand into the plan, `settle` finds out whose bytes they have.
    """

    def __init__(
        self,
        plan: Plan,
        asking: Asking,
        patience: Patience,
        tell: Teller,
        look: Callable[[str], None],
        settle: Callable[[], None],
        case_id: str,
    ) -> None:
        self._plan = plan
        self._asking = asking
        self._patience = patience
        self._tell = tell
        self._look = look
        self._settle = settle
        self._case_id = case_id
        self._moved: dict[str, tuple[int, float]] = {}
        """By intake: how many of its items were settled, and since when it is that many."""

    def all(self) -> None:
        """Returns when nothing is waited for any more. What the store turned out not to have is to be sent again."""
        pause, said, before = _FIRST_LOOK, time.monotonic(), -1
        while True:
            self._settle()
            self._look_around()
            self._settle()
            self._say_what_is_settled()
            left, _ = self._plan.waiting()
            if not left:
                return
            self._tell.waiting(left)
            now = time.monotonic()
            if left != before:
                pause, said, before = _FIRST_LOOK, now, left
            elif now - said > _SAY_AFTER:
                said = now
                self._tell.note(f"{left} items still wait to be read back: see /readyz, and that the workers run.")
            self._patience.wait(pause)
            pause = min(pause * 1.5, _LAST_LOOK)

    def _look_around(self) -> None:
        for intake, waiting in self._plan.intakes(Stand.SENT):
            if self._worth_a_look(intake, waiting):
                self._look(intake)
                self._moved.pop(intake, None)
        _, others = self._plan.waiting()
        if others:
            self._look_at_others(others)

    def _worth_a_look(self, intake: str, waiting: int) -> bool:
        """Its items are many pages: they are looked at when the counts say that all is done, and when nothing moves."""
        settled = self._plan.of_intake(intake, Stand.SEALED, Stand.FAILED)
        if settled + waiting <= _FEW:
            return True
        counts = self._asking.counts(intake)
        done = counts["sealed"] + counts["different"] + counts["failed"]
        before, since = self._moved.get(intake, (-1, 0.0))
        if done != before:
            since = time.monotonic()
            self._moved[intake] = (done, since)
        return done >= settled + waiting or time.monotonic() - since > _STILL_FOR

    def _look_at_others(self, count: int) -> None:
        """The items that the case had already are of nobody's intake here."""
        path = f"/v1/cases/{self._case_id}/evidence"
        if len(self._theirs(path, state="verifying")) == count:
            return
        now = self._theirs(path)
        with self._plan.writing():
            for file in self._plan.files(Stand.SENT):
                if file.intake is None and file.evidence is not None:
                    self._other(file, now.get(file.evidence, ("gone from the case", None)))

    def _other(self, file: File, now: tuple[str, str | None]) -> None:
        state, sha256 = now
        if state == "sealed":
            same = file.sha256 is not None and sha256 == file.sha256.hex()
            self._plan.change(file.id, stand=Stand.SEALED if same else Stand.DIFFERENT)
        elif state == "mismatch":
            self._plan.change(file.id, stand=Stand.DIFFERENT)
        elif state != "verifying":
            reason = f"Its item is {shown(state)}: see `dems evidence show {file.evidence}`."
            self._plan.change(file.id, stand=Stand.FAILED, reason=reason)

    def _theirs(self, path: str, **params: str) -> dict[str, tuple[str, str | None]]:
        """The state and SHA-256 of the items of the case for which this run waits."""
        held = "SELECT 1 FROM files WHERE evidence = ? AND run = ? AND stand = 'sent' AND intake IS NULL"
        return {
            item["id"]: (item["state"], item["digests"].get("sha256"))
            for item in self._asking.pages(path, **params)
            if self._plan.db.execute(held, (item["id"], self._plan.run)).fetchone()
        }

    def _say_what_is_settled(self) -> None:
        with self._plan.writing():
            for file in self._plan.files(Stand.SEALED, Stand.DIFFERENT, Stand.FAILED):
                if file.stand is Stand.SEALED:
                    self._tell.sealed(file)
                elif file.stand is Stand.DIFFERENT:
                    self._tell.different(file, DIFFERENT)
                    if file.found:
                        self._plan.change(file.id, stand=Stand.NEW, found=0, evidence=None, intake=None)
                else:
                    self._tell.failed(file, file.reason or "Its stored bytes are no longer what was sealed.")
                self._plan.over(file.id)
