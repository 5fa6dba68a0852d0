"""What is meant to happen with each file, and how far it has come. Nothing of it is held in memory."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dems.cli.upload.content import Mark
from dems.cli.upload.walk import Found

_PAGE = 500


class Stand(StrEnum):
    """How far a file has come."""

    NEW = "new"
    DECLARING = "declaring"
    """It is in a manifest to which no answer has come."""
    DECLARED = "declared"
    """It is an item whose bytes are to be sent: to `upload`, or to a fresh one where that is none."""
    DIFFERENT = "different"
    """What was read back was not what was declared, or nothing was: it is to be sent again, to a fresh upload."""
    SENT = "sent"
    """Its bytes are there; the server has them to read back."""
    SEALED = "sealed"
    FAILED = "failed"
    """Its stored bytes are no longer what was sealed: nothing that a sender could mend."""


_UNFINISHED = (Stand.NEW, Stand.DECLARING, Stand.DECLARED, Stand.DIFFERENT)


@dataclass(frozen=True, slots=True)
class File:
    """One file as the plan has it; sizes in bytes."""

    id: int
    place: int
    path: Path
    name: bytes
    mark: Mark
    stand: Stand
    found: bool
    """The case had an item for it, not declared from here."""
    declared_size: int | None
    intake: str | None
    evidence: str | None
    exhibit_ref: str | None
    upload: str | None
    part_size: int
    part_count: int
    sha256: bytes | None
    reason: str | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> "File":
        return cls(
            row["id"],
            row["place"],
            Path(os.fsdecode(row["path"])),
            row["name"],
            Mark(row["size"], row["mtime_ns"]),
            Stand(row["stand"]),
            bool(row["found"]),
            row["declared_size"],
            row["intake"],
            row["evidence"],
            row["exhibit_ref"],
            row["upload"],
            row["part_size"] or 0,
            row["part_count"] or 0,
            row["sha256"],
            row["reason"],
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    path: Path
    what: str


class Plan:
    """The plan of one case or invitation, for one run of the program. For one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        [last] = self.db.execute("SELECT max(run) FROM files").fetchone()
        self.run = (last or 0) + 1
        self._place = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All of it or nothing; may be nested."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def for_certain(self) -> Iterator[None]:
        """As `writing`, and on the disk when it ends: not even a power cut takes it back."""
        self.db.execute("PRAGMA synchronous = FULL")
        try:
            with self.writing():
                yield
        finally:
            self.db.execute("PRAGMA synchronous = NORMAL")

    # --- what is meant ---

    def see(self, found: Found, described: str = "{}") -> None:
        """This file is meant in this run. One that was begun and has changed since goes on as the same item."""
        self._place += 1
        path = os.fsencode(found.path)
        mine = {"path": path, "size": found.size, "mtime": found.mtime_ns, "run": self.run, "place": self._place}
        known = self.db.execute(
            "SELECT id, stand FROM files WHERE path = :path AND size = :size AND mtime_ns = :mtime", mine
        ).fetchone()
        if known is None:
            known = self.db.execute(
                f"SELECT id, stand FROM files WHERE path = :path AND stand IN {_listed(_UNFINISHED)} LIMIT 1",  # noqa: S608  (our own words)
                mine,
            ).fetchone()
        if known is None:
            self.db.execute(
                "INSERT INTO files (path, name, size, mtime_ns, run, place, stand, described)"
                " VALUES (:path, :name, :size, :mtime, :run, :place, 'new', :described)",
                {**mine, "name": found.name, "described": described},
            )
            return
        self.db.execute(
            "UPDATE files SET size = :size, mtime_ns = :mtime, run = :run, place = :place WHERE id = :id",
            {**mine, "id": known["id"]},
        )
        if known["stand"] == Stand.NEW:
            self.db.execute(
                "UPDATE files SET name = ?, described = ?, sha256 = NULL WHERE id = ?",
                (found.name, described, known["id"]),
            )

    def take_in_again(self) -> None:
        """What the case was found to have already is no longer taken for this file."""
        self.db.execute(
            "UPDATE files SET stand = 'new', found = 0, intake = NULL, evidence = NULL, exhibit_ref = NULL, upload = NULL"
            " WHERE found = 1"
        )

    def counts(self) -> tuple[int, int]:
        """How many files are meant in this run, and their bytes."""
        count, size = self._one("SELECT count(*), coalesce(sum(size), 0) FROM files WHERE run = ?", self.run)
        return count, size

    def under_way(self) -> tuple[int, int]:
        """How many files of this run are neither sealed nor told to have failed, and the bytes still to be sent."""
        count, size = self._one(
            "SELECT count(*), coalesce(sum(CASE WHEN stand = 'sent' THEN 0 ELSE size END), 0) FROM files"
            " WHERE run = ? AND over <> run AND stand <> 'sealed'",
            self.run,
        )
        return count, size

    # --- going through it ---

    def files(self, *stands: Stand) -> Iterator[File]:
        """The files of this run that stand so and about which the last word is not said, in order. Others may write meanwhile."""
        after = 0
        while True:
            rows = self.db.execute(
                f"SELECT * FROM files WHERE run = ? AND place > ? AND over <> run AND stand IN {_listed(stands)}"  # noqa: S608
                " ORDER BY place LIMIT ?",
                (self.run, after, _PAGE),
            ).fetchall()
            if not rows:
                return
            for row in rows:
                yield File.of(row)
            after = rows[-1]["place"]

    def file(self, file_id: int) -> File:
        return File.of(self.db.execute("SELECT * FROM files WHERE id = ?", (file_id,)).fetchone())

    def knows(self, evidence: str) -> bool:
        """Whether that item is some file's."""
        return self.db.execute("SELECT 1 FROM files WHERE evidence = ?", (evidence,)).fetchone() is not None

    def intakes(self, *stands: Stand) -> list[tuple[str, int]]:
        """The intakes with files of this run that stand so, and how many."""
        return [
            (row[0], row[1])
            for row in self.db.execute(
                f"SELECT intake, count(*) FROM files WHERE run = ? AND over <> run AND stand IN {_listed(stands)}"  # noqa: S608
                " AND intake IS NOT NULL GROUP BY intake ORDER BY min(place)",
                (self.run,),
            )
        ]

    def waiting(self) -> tuple[int, int]:
        """How many files of this run were sent and wait to be read back, and how many of them are in no intake of ours."""
        count, others = self._one(
            "SELECT count(*), coalesce(sum(intake IS NULL), 0) FROM files WHERE run = ? AND over <> run AND stand = 'sent'",
            self.run,
        )
        return count, others

    def of_intake(self, intake: str, *stands: Stand) -> int:
        """How many of its files stand so, whichever run they were met in."""
        wanted = f"SELECT count(*) FROM files WHERE intake = ? AND stand IN {_listed(stands)}"  # noqa: S608
        return int(self._one(wanted, intake)[0])

    # --- what became of it ---

    def change(self, file_id: int, **fields: Any) -> None:
        named = ", ".join(f"{name} = :{name}" for name in fields)
        self.db.execute(f"UPDATE files SET {named} WHERE id = :id", {**fields, "id": file_id})  # noqa: S608  (our own words)

    def over(self, file_id: int) -> None:
        """The last word of this run about a file has been said."""
        self.change(file_id, over=self.run)

    def new_upload(self, file_id: int, upload: Mapping[str, Any] | None, size: int | None = None) -> None:
        """An upload of the file as the server shows it, or None when it is to have a fresh one. What went to another is void."""
        parts = ("id", "part_size", "part_count")
        given = {"id": None, "part_size": None, "part_count": None} if upload is None else {k: upload[k] for k in parts}
        self.db.execute("DELETE FROM parts WHERE file = ?", (file_id,))
        self.change(
            file_id,
            upload=given["id"],
            part_size=given["part_size"],
            part_count=given["part_count"],
            declared_size=size,
            stand=Stand.DECLARED,
        )

    def parts(self, file_id: int) -> dict[int, bytes]:
        """The SHA-256 of each part that was sent, or is about to be."""
        return dict(self.db.execute("SELECT number, sha256 FROM parts WHERE file = ?", (file_id,)).fetchall())

    def about_to_send(self, file_id: int, number: int, sha256: bytes) -> None:
        self.db.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", (file_id, number, sha256))

    def sent(self, file_id: int, sha256: bytes | None) -> None:
        self.db.execute("DELETE FROM parts WHERE file = ?", (file_id,))
        self.change(file_id, stand=Stand.SENT, sha256=sha256, reason=None)

    # --- what a person must be told at the end ---

    def note(self, path: Path, what: str, *, failure: bool) -> None:
        self.db.execute("INSERT INTO troubles VALUES (?, ?, ?)", (os.fsencode(path), failure, what))

    def troubles(self, *, failures: bool) -> Iterator[Trouble]:
        """In the order in which they were met."""
        after = 0
        while True:
            rows = self.db.execute(
                "SELECT rowid, path, what FROM troubles WHERE failure = ? AND rowid > ? ORDER BY rowid LIMIT ?",
                (failures, after, _PAGE),
            ).fetchall()
            if not rows:
                return
            for row in rows:
                yield Trouble(Path(os.fsdecode(row["path"])), row["what"])
            after = rows[-1]["rowid"]

    def failures(self) -> int:
        return int(self._one("SELECT count(*) FROM troubles WHERE failure = 1")[0])

    def _one(self, query: str, *values: Any) -> Any:
        return tuple(self.db.execute(query, values).fetchone())


def _listed(stands: tuple[Stand, ...]) -> str:
    return f"({', '.join(repr(s.value) for s in stands)})"
