"""What the case has already: nothing is taken in twice only because this machine does not remember it."""

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from dems.cli.screen import Failed, shown
from dems.cli.upload.asking import Asking
from dems.cli.upload.batches import Shown
from dems.cli.upload.content import hash_file
from dems.cli.upload.plan import File, Plan, Stand

_WORTH = ("sealed", "verifying", "uploading", "declared")
"""The states in which an item stands for its file, the best first."""


class Teller(Protocol):
    def failed(self, file: File, why: str) -> None: ...

    def hashing(self, path: Path) -> None: ...


class Holdings:
    """The items of a case, or of an invitation, by name, size and SHA-256. Each stands for one file: two alike are two items."""

    def __init__(self, plan: Plan, asking: Asking, tell: Teller, case_id: str, where: str | None) -> None:
        self._plan = plan
        self._db = plan.db
        self._asking = asking
        self._tell = tell
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
                for sha256 in {item["declared_sha256"], found} - {None} or {None}:
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
        """Items of that name and size that stand for no other file of this run: with this digest, or with none yet."""
        return self._db.execute(
            "SELECT * FROM held WHERE name = :name AND size = :size AND (:sha256 IS NULL OR sha256 IS NULL OR sha256 = :sha256)"
            " AND evidence NOT IN (SELECT evidence FROM files WHERE run = :run AND evidence IS NOT NULL)"
            " ORDER BY sha256 IS NULL, worth, rowid",
            {"name": file.name, "size": file.mark.size, "sha256": sha256, "run": self._plan.run},
        ).fetchall()

    def _compare(self, file: File) -> None:
        self._tell.hashing(file.path)
        try:
            content = hash_file(file.path, lambda _: None)
        except Failed as failure:
            self._fail(file, str(failure))
            return
        sha256 = content.sha256.hex()
        held = next(iter(self._alike(file, sha256)), None)
        if held is None:
            self._plan.change(file.id, sha256=content.sha256)
        elif held["view"]:
            with self._plan.writing():
                self._shown.as_item(file.id, json.loads(held["view"]), self._where)
                self._plan.change(file.id, found=held["worth"] <= _WORTH.index("verifying"), sha256=content.sha256)
        elif held["state"] in {"sealed", "verifying"} and held["sha256"] is not None:
            self._plan.change(
                file.id,
                stand=Stand.SEALED if held["state"] == "sealed" else Stand.SENT,
                found=1,
                evidence=held["evidence"],
                exhibit_ref=held["exhibit_ref"],
                sha256=content.sha256,
            )
        else:
            self._fail(
                file,
                f"The case seems to have it as {shown(held['exhibit_ref'])}, {held['state']} and not begun from here: "
                f"see `dems evidence show {held['evidence']}`; --again takes it in as a further item.",
            )
            # It stands for this file, so that another one alike is not compared with it.
            self._db.execute("DELETE FROM held WHERE evidence = ?", (held["evidence"],))

    def _fail(self, file: File, why: str) -> None:
        with self._plan.writing():
            self._tell.failed(file, why)
            self._plan.over(file.id)
