"""What there is to take of a data folder: every folder and plain file of it, and nothing that lies elsewhere."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dems.cli.backup.copying import mark_of
from dems.cli.backup.manifest import Folder
from dems.cli.screen import Failed, shown
from dems.engines.rest import OF_ONE_RUN

_LEFT_OUT = OF_ONE_RUN | {"lost+found", "postgres/cluster/postmaster.pid"}
"""The last is left by a database that was killed, and removed by every start."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file to be taken, as it was seen before."""

    path: str
    size: int
    mode: int
    mark: str


@dataclass(frozen=True, slots=True)
class Source:
    root: Path
    folders: tuple[Folder, ...]
    files: tuple[Seen, ...]


def look_through(root: Path) -> Source:
    """Folders come before what is in them, names in order. Raises `Failed` for what a copy would miss, `OSError`."""
    folders: list[Folder] = []
    files: list[Seen] = []
    for path, status in _inside(root, ""):
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            folders.append(Folder(path, mode))
        elif stat.S_ISREG(status.st_mode):
            files.append(Seen(path, status.st_size, mode, mark_of(status)))
        elif stat.S_ISLNK(status.st_mode):
            raise Failed(
                f"{shown(root / path)} is a symbolic link, and a backup follows none: what it leads to would be missing. "
                "Put that into its place (a mount or bind mount will do) and run it again."
            )
        # Sockets and pipes hold nothing; whoever needs them makes them anew.
    return Source(root, tuple(folders), tuple(files))


def _inside(root: Path, under: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(root / under) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = f"{under}/{entry.name}" if under else entry.name
        if path in _LEFT_OUT or _is_half_written(path):
            continue
        try:
            path.encode()
        except UnicodeEncodeError:
            raise Failed(
                f"{shown(root / path)} has a name that is no text: DEMS made no such file, move it away."
            ) from None
        status = entry.stat(follow_symlinks=False)
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            yield from _inside(root, path)


def _is_half_written(path: str) -> bool:
    """What a crash left of replacing a small file; the whole one lies beside it."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name.endswith(".new")
