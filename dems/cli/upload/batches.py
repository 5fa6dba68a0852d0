"""Manifests in the plan: which files are declared together under which key, and what the server made of them."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dems.cli.upload.files import Stand
from dems.cli.upload.plan import Plan

KNOWN_FOR = 23 * 3600.0
"""In seconds: the server knows a key for a day, and a repetition after that would declare everything twice."""
MOST_BYTES = 16 * 1024 * 1024
"""Of a manifest in JSON; the server reads twice as much."""
_OUT_OF_OUR_HANDS = {"expired", "abandoned"}


@dataclass(frozen=True, slots=True)
class Batch:
    """One manifest. `body` is the same whenever it is made: a repetition says exactly what was said before."""

    id: int
    key: str
    asked_at: float
    body: dict[str, Any]
    files: Sequence[int]
    """The plan's files by position."""


class Batches:
    def __init__(self, plan: Plan, now: Callable[[], float]) -> None:
        """`now` is the server's time, in seconds since 1970."""
        self._plan = plan
        self._db = plan.db
        self._now = now

    def form(self, opening: Mapping[str, Any], most: int) -> Batch | None:
        """The next files to be declared, written down before anything is said. None when there are none left."""
        if next(self._plan.files(Stand.NEW), None) is None:
            return None
        asked_at = self._now()
        taken: list[tuple[int, int]] = []
        size = 0
        with self._plan.for_certain():
            rows = self._db.execute(
                "SELECT * FROM files WHERE run = ? AND over <> run AND stand = 'new' ORDER BY place LIMIT ?",
                (self._plan.run, most),
            )
            for position, row in enumerate(rows):
                size += len(json.dumps(_item(row, row["size"])))
                if taken and size > MOST_BYTES:
                    break
                taken.append((position, row["id"]))
            made = self._db.execute(
                "INSERT INTO batches (key, opening, asked_at) VALUES (?, ?, ?)",
                (str(uuid.uuid4()), json.dumps(opening), asked_at),
            )
            self._db.executemany(
                f"UPDATE files SET stand = 'declaring', batch = {made.lastrowid}, position = ?, declared_size = size"  # noqa: S608
                " WHERE id = ?",
                taken,
            )
        assert made.lastrowid is not None
        return self._batch(made.lastrowid)

    def unanswered(self) -> list[Batch]:
        """What an earlier run has asked for without hearing the answer, if it is of files at the paths of this run.

        What is too old to be asked again is given up: its files are new ones, to be compared with what the case has.
        """
        found = self._db.execute(
            "SELECT DISTINCT b.id FROM batches b JOIN files f ON f.batch = b.id JOIN files n ON n.path = f.path"
            " WHERE b.intake IS NULL AND f.stand = 'declaring' AND n.run = ? ORDER BY b.id",
            (self._plan.run,),
        ).fetchall()
        batches = [self._batch(row["id"]) for row in found]
        known = [batch for batch in batches if self.is_known(batch)]
        for batch in batches:
            if batch not in known:
                self.dissolve(batch.id)
        return known

    def is_known(self, batch: Batch) -> bool:
        """Whether the server is sure to remember its key, if it ever came there."""
        return 0 <= self._now() - batch.asked_at < KNOWN_FOR

    def dissolve(self, batch_id: int) -> None:
        """Nothing was declared under its key: its files are to be declared in another."""
        with self._plan.writing():
            self._db.execute(
                "UPDATE files SET stand = 'new', batch = NULL, position = NULL, declared_size = NULL WHERE batch = ?",
                (batch_id,),
            )
            self._db.execute("DELETE FROM batches WHERE id = ?", (batch_id,))

    def answered(self, batch: Batch, intake: str, token: str | None) -> None:
        with self._plan.writing():
            self._db.execute("UPDATE batches SET intake = ?, token = ? WHERE id = ?", (intake, token, batch.id))
            self._db.execute("UPDATE files SET intake = ?, stand = 'declared' WHERE batch = ?", (intake, batch.id))

    def tokens(self) -> dict[str, str]:
        """By intake."""
        found = self._db.execute("SELECT intake, token FROM batches WHERE intake IS NOT NULL AND token IS NOT NULL")
        return dict(found.fetchall())

    def forget(self, intake: str) -> None:
        """The server does not know this intake: what was sent to it is not there."""
        with self._plan.writing():
            self._db.execute(
                "UPDATE files SET stand = 'new', found = 0, batch = NULL, position = NULL, declared_size = NULL, intake = NULL,"
                " evidence = NULL, exhibit_ref = NULL, upload = NULL WHERE intake = ?",
                (intake,),
            )
            self._db.execute("DELETE FROM batches WHERE intake = ?", (intake,))

    def done_with_what_is_sealed(self) -> None:
        """A token is not kept longer than it is needed."""
        self._db.execute(
            "UPDATE batches SET token = NULL WHERE intake NOT IN"
            " (SELECT intake FROM files WHERE intake IS NOT NULL AND stand NOT IN ('sealed', 'failed'))"
        )

    def _batch(self, batch_id: int) -> Batch:
        batch = self._db.execute("SELECT * FROM batches WHERE id = ?", (batch_id,)).fetchone()
        rows = self._db.execute("SELECT * FROM files WHERE batch = ? ORDER BY position", (batch_id,)).fetchall()
        body = {**json.loads(batch["opening"]), "items": [_item(r, r["declared_size"]) for r in rows]}
        return Batch(batch_id, batch["key"], batch["asked_at"], body, [r["id"] for r in rows])


