"""Taking a backup: the installation at rest, what changed copied and hashed, what did not taken over from the one before.

A file counts as unchanged when its inode, size, time of content and time of change are what they were when it was hashed.
The last of these is the kernel's: nobody sets it back without writing to the disk behind the kernel. Its earlier copy is
then linked into the new backup with the digest it was given; reading it again is left to the check, during which DEMS runs.
"""

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dems.cli.backup.copying import Moved, Work, in_words
from dems.cli.backup.manifest import File, Manifest, installed_versions, read_manifest
from dems.cli.backup.shelf import CONTENT, Shelf, generations, is_whole
from dems.cli.backup.source import Seen, Source, look_through
from dems.cli.screen import Failed, size_text
from dems.engines.folder import free_bytes, write_private
from dems.engines.rest import at_rest, database_major
from dems.model.times import rfc3339
from storage.errors import StorageError
from storage.flush import DiskFlush

SCHEMA_FILE = "schema.json"
"""In the data folder: which revision the last `dems up` brought the database to."""

_ROOM_BESIDE = 64 * 1024 * 1024
_WORTH_NOTING = 1024 * 1024
"""Smaller files are copied again after an interruption: flushing each to the disk would take longer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup. `copied` and `kept` are bytes: written now, and taken over from the backup before."""

    folder: Path
    manifest: Manifest
    sha256: str
    copied: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A copy that was made before, and what it is a copy of."""

    file: File
    copy: Path


def take(data_dir: Path, target: Path, *, anew: bool, told: Callable[[int], None]) -> Taken:
    """Back up the installation in `data_dir` to a new folder in `target`. `anew` copies what did not change, too.

    Raises `Failed`, `EngineError`.
    """
    target = target.expanduser().absolute()
    _check_apart(data_dir, target)
    with at_rest(data_dir) as root, in_words(target):
        shelf = Shelf(target)
        with shelf.held():
            return _Taking(root, shelf, told).run(anew=anew)


def _check_apart(data_dir: Path, target: Path) -> None:
    data, backups = Path(os.path.realpath(data_dir)), Path(os.path.realpath(target))
    if backups == data or data in backups.parents:
        raise Failed(f"{target} lies in the data folder {data_dir}: name a folder on another disk.")
    if backups in data.parents:
        raise Failed(f"{target} holds the data folder {data_dir}: name a folder on another disk.")


class _Taking:
    def __init__(self, root: Path, shelf: Shelf, told: Callable[[int], None]) -> None:
        self._root = root
        self._shelf = shelf
        self._work = Work(told)
        self._made: dict[str, File] = {}

    def run(self, *, anew: bool) -> Taken:
        source = look_through(self._root)
        before = generations(self._shelf.path)
        earlier = self._earlier(before[-1:], anew=anew)
        for folder in source.folders:
            self._make_folder(folder.path)
        to_copy = [seen for seen in source.files if not self._take_over(seen, earlier)]
        kept = sum(file.size for file in self._made.values())
        self._check_room(to_copy)
        for seen, file in self._work.each(self._copy, to_copy):
            self._made[seen.path] = file
            if file.size >= _WORTH_NOTING:
                self._shelf.note(file)
        return self._finish(source, before, kept)

    def _earlier(self, last: list[Path], *, anew: bool) -> dict[str, _Earlier]:
        """By path: of the backup before, and over it of the interrupted one, which is newer."""
        interrupted = {f.path: _Earlier(f, self._shelf.content / f.path) for f in self._shelf.begin()}
        if anew:
            return interrupted
        found: dict[str, _Earlier] = {}
        for generation in last:
            # A manifest that cannot be read any more is the check's business; everything is copied then.
            with contextlib.suppress(Failed):
                files = read_manifest(generation)[0].files
                found |= {f.path: _Earlier(f, generation / CONTENT / f.path) for f in files}
        return found | interrupted

    def _make_folder(self, path: str) -> None:
        folder = self._shelf.content / path
        if not folder.is_symlink() and folder.is_file():  # of an interrupted backup; it is a folder now
            folder.unlink()
        folder.mkdir(mode=0o700, exist_ok=True)

    def _take_over(self, seen: Seen, earlier: dict[str, _Earlier]) -> bool:
        known = earlier.get(seen.path)
        if known is None or (known.file.mark, known.file.size) != (seen.mark, seen.size):
            return False
        if not is_whole(known.copy, seen.size):
            return False
        copy = self._shelf.content / seen.path
        if copy != known.copy:
            with contextlib.suppress(FileNotFoundError):
                copy.unlink()
            try:
                os.link(known.copy, copy, follow_symlinks=False)
            except OSError:  # a file system without links, or one that has too many of this file
                return False
        self._made[seen.path] = File(seen.path, seen.size, seen.mode, known.file.sha256, seen.mark)
        return True

    def _check_room(self, to_copy: list[Seen]) -> None:
        wanted, free = sum(seen.size for seen in to_copy) + _ROOM_BESIDE, free_bytes(self._shelf.path)
        if free < wanted:
            raise Failed(
                f"The disk that holds {self._shelf.path} has {size_text(free)} free and this backup needs "
                f"{size_text(wanted)}: free some space on it, or name a folder on another disk."
            )

    def _copy(self, seen: Seen) -> File:
        copy = self._shelf.content / seen.path
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()
        read = self._work.copy(self._root / seen.path, copy, durable=seen.size >= _WORTH_NOTING)
        if read.size != seen.size:
            raise Moved(f"{self._root / seen.path} was changed while the backup was taken")
        return File(seen.path, seen.size, seen.mode, read.sha256, seen.mark)

    def _finish(self, source: Source, before: list[Path], kept: int) -> Taken:
        after = look_through(self._root)
        if after != source:
            raise Moved(f"{self._root} was changed while the backup was taken")
        self._shelf.keep_only({f.path for f in source.folders} | self._made.keys())
        now = datetime.now(UTC)
        number = 1 + max((int(path.name.partition("-")[0]) for path in before), default=0)
        manifest = Manifest(
            number,
            rfc3339(now),
            os.fsencode(self._root).decode("utf-8", "replace"),
            database_major(self._root),
            schema_of(self._root),
            installed_versions(),
            source.folders,
            tuple(self._made[seen.path] for seen in source.files),
        )
        data = manifest.to_bytes()
        try:
            DiskFlush(self._shelf.path)()
        except StorageError as error:
            raise Failed(f"{error}: this backup was not finished; see to the disk and run it again.") from error
        folder = self._shelf.finish(f"{number:06d}-{now:%Y%m%dT%H%M%SZ}", data)
        _, sha256 = read_manifest(folder)
        return Taken(folder, manifest, sha256, manifest.size - kept, kept)


def note_schema(data_dir: Path, revision: str) -> None:
    """Say which revision the database is at, for backups of the stopped installation. Raises `OSError`."""
    write_private(data_dir / SCHEMA_FILE, json.dumps({"revision": revision}).encode())


def schema_of(data_dir: Path) -> str | None:
    """The schema's revision as the installation's last start noted it; None where none did."""
    try:
        revision = json.loads((data_dir / SCHEMA_FILE).read_bytes())["revision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return revision if isinstance(revision, str) else None
