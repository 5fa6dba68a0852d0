"""One file of a plan, and how far it has come."""

import os
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dems.cli.upload.content import Mark


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
    UNSURE = "unsure"
    """Its item has bytes, and whether they are this file's is to be found out before a word is said of it."""
    SEALED = "sealed"
    FAILED = "failed"
    """Its stored bytes are no longer what was sealed: nothing that a sender could mend."""
    LEFT = "left"
    """An item that is no file's any more: what it was declared for has another one."""


UNFINISHED = (Stand.DECLARED, Stand.DIFFERENT, Stand.UNSURE)
"""It is an item, and whether the item has the bytes of its file is not known."""


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
    described: str
    declared_size: int | None
    intake: str | None
    evidence: str | None
    exhibit_ref: str | None
    upload: str | None
    part_size: int
    part_count: int
    sha256: bytes | None
    """Of the file, as it was read here: never what somebody else says."""
    theirs: bytes | None
    """Of the bytes that its item has, as the server says."""
    shown: Stand | None
    """How its item stands, where that is not known to be true of the file."""
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
            row["described"],
            row["declared_size"],
            row["intake"],
            row["evidence"],
            row["exhibit_ref"],
            row["upload"],
            row["part_size"] or 0,
            row["part_count"] or 0,
            row["sha256"],
            row["theirs"],
            Stand(row["shown"]) if row["shown"] else None,
            row["reason"],
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    path: Path
    what: str
