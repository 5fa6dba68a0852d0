"""What the case has already: nothing is taken in twice only because this machine does not remember it."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dems.cli.screen import shown
from dems.cli.upload.asking import Asking
from dems.cli.upload.batches import Shown
from dems.cli.upload.files import File, Stand
from dems.cli.upload.plan import Plan
from dems.cli.upload.recognising import Recognising

_WORTH = ("sealed", "verifying", "uploading", "declared")
"""The states in which an item stands for its file, the best first."""
_WITH_BYTES = {"sealed", "verifying"}


class Holdings:
    """The items of a case, or of an invitation, by name, size and SHA-256. Each stands for one file: two alike are two items."""

    def __init__(self, plan: Plan, asking: Asking, recognising: Recognising, case_id: str, where: str | None) -> None:
        self._plan = plan
        self._db = plan.db
        self._asking = asking
        self._recognising = recognising
        self._shown = Shown(plan)
        self._case_id = case_id
        self._where = where

    def compare(self) -> None:
        """Find the items that stand for new files of this run. Only files with an item of their name and size are read."""
        if next(self._plan.files(Stand.NEW), None) is None:
            return
        self._listed(
            self._asking.pages(f"/v1/cases/{self._case_id}/evidence")
            if self._where is None
            else self._asking.items(self._where)
        )
        for file in self._plan.files(Stand.NEW):
            if self._alike(file, None):
                self._compare(file)

    def _listed(self, items: Iterable[Mapping[str, Any]]) -> None:
        with self._plan.writing():
            for item in items:
                if item["state"] not in _WORTH or item["name"] is None or item["size"] is None:
                    continue
                name = base64.b64decode(item["name_base64"]) if item["name_base64"] else item["name"].encode()
                found = item["sha256"] if self._where is not None else item["digests"].get("sha256")
                known = {found} if item["state"] == "sealed" else {item["declared_sha256"], found} - {None} or {None}
                for sha256 in known:
                    self._db.execute(
                        "INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            name,
                            item["size"],
                            sha256,
                            _WORTH.index(item["state"]),
                            self._id(item),
                            item["exhibit_ref"],
                            item["state"],
                            "" if self._where is None else json.dumps(item),
                        ),
                    )

    def _id(self, item: Mapping[str, Any]) -> str:
        return str(item["id"] if self._where is None else item["evidence_id"])

    def _alike(self, file: File, sha256: str | None) -> list[Any]:
        """Items of that name and size that stand for no other file of this run: with this digest, or with any.

        In a case also those whose digest is not known yet and that were not begun from here: what they are, a person says.
        """
        return self._db.execute(
            "SELECT h.*, f.id AS file FROM held h LEFT JOIN files f ON f.evidence = h.evidence"
            " WHERE h.name = :name AND h.size = :size"
            " AND CASE WHEN h.sha256 IS NULL THEN :case AND f.id IS NULL"
            " ELSE (:sha256 IS NULL OR h.sha256 = :sha256) AND (f.id IS NULL OR f.run <> :run) END"
            " ORDER BY h.sha256 IS NULL, worth, h.rowid",
            {
                "name": file.name,
                "size": file.mark.size,
                "sha256": sha256,
                "case": self._where is None,
                "run": self._plan.run,
            },
        ).fetchall()

    def _compare(self, file: File) -> None:
        ours = self._recognising.digest(file)
        if ours is None:
            return
        held = next(iter(self._alike(file, ours.hex())), None)
        if held is None:
            return
        if held["sha256"] is None or (self._where is None and held["state"] not in _WITH_BYTES):
            self._recognising.fail(
                file,
                f"The case seems to have it as {shown(held['exhibit_ref'])}, {held['state']} and not begun from here: "
                f"see `dems evidence show {held['evidence']}`; --again takes it in as a further item.",
            )
            # It stands for this file, so that another one alike is not compared with it.
            self._db.execute("DELETE FROM held WHERE evidence = ?", (held["evidence"],))
            return
        with self._plan.writing():
            mine = held["file"]
            if mine is None:
                self._plan.change(file.id, found=held["state"] in _WITH_BYTES)
            else:
                self._plan.take_place(file.id, mine)
            self._is(file.id if mine is None else mine, held)

    def _is(self, file_id: int, held: Any) -> None:
        if held["view"]:
            self._shown.as_item(file_id, json.loads(held["view"]), self._where)
            return
        self._plan.change(
            file_id,
            stand=Stand.SEALED if held["state"] == "sealed" else Stand.SENT,
            evidence=held["evidence"],
            exhibit_ref=held["exhibit_ref"],
            theirs=bytes.fromhex(held["sha256"]),
        )
