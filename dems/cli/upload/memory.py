"""Where an upload remembers what it has begun: a database of its own for each case or invitation, held by one process."""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dems.cli.screen import Failed

_VERSION = 2
_SCHEMA = """
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    opening TEXT NOT NULL,
    asked_at REAL NOT NULL,
    intake TEXT,
    token TEXT
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL,
    name BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    stand TEXT NOT NULL,
    over INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    described TEXT NOT NULL DEFAULT '{}',
    batch INTEGER,
    position INTEGER,
    declared_size INTEGER,
    intake TEXT,
    evidence TEXT,
    exhibit_ref TEXT,
    upload TEXT,
    part_size INTEGER,
    part_count INTEGER,
    sha256 BLOB,
    identity TEXT,
    theirs BLOB,
    shown TEXT
);
CREATE INDEX file_by_path ON files (path);
CREATE UNIQUE INDEX file_by_run ON files (run, place, id);
CREATE INDEX file_by_batch ON files (batch, position);
CREATE UNIQUE INDEX file_by_evidence ON files (evidence);
CREATE INDEX file_by_intake ON files (intake);
CREATE TABLE parts (
    file INTEGER NOT NULL,
    number INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
"""
_FROM_1 = """
ALTER TABLE files ADD COLUMN identity TEXT;
ALTER TABLE files ADD COLUMN theirs BLOB;
ALTER TABLE files ADD COLUMN shown TEXT;
UPDATE files SET stand = 'new', found = 0, batch = NULL, position = NULL, declared_size = NULL, intake = NULL,
    evidence = NULL, exhibit_ref = NULL, upload = NULL, sha256 = NULL
    WHERE evidence IN (SELECT evidence FROM files WHERE evidence IS NOT NULL GROUP BY evidence HAVING count(*) > 1)
    OR batch IN (SELECT id FROM batches WHERE intake IS NULL AND opening = '{}');
DELETE FROM batches WHERE intake IS NULL AND opening = '{}';
DROP INDEX file_as_it_was;
DROP INDEX file_by_evidence;
CREATE INDEX file_by_path ON files (path);
CREATE UNIQUE INDEX file_by_evidence ON files (evidence);
"""
"""Files that shared an item are to be read again, as are all whose identity is not known. What was added to an invitation
without an answer was asked for without its key, and a repetition would add it twice."""
_OF_THIS_RUN = """
CREATE TEMP TABLE troubles (path BLOB NOT NULL, failure INTEGER NOT NULL, what TEXT NOT NULL);
CREATE TEMP TABLE held (name BLOB NOT NULL, size INTEGER NOT NULL, sha256 TEXT, worth INTEGER NOT NULL,
    evidence TEXT NOT NULL, exhibit_ref TEXT, state TEXT NOT NULL, view TEXT NOT NULL);
CREATE INDEX temp.held_alike ON held (name, size);
CREATE TEMP TABLE listed (path BLOB PRIMARY KEY, line INTEGER NOT NULL, described TEXT NOT NULL,
    met INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TEMP TABLE listed_refs (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID;
"""


def state_folder() -> Path:
    """DEMS_STATE_DIR, else where the XDG rules put the state of programs."""
    given = os.environ.get("DEMS_STATE_DIR", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    home = os.environ.get("XDG_STATE_HOME", "").strip()
    return (Path(home) if home else Path.home() / ".local" / "state") / "dems"


@contextmanager
def remembered(whose: str) -> Iterator[sqlite3.Connection]:
    """The database of a case or intake, by its id, which is unique everywhere; the address of its server may change.

    Raises `Failed` while another upload into it runs on this machine, and where nothing can be remembered.
    """
    folder = state_folder() / "uploads" / hashlib.sha256(whose.encode()).hexdigest()[:32]
    with _held(folder), contextlib.closing(_opened(folder / "plan.sqlite3")) as connection:
        try:
            yield connection
        except sqlite3.OperationalError as error:
            raise Failed(
                f"What was done cannot be remembered in {folder} ({error}): see to it, or set DEMS_STATE_DIR."
            ) from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Failed(
            f"What was taken in cannot be remembered in {folder} ({error.strerror}): set DEMS_STATE_DIR."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed("Another `dems upload` into this case runs here: wait until it is done.") from None
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> sqlite3.Connection:
    """It holds tokens, so it is its owner's only, as are the files that SQLite puts beside it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        connection = sqlite3.connect(path, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise Failed(f"{path} cannot be opened ({error}): set DEMS_STATE_DIR to a folder of yours.") from error
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = FILE")
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
        elif version == 1:
            connection.executescript(f"BEGIN IMMEDIATE;{_FROM_1}PRAGMA user_version = {_VERSION};COMMIT;")
        connection.executescript(_OF_THIS_RUN)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise Failed(
            f"{path} cannot be read ({error}): what was taken in from here is no longer known. "
            "Look at `dems evidence list`, then remove that file; what the case has already is found by its SHA-256."
        ) from error
    if version > _VERSION:
        connection.close()
        raise Failed(f"{path} was written by a newer `dems`: use that one, or set DEMS_STATE_DIR to another folder.")
    return connection
