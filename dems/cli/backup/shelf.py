"""The folder that backups go to: finished ones side by side, each whole in itself, and at most one that is not finished.

A backup is made in ``.unfinished`` and gets its name once everything in it is on the disk, its manifest last. So a folder
with a number is a finished backup, whatever was cut off and whenever.
"""

import contextlib
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from dems.cli.backup.manifest import FILE, File
from dems.cli.screen import Failed
from dems.engines.folder import sync_folder, write_private

CONTENT = "files"
_MARKER = "dems-backups.json"
_LOCK = "lock"
_UNFINISHED = ".unfinished"
_JOURNAL = "journal"
_FORMAT = b'{"format": "dems-backups/1"}\n'
_GENERATION = re.compile(r"([0-9]{6,})-[0-9]{8}T[0-9]{6}Z")


def generations(shelf: Path) -> list[Path]:
    """The finished backups, oldest first. Raises `OSError`."""
    found = [(int(match[1]), path) for path in shelf.iterdir() if (match := _GENERATION.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def generation_in(folder: Path) -> Path:
    """The backup that is meant: `folder` itself, or the newest of those in it. Raises `Failed`."""
    folder = folder.expanduser().absolute()
    try:
        if (folder / FILE).is_file():
            return folder
        found = generations(folder)
    except OSError as error:
        raise Failed(f"{folder} cannot be read ({error.strerror}): name the folder of a backup.") from error
    if not found:
        raise Failed(f"There is no finished backup in {folder}: name the folder that `dems backup` was given.")
    return found[-1]


class Shelf:
    """One folder of backups, held by one process. Only what is not finished is ever changed or removed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unfinished = path / _UNFINISHED
        self.content = self.unfinished / CONTENT

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Make or check the folder and keep others out. Raises `Failed`, `OSError`."""
        self._take()
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failed(f"Another `dems backup` writes to {self.path}: wait until it is done.") from None
            yield
        finally:
            os.close(descriptor)

    def _take(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileExistsError as error:
            raise Failed(f"{error.filename} is not a folder: name another one for backups.") from error
        status = self.path.stat()
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise Failed(
                f"{self.path} belongs to or can be written to by other users, and a backup holds evidence and keys: "
                "name a folder of your own, or one that does not exist yet."
            )
        if (self.path / _MARKER).is_file():
            return
        foreign = sorted({p.name for p in self.path.iterdir()} - {_LOCK, f".{_MARKER}.new", "lost+found"})
        if foreign:
            raise Failed(
                f"{self.path} is not empty and holds no backups (but {foreign[0]!r}): name an empty or a new folder."
            )
        write_private(self.path / _MARKER, _FORMAT)

    def begin(self) -> Iterator[File]:
        """Open the unfinished backup. What an interrupted one had copied whole is given back, to be taken over."""
        self.unfinished.mkdir(mode=0o700, exist_ok=True)
        self.content.mkdir(mode=0o700, exist_ok=True)
        try:
            lines = (self.unfinished / _JOURNAL).read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with contextlib.suppress(ValueError, TypeError):  # a line that was cut off says nothing
                yield File(**json.loads(line))

    def note(self, file: File) -> None:
        """Remember that a file is copied and on the disk, in case this backup is interrupted."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        journal = os.open(self.unfinished / _JOURNAL, flags, 0o600)
        try:
            os.write(journal, json.dumps(asdict(file)).encode() + b"\n")
        finally:
            os.close(journal)

    def keep_only(self, paths: set[str]) -> None:
        """Remove from the unfinished backup what is none of these files and folders: the source lost it meanwhile."""
        for folder, folders, files in os.walk(self.content, topdown=False):
            for name in files:
                path = Path(folder, name)
                if str(path.relative_to(self.content)) not in paths:
                    path.unlink()
            for name in folders:
                path = Path(folder, name)
                if str(path.relative_to(self.content)) not in paths:
                    path.rmdir()

    def finish(self, name: str, manifest: bytes) -> Path:
        """Give the unfinished backup its manifest and its name, durably and in this order."""
        (self.unfinished / _JOURNAL).unlink(missing_ok=True)
        write_private(self.unfinished / FILE, manifest)
        finished = self.path / name
        self.unfinished.rename(finished)
        sync_folder(self.path)
        return finished


def is_whole(path: Path, size: int) -> bool:
    """Whether a copy lies where it was left, with its length. Its bytes are not read: `dems backup --check` does."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size
