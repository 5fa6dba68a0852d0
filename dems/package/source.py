"""What a package is read from, whatever it lies in: a folder, a zip, or the one folder inside of either."""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from dems.ledger.invalid import NotProved
from dems.package.refusal import Refused

PIECE_BYTES = 1024 * 1024


def state_of(handle: int) -> tuple[int, int]:
    """Size and time of the last change of an open file, by which a change is seen."""
    found = os.fstat(handle)
    return found.st_size, found.st_mtime_ns


def require_state(handle: int, before: tuple[int, int], path: str) -> None:
    """Raise `OSError` where the file is not as it was: half of what was read is of before, and says nothing of either."""
    if state_of(handle) != before:
        raise OSError(errno.EBUSY, "it was changed meanwhile: check it again when nothing writes to it", path)


class Source(Protocol):
    """Files by their paths. Whoever made them may be hostile; a path has been through `checked_path`."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file with its size in bytes."""
        ...

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of a file, to be read in order.

        Raises `Refused`, and `OSError` where it cannot be read, or changes meanwhile: that says nothing of what is in it.
        """
        ...


def read_whole(source: Source, path: str, *, most: int) -> bytes:
    """All of a small file. Raises `NotProved` if it is not there and `Refused` if it has more than `most` bytes."""
    size = source.sizes.get(path)
    if size is None:
        raise NotProved(f"{path} is not there")
    if size > most:
        raise Refused(f"{path} has {size} bytes, more than the {most} that it may have")
    with source.open(path) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Refused(f"{path} has more than the {most} bytes that it may have")
    return data


class Inside:
    """The files below one folder of a source that holds nothing else, named from there."""

    def __init__(self, source: Source, folder: str) -> None:
        self._source, self._folder = source, folder
        self.sizes: Mapping[str, int] = _Below(source.sizes, folder)

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """See `Source`."""
        return self._source.open(self._folder + path)


class _Below(Mapping[str, int]):
    """What is asked for each time, since a copy of all names would double what they take."""

    def __init__(self, sizes: Mapping[str, int], folder: str) -> None:
        self._sizes, self._folder = sizes, folder

    def __getitem__(self, path: str) -> int:
        return self._sizes[self._folder + path]

    def __iter__(self) -> Iterator[str]:
        return (path.removeprefix(self._folder) for path in self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)


def base_of(source: Source, landmark: str) -> Source:
    """Where `landmark` lies: in the source itself, or in the one folder that is all it holds (RFC 8493, 4)."""
    if landmark in source.sizes:
        return source
    tops = {path.split("/", 1)[0] for path in source.sizes}
    folder = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if folder and folder + landmark in source.sizes:
        return Inside(source, folder)
    raise Refused(f"there is no {landmark} in it, nor in the one folder that it holds")