class Shown:
    """Brings what the server shows of an intake's items into the plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def item(self, view: Mapping[str, Any], intake: str) -> None:
        """One item as `GET /v1/intakes/{id}/items` lists it; what was not declared from here, or was left, is passed over."""
        db = self._plan.db
        rows = db.execute("SELECT * FROM files WHERE evidence = ?", (view["evidence_id"],)).fetchall()
        rows = (
            rows
            or db.execute(
                "SELECT f.* FROM files f JOIN batches b ON b.id = f.batch"
                " WHERE b.intake = ? AND f.intake = b.intake AND f.position = ? AND f.evidence IS NULL",
                (intake, view["position"]),
            ).fetchall()
        )
        for row in (r for r in rows if r["stand"] != Stand.LEFT):
            self.as_item(row["id"], view, intake)

    def as_item(self, file_id: int, view: Mapping[str, Any], intake: str | None) -> None:
        """This file is that item, and stands as it does, but for bytes that are not known to be this file's."""
        upload = view["upload"]
        if upload is not None and upload["state"] in _OUT_OF_OUR_HANDS:
            upload = None
        stand = stand_of(view)
        if stand is Stand.DIFFERENT:
            upload = None
        before = self._plan.file(file_id)
        if stand in {Stand.DECLARED, Stand.DIFFERENT} and (
            before.upload is None or upload is None or before.upload != upload["id"]
        ):
            self._plan.new_upload(file_id, upload, view["size"])
        theirs = theirs_of(view)
        self._plan.change(
            file_id,
            stand=stand,
            theirs=theirs,
            intake=intake,
            evidence=view["evidence_id"],
            exhibit_ref=view["exhibit_ref"],
            reason=view["reason"],
        )
        if not _said_of(before.sha256, stand, theirs):
            self._plan.doubt(file_id, stand, theirs)


def theirs_of(view: Mapping[str, Any]) -> bytes | None:
    """The SHA-256 of the bytes that an item has: as they were read back, else as whoever sent them declared it."""
    told = view["sha256"] or view["declared_sha256"]
    return None if told is None else bytes.fromhex(told)


def _said_of(ours: bytes | None, stand: Stand, theirs: bytes | None) -> bool:
    """Whether that may be said of a file with this digest. What is not read back, and not declared, is waited for."""
    match stand:
        case Stand.SEALED:
            return ours is not None and ours == theirs
        case Stand.SENT:
            return ours is not None and theirs in {ours, None}
    return True


def stand_of(view: Mapping[str, Any]) -> Stand:
    """What is left to do for an item of an intake."""
    match view["outcome"], view["upload"] and view["upload"]["state"]:
        case "sealed", _:
            return Stand.SEALED
        case "received", _:
            return Stand.SENT
        case "different", _:
            return Stand.DIFFERENT
        case "failed", _:
            return Stand.DIFFERENT if view["state"] == "mismatch" else Stand.FAILED
        case _, "completing" | "completed":
            return Stand.SENT
    return Stand.DECLARED


def named(name: bytes) -> dict[str, str]:
    """A file's name as it is declared: text where that says it exactly, else its bytes."""
    text = name.decode("utf-8", "replace")
    return {"name": text} if text.encode() == name else {"name_base64": base64.b64encode(name).decode()}


def _item(row: Any, size: int) -> dict[str, Any]:
    sha256 = {} if row["sha256"] is None else {"sha256": row["sha256"].hex()}
    return {**json.loads(row["described"]), "file": {**named(row["name"]), "size": size, **sha256}}
