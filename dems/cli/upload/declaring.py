"""Files become items: in manifests of thousands, each written down before it is said, so that none is declared twice."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from dems.cli.client import Problem
from dems.cli.screen import Failed
from dems.cli.upload.asking import UNKNOWN, Asking
from dems.cli.upload.batches import Batch, Batches, Shown
from dems.cli.upload.files import File, Stand
from dems.cli.upload.plan import Plan
from dems.model.names import OriginalName

MOST_OF_A_MANIFEST, MOST_OF_AN_INVITATION = 10_000, 500
_NOT_VALID = 422


class Teller(Protocol):
    def declared(self, file: File) -> None: ...

    def failed(self, file: File, why: str) -> None: ...

    def note(self, line: str) -> None: ...


class Declaring:
    """Declares the new files of a plan. `where` is the intake of an invitation, else None: then each manifest makes one."""

    def __init__(
        self,
        plan: Plan,
        asking: Asking,
        tell: Teller,
        *,
        case_id: str,
        where: str | None,
        opening: Mapping[str, Any],
    ) -> None:
        """`opening` is what is said of all items of a manifest."""
        self._plan = plan
        self._batches = Batches(plan, asking.time)
        self._shown = Shown(plan)
        self._asking = asking
        self._tell = tell
        self._case_id = case_id
        self._where = where
        self._opening = {} if where else opening
        self._most = MOST_OF_AN_INVITATION if where else MOST_OF_A_MANIFEST

    def what_was_begun(self) -> None:
        """Hear the answers that an earlier run did not, and see how far the items of the earlier runs are."""
        for batch in self._batches.unanswered():
            self._declare(batch)
        for intake, _ in self._plan.intakes(Stand.SEALED, Stand.FAILED):
            self._known(intake)
        for intake, _ in self._plan.intakes(Stand.DECLARED, Stand.DIFFERENT, Stand.UNSURE, Stand.SENT):
            if self._known(intake):
                self.look(intake)

    def all(self) -> None:
        """Declare every new file of this run."""
        for file in self._plan.files(Stand.NEW):
            try:
                OriginalName(file.name)
            except ValueError as error:
                self._fail(file, f"Its name cannot be kept: {error}.")
        while (batch := self._batches.form(self._opening, self._most)) is not None:
            self._declare(batch)

    def look(self, intake: str) -> None:
        """Bring what the server shows of an intake's items into the plan."""
        with self._plan.writing():
            for view in self._asking.items(intake):
                self._shown.item(view, intake)

    def _known(self, intake: str) -> bool:
        try:
            self._asking.counts(intake)
        except Problem as problem:
            if problem.status != UNKNOWN:
                raise
            self._tell.note(
                "DEMS does not know an intake that was declared from here: its files are compared with the case."
            )
            self._batches.forget(intake)
            return False
        return True

    def _declare(self, batch: Batch) -> None:
        """`batch` is declared when this returns, or what is wrong with it was told."""
        try:
            if self._where is None:
                self._as_intake(batch)
            else:
                self._into(batch, self._where)
        except Problem as problem:
            self._batches.dissolve(batch.id)
            self._refused(batch, problem)
            return
        for file_id in batch.files:
            file = self._plan.file(file_id)
            if file.evidence is None:
                raise Failed("DEMS did not show an item that it had declared: run the same command again.")
            self._tell.declared(file)

    def _as_intake(self, batch: Batch) -> None:
        answer = self._asking.post_known(
            f"/v1/cases/{self._case_id}/intakes", batch.body, batch.key, lambda: self._still_known(batch)
        )
        self._asking.learn(answer["id"], answer["intake_token"])
        self._batches.answered(batch, answer["id"], answer["intake_token"])
        self.look(answer["id"])

    def _into(self, batch: Batch, intake: str) -> None:
        answer = self._asking.post_known(
            f"/v1/intakes/{intake}/items", batch.body, batch.key, lambda: self._still_known(batch)
        )
        with self._plan.writing():
            self._batches.answered(batch, intake, None)
            for file_id, view in zip(batch.files, answer["items"], strict=True):
                self._shown.as_item(file_id, view, intake)

    def _still_known(self, batch: Batch) -> None:
        if not self._batches.is_known(batch):
            raise Failed("DEMS did not answer for a day, and does not know any more what it was asked.")

    def _refused(self, batch: Batch, problem: Problem) -> None:
        """All or nothing was declared: nothing. What is wrong is told by file, and the rest goes into another manifest."""
        told = _by_position(problem.data.get("errors", ()), batch.files)
        if problem.status != _NOT_VALID or not told:
            raise problem
        for file_id, what in told.items():
            self._fail(self._plan.file(file_id), what)

    def _fail(self, file: File, why: str) -> None:
        with self._plan.writing():
            self._tell.failed(file, why)
            self._plan.over(file.id)


def _by_position(errors: Iterable[Mapping[str, Any]], files: Sequence[int]) -> dict[int, str]:
    """What is wrong with each file, in words."""
    told: dict[int, list[str]] = {}
    for error in errors:
        position = error.get("position")
        if isinstance(position, int) and 0 <= position < len(files):
            told.setdefault(files[position], []).append(f"{error.get('field')}: {error.get('message')}")
    return {
        file: f"It was not declared ({'; '.join(what)}): mend that and run the same command again."
        for file, what in told.items()
    }
