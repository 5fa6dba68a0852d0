"""Which files are meant: in a stable order, symbolic links never followed, and nothing left out without a word."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file. `name` is its path within the folder that was given, or its own name: the exact bytes.

    `identity` is what the system knows it by besides: device, inode and time of change. Size and time of writing alone are
    also those of the next disc in the same drive, where the clock of a recorder was never set.
    """

    path: Path
    name: bytes
    size: int
    mtime_ns: int = 0
    identity: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not taken in, and why. `failure` says whether somebody should have to do something about it."""

    path: Path
    why: str
    failure: bool


def walk(paths: Iterable[Path]) -> Iterator[Found | LeftOut]:
    """What lies under each path, each folder's content by the bytes of its names. The same file is found once.

    Held in memory are the names of the folders on the way to where it is, not of all that was found.
    """
    done: set[Path] = set()
    for given in paths:
        path = plain(given)
        if path in done or any(parent in done for parent in path.parents):
            continue
        yield from _at(path, done)
        done.add(path)


def plain(path: Path) -> Path:
    """The one way to write a path: `..` and links above it resolved as the system does, the last part left as it is."""
    if path.name in {"", ".", ".."}:
        return path.resolve()
    return path.parent.resolve() / path.name


def _at(path: Path, done: set[Path]) -> Iterator[Found | LeftOut]:
    try:
        status = path.lstat()
    except OSError as error:
        yield LeftOut(path, _reason(error), failure=True)
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _inside(path, done)
    else:
        yield _one(path, os.fsencode(path.name), status)


def _inside(top: Path, done: set[Path]) -> Iterator[Found | LeftOut]:
    """A folder and all below it, however deep."""
    ways: list[tuple[Path, bytes, Iterator[bytes | LeftOut]]] = [(top, b"", _names(top))]
    while ways:
        folder, prefix, names = ways[-1]
        name = next(names, None)
        if name is None:
            ways.pop()
            continue
        if isinstance(name, LeftOut):
            yield name
            continue
        path = folder / os.fsdecode(name)
        if path in done:
            continue
        try:
            status = path.lstat()
        except OSError as error:
            yield LeftOut(path, _reason(error), failure=True)
            continue
        if stat.S_ISDIR(status.st_mode):
            ways.append((path, prefix + name + b"/", _names(path)))
        else:
            yield _one(path, prefix + name, status)


def _names(folder: Path) -> Iterator[bytes | LeftOut]:
    try:
        names = sorted(os.fsencode(name) for name in os.listdir(folder))  # noqa: PTH208  (exact bytes, and no Path each)
    except OSError as error:
        yield LeftOut(folder, _reason(error), failure=True)
        return
    yield from names


def _one(path: Path, name: bytes, status: os.stat_result) -> Found | LeftOut:
    if stat.S_ISREG(status.st_mode):
        identity = f"{status.st_dev}:{status.st_ino}:{status.st_ctime_ns}"
        return Found(path, name, status.st_size, status.st_mtime_ns, identity)
    if stat.S_ISLNK(status.st_mode):
        return LeftOut(path, "a symbolic link: what it points to is taken in where it lies", failure=False)
    return LeftOut(path, "not a file with content (a socket, pipe or device)", failure=False)


def _reason(error: OSError) -> str:
    return f"cannot be read ({error.strerror or error})"
