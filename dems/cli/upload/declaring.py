"""Files become items: in manifests of thousands, each written down before it is said, so that none is declared twice."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from dems.cli.client import Problem, Unreachable
from dems.cli.screen import Failed
from dems.cli.upload.asking import UNKNOWN, Asking
from dems.cli.upload.batches import Batch, Batches, Shown
from dems.cli.upload.patience import Patience, passing, pauses
from dems.cli.upload.plan import File, Plan, Stand
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
        patience: Patience,
        tell: Teller,
        *,
        case_id: str,
        where: str | None,
        opening: Mapping[str, Any],
    ) -> None:
        """`opening` is what is said of all items of a manifest."""
        self._plan = plan
        self._batches = Batches(plan)
        self._shown = Shown(plan)
        self._asking = asking
        self._patience = patience
        self._tell = tell
        self._case_id = case_id
        self._where = where
        self._opening = {} if where else opening
        self._most = MOST_OF_AN_INVITATION if where else MOST_OF_A_MANIFEST

    def what_was_begun(self) -> None:
        """Hear the answers that an earlier run did not, and see how far the items of the earlier runs are."""
        for batch in self._batches.unanswered():
            if self._where is None:
                self._declare(batch)
            elif not self._came_after_all(batch, self._where):
                self._batches.dissolve(batch.id)
        for intake, _ in self._plan.intakes(Stand.SEALED, Stand.FAILED):
            self._known(intake)
        for intake, _ in self._plan.intakes(Stand.DECLARED, Stand.DIFFERENT, Stand.SENT):
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
        """The key makes a repetition harmless."""
        answer = self._asking.post(f"/v1/cases/{self._case_id}/intakes", batch.body, key=batch.key)
        self._asking.learn(answer["id"], answer["intake_token"])
        self._batches.answered(batch, answer["id"], answer["intake_token"])
        self.look(answer["id"])

    def _into(self, batch: Batch, intake: str) -> None:
        """What is added to an intake has no key: when the answer is lost, the intake shows whether it was added."""
        for pause in pauses():
            try:
                answer = self._asking.post_once(f"/v1/intakes/{intake}/items", batch.body)
            except (Unreachable, Problem) as error:
                if not passing(error):
                    raise
                self._patience.hold(str(error), pause)
                if self._came_after_all(batch, intake):
                    return
            else:
                self._added(batch, intake, answer["items"])
                return

    def _added(self, batch: Batch, intake: str, views: Sequence[Mapping[str, Any]]) -> None:
        with self._plan.writing():
            self._batches.answered(batch, intake, None)
            for file_id, view in zip(batch.files, views, strict=True):
                self._shown.as_item(file_id, view, intake)

    def _came_after_all(self, batch: Batch, intake: str) -> bool:
        """Whether the intake has items for all of the batch that nobody has sent anything for: then they are ours."""
        wanted = [_of_file(item["file"]) for item in batch.body["items"]]
        waiting: dict[tuple[str, int], list[Mapping[str, Any]]] = {file: [] for file in wanted}
        for view in self._asking.items(intake):
            free = view["outcome"] == "missing" and not self._plan.knows(view["evidence_id"])
            if free and view["size"] is not None and (same := waiting.get(_of_item(view))) is not None:
                same.append(view)
        found = [same.pop(0) if (same := waiting[file]) else None for file in wanted]
        views = [view for view in found if view is not None]
        if len(views) < len(wanted):
            return False
        self._added(batch, intake, views)
        return True

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


def _of_file(file: Mapping[str, Any]) -> tuple[str, int]:
    return file.get("name_base64") or file["name"], file["size"]


def _of_item(view: Mapping[str, Any]) -> tuple[str, int]:
    return view["name_base64"] or view["name"], view["size"]


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
