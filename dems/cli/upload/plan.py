"""What is meant to happen with each file, and how far it has come. Nothing of it is held in memory."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dems.cli.upload.files import UNFINISHED, File, Stand, Trouble
from dems.cli.upload.walk import Found

_PAGE = 500
_DONE = (Stand.SENT, Stand.SEALED, Stand.FAILED)


class Plan:
    """The plan of one case or invitation, for one run of the program. For one thread."""

    def __init__(self, connection: sqlite3.Connection, opening: Mapping[str, Any] | None = None) -> None:
        """`opening` is what is said of all items in this run."""
        self.db = connection
        self.opening = json.dumps(opening or {})
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
        """This file is meant in this run: the one from before only where all that the system knows of it is the same.

        One that is begun goes on if it is described as it was; anything else is a new file until it has been read.
        """
        self._place += 1
        mine = {
            "path": os.fsencode(found.path),
            "name": found.name,
            "size": found.size,
            "mtime": found.mtime_ns,
            "identity": found.identity,
            "run": self.run,
            "place": self._place,
            "described": described,
            "opening": self.opening,
        }
        known = self.db.execute(
            f"SELECT f.id, f.stand FROM files f LEFT JOIN batches b ON b.id = f.batch WHERE path = :path AND (stand = 'new'"  # noqa: S608
            " OR (size = :size AND mtime_ns = :mtime AND identity = :identity AND"
            f" (stand IN {listed(_DONE)} OR (stand IN {listed((Stand.DECLARING, *UNFINISHED))}"
            " AND described = :described AND coalesce(opening, :opening) = :opening))))"
            " ORDER BY stand = 'new', f.id DESC LIMIT 1",
            mine,
        ).fetchone()
        if known is None:
            self.db.execute(
                "INSERT INTO files (path, name, size, mtime_ns, identity, run, place, stand, described)"
                " VALUES (:path, :name, :size, :mtime, :identity, :run, :place, 'new', :described)",
                mine,
            )
        elif known["stand"] == Stand.NEW:
            self.db.execute(
                "UPDATE files SET name = :name, size = :size, mtime_ns = :mtime, identity = :identity, run = :run,"
                " place = :place, described = :described, sha256 = NULL WHERE id = :id",
                {**mine, "id": known["id"]},
            )
        else:
            self.change(known["id"], run=self.run, place=self._place)

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
                f"SELECT * FROM files WHERE run = ? AND place > ? AND over <> run AND stand IN {listed(stands)}"  # noqa: S608
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

    def intakes(self, *stands: Stand) -> list[tuple[str, int]]:
        """The intakes with files of this run that stand so, and how many."""
        return [
            (row[0], row[1])
            for row in self.db.execute(
                f"SELECT intake, count(*) FROM files WHERE run = ? AND over <> run AND stand IN {listed(stands)}"  # noqa: S608
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
        wanted = f"SELECT count(*) FROM files WHERE intake = ? AND stand IN {listed(stands)}"  # noqa: S608
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
        self.change(file_id, stand=Stand.SENT, sha256=sha256, theirs=sha256, reason=None)

    def doubt(self, file_id: int, shown_as: Stand, theirs: bytes | None) -> None:
        """Its item has bytes of that SHA-256, as far as the server says, and they may be somebody else's."""
        self.change(file_id, stand=Stand.UNSURE, shown=shown_as, theirs=theirs)

    # --- which item is whose: one item stands for one file ---

    def leave(self, file_id: int) -> None:
        """Its item is no file's any more, of this run or a later one."""
        self.db.execute("DELETE FROM parts WHERE file = ?", (file_id,))
        self.change(file_id, stand=Stand.LEFT, run=0)

    def anew(self, file_id: int, sha256: bytes | None) -> None:
        """A file leaves its item, and is to be declared as another one, with that digest where it was read."""
        with self.writing():
            self.db.execute(
                "INSERT INTO files (path, name, size, mtime_ns, identity, run, place, stand, described, sha256)"
                " SELECT path, name, size, mtime_ns, identity, run, place, 'new', described, ? FROM files WHERE id = ?",
                (sha256, file_id),
            )
            self.leave(file_id)

    def take_place(self, new: int, old: int) -> None:
        """What was met as a new file is the one from before after all, or is now the one for which its item stands."""
        with self.writing():
            met = self.db.execute(
                "SELECT path, name, size, mtime_ns, identity, run, place, sha256 FROM files WHERE id = ?", (new,)
            ).fetchone()
            self.db.execute("DELETE FROM files WHERE id = ?", (new,))
            self.change(old, **dict(met), over=0)

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


def listed(stands: tuple[Stand, ...]) -> str:
    return f"({', '.join(repr(s.value) for s in stands)})"
