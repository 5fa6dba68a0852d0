"""Many files by one intake: declared together, sent directly, completed together. The client remembers only the intake."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems.model.digests import Digest
from dems.model.ids import IntakeId
from dems.model.names import OriginalName
from dems.model.uploads import Upload, UploadState
from dems.ports import IntakeRow, Once, Page
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from tests.faults.parts_journey import part_of, send_directly
from tests.faults.simulated import TRIES, Simulated


@dataclass
class IntakeJourney(Simulated):
    contents: Mapping[bytes, bytes]
    """The bytes of each file by its name."""

    def run(self) -> None:
        self.faults.enter("declare")
        self._declare()
        self.faults.enter("receive")
        self._bring()
        self.settle()

    def _declare(self) -> None:
        key = Once(os.urandom(32), os.urandom(32))
        items = [ItemDeclared(FileDeclared(OriginalName(n), len(c), None)) for n, c in self.contents.items()]
        defaults = Defaults("XY", "A recording")
        intake, _, _ = self.ask(
            lambda: self.core.intakes.declare(self.who, self.case_id, items, defaults=defaults, once=key)
        )
        self.intake = IntakeId(intake.id)

    def _bring(self) -> None:
        for _ in range(TRIES):
            rows = self.ask(self._rows)
            self.items |= {r.evidence.id for r in rows}
            self.uploads |= {r.upload.id for r in rows if r.upload is not None}
            states = {r.upload.state for r in rows if r.upload is not None}
            if states == {UploadState.COMPLETED}:
                return
            if UploadState.OPEN in states:
                self.tries(lambda: self._send_files(rows))  # noqa: B023 carried out at once
                continue
            self.work()
            if self.ask(self._rows) == rows:
                self.clock_strikes()
        raise AssertionError(f"the bytes did not get in: {self.told}")

    def _rows(self) -> list[IntakeRow]:
        return self.core.intakes.look_up.items(self.who, self.intake, Page(100), wanted=None, extra=False)[1]

    def _send_files(self, rows: Sequence[IntakeRow]) -> None:
        still_open = [(r.upload, self.contents[r.evidence.name.raw]) for r in rows if r.upload and r.evidence.name]
        still_open = [(u, c) for u, c in still_open if u.state is UploadState.OPEN]
        wanted = [
            PartWanted(upload.id, n, hashlib.sha256(part_of(content, upload, n)).digest())
            for upload, content in still_open
            for n in sorted(set(range(1, upload.part_count + 1)) - self._there(upload))
        ]
        of = {upload.id: (upload, content) for upload, content in still_open}
        found = self.core.intake.part_urls.of_intake(self.who, self.intake, wanted) if wanted else None
        for number, (part, signed) in enumerate(found.urls if found else [], 1):
            upload, content = of[part.upload_id]
            send_directly(self.faults, f"direct put {number}", signed, part_of(content, upload, part.number))
        self._complete([ToComplete(u.id, Digest.sha256(hashlib.sha256(c).digest())) for u, c in still_open])

    def _there(self, upload: Upload) -> set[int]:
        """Of a small file the answer to its PUT says enough: it is there already, or comes now."""
        if upload.part_count == 1:
            return set()
        return {p.number for p in self.core.intake.look_up(self.who, upload.id)[1]}

    def _complete(self, wanted: Sequence[ToComplete]) -> None:
        """As the route does: large ones one by one."""
        done = self.core.intakes.complete(self.who, self.intake, wanted)
        assert done.problems == []
        for one in done.one_by_one:
            self.core.intake.complete(self.who, one.upload_id, sha256=one.sha256)
