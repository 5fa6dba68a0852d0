"""Whether a file is the one from before, and whether the bytes that an item has are its own: found out by reading."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from dems.cli.client import Problem
from dems.cli.screen import Failed, shown
from dems.cli.upload.asking import UNAUTHENTICATED, Asking
from dems.cli.upload.content import Changed, hash_file, opened
from dems.cli.upload.files import UNFINISHED, File, Stand
from dems.cli.upload.plan import Plan, listed

ABANDONED = "its upload was abandoned"
_AT_ONCE = 500
_CONTINUED = " AND p.described = n.described AND coalesce(b.opening, :opening) = :opening AND p.size = n.size"


class Teller(Protocol):
    def failed(self, file: File, why: str) -> None: ...

    def foreign(self, file: File, why: str) -> None: ...

    def abandoned(self, file: File, why: str) -> None: ...

    def hashing(self, path: Path) -> None: ...


class Recognising:
    """Reads files of a plan where what the system says of them is not enough."""

    def __init__(self, plan: Plan, asking: Asking, tell: Teller) -> None:
        self._plan = plan
        self._asking = asking
        self._tell = tell

    def digest(self, file: File) -> bytes | None:
        """The SHA-256 of a file, read if it was not. None where it cannot be; that is told then."""
        if file.sha256 is not None:
            return file.sha256
        self._tell.hashing(file.path)
        try:
            content = hash_file(file.path, lambda _: None)
            if content.mark != file.mark:
                raise Changed
        except Failed as failure:
            self.fail(file, str(failure))
            return None
        self._plan.change(file.id, sha256=content.sha256)
        return content.sha256

    def settle(self) -> None:
        """Find out for each file of this run whose item has bytes whether they are its own; one whose are not is new again."""
        for file in self._plan.files(Stand.UNSURE):
            ours = self.digest(file)
            if ours is None:
                continue
            waited_for = file.theirs is None and file.shown is Stand.SENT
            if ours == file.theirs or waited_for:
                self._plan.change(file.id, stand=file.shown)
                continue
            with self._plan.writing():
                self._tell.foreign(file, self._has_others(file))
                self._plan.anew(file.id, ours)

    def done_before(self) -> None:
        """New files that are what was sent from their place before, as their digests say, are not new."""
        for file in self._met_before():
            before = self._plan.db.execute(
                "SELECT id, sha256 FROM files WHERE path = (SELECT path FROM files WHERE id = ?) AND size = ? AND run <> ?"
                " AND stand IN ('sent', 'sealed') AND sha256 IS NOT NULL",
                (file.id, file.mark.size, self._plan.run),
            ).fetchall()
            ours = self.digest(file) if before else None
            old = next((row["id"] for row in before if row["sha256"] == ours), None)
            if old is not None:
                self._plan.take_place(file.id, old)

    def go_on(self) -> None:
        """New files that agree with all parts which were sent from their place before go on with them."""
        query = (
            "SELECT n.id AS new, p.id AS old FROM files n JOIN files p ON p.path = n.path"  # noqa: S608
            " LEFT JOIN batches b ON b.id = p.batch WHERE n.id = :id AND p.run <> :run AND p.stand = 'declared'"
            f" AND EXISTS (SELECT 1 FROM parts WHERE file = p.id){_CONTINUED}"
        )
        for file in self._met_before():
            with_parts = {"id": file.id, "run": self._plan.run, "opening": self._plan.opening}
            for row in self._plan.db.execute(query, with_parts).fetchall():
                if self._agrees(file, self._plan.file(row["old"])):
                    self._plan.take_place(row["new"], row["old"])
                    break

    def leave_what_was_begun(self) -> None:
        """Items that were begun for other files at the paths of this run, or in other words, are given up, and named."""
        for file in self._left():
            became = self._abandoned(file)
            with self._plan.writing():
                self._tell.abandoned(file, left_behind(file, became))
                self._plan.leave(file.id)

    def _abandoned(self, file: File) -> str:
        """What became of the upload of an item that is left behind, in words."""
        if file.upload is None:
            return "it has no upload that is open"
        try:
            nothing_came = self._asking.abandon(file.upload, intake=file.intake)
        except Problem as problem:
            if problem.status == UNAUTHENTICATED:
                raise
            return f"its upload could not be abandoned ({str(problem).rstrip('.')})"
        return ABANDONED if nothing_came else "it has bytes that were sent before"

    def _met_before(self) -> Iterator[File]:
        """The new files of this run at paths where an earlier one met something."""
        query = (
            "SELECT DISTINCT n.id, n.place FROM files n JOIN files p ON p.path = n.path WHERE n.run = :run AND p.run <> :run"
            " AND n.place > :after AND n.over <> :run AND n.stand = 'new' ORDER BY n.place LIMIT :most"
        )
        asked = {"run": self._plan.run, "after": 0, "most": _AT_ONCE}
        while found := self._plan.db.execute(query, asked).fetchall():
            for row in found:
                yield self._plan.file(row["id"])
            asked["after"] = found[-1]["place"]

    def _left(self) -> Iterator[File]:
        query = (
            "SELECT p.id FROM files p JOIN files n ON n.path = p.path WHERE n.run = :run AND p.run <> :run"  # noqa: S608
            f" AND p.stand IN {listed(UNFINISHED)} ORDER BY p.id LIMIT {_AT_ONCE}"
        )
        while found := self._plan.db.execute(query, {"run": self._plan.run}).fetchall():
            for file_id in dict.fromkeys(row["id"] for row in found):
                yield self._plan.file(file_id)

    def fail(self, file: File, why: str) -> None:
        with self._plan.writing():
            self._tell.failed(file, why)
            self._plan.over(file.id)

    def _agrees(self, file: File, before: File) -> bool:
        """Whether every part that was sent, or was about to be, has the bytes that the file has there now."""
        self._tell.hashing(file.path)
        try:
            with opened(file.path) as content:
                content.unchanged(file.mark)
                for number, sha256 in self._plan.parts(before.id).items():
                    begin = (number - 1) * before.part_size
                    part = hashlib.sha256()
                    for block in content.blocks(begin, min(before.part_size, file.mark.size - begin)):
                        part.update(block)
                    if part.digest() != sha256:
                        return False
        except Failed:
            return False
        return True

    def _has_others(self, file: File) -> str:
        return (
            f"{shown(file.exhibit_ref)} was declared for it and has other bytes than this file, sent from elsewhere: the file is "
            f"taken in as an item of its own. See to the other one (`dems evidence show {file.evidence}`)."
        )


def left_behind(file: File, became: str) -> str:
    """What is said of an item that was begun and is no file's any more; `became` is what came of its upload."""
    return (
        f"{shown(file.exhibit_ref)} was begun for what lay here before, or was described otherwise: {became}, and what lies "
        "here now is another item. It stays in the case: see there what it was declared for "
        f"(`dems evidence show {file.evidence}`), and send that, or let it be said in the case why there is nothing."
    )
