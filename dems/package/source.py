"""What a package is read from, whatever it lies in: a folder, a zip, or the one folder inside of either."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from dems.ledger.fields import shown
from dems.ledger.invalid import NotProved
from dems.package.paths import twin
from dems.package.refusal import Refused

MAX_FILES = 1_000_000
"""More are not listed: their names alone would fill the memory of a small machine."""

PIECE_BYTES = 1024 * 1024


class Source(Protocol):
    """Files by their paths. Whoever made them may be hostile; a path has been through `checked_path`."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file with its size in bytes."""
        ...

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of a file, to be read in order. Raises `Refused`."""
        ...


def require_untwinned(paths: Mapping[str, int]) -> None:
    """Raise `Refused` if two paths would become one file on some system: what was checked would not be what is opened."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(twin(path), path)
        if other != path:
            raise Refused(f"the paths {shown(other)} and {shown(path)} are one file on some systems")


def read_whole(source: Source, path: str, *, most: int) -> bytes:
    """All of a small file. Raises `NotProved` if it is not there and `Refused` if it has more than `most` bytes."""
    if path not in source.sizes:
        raise NotProved(f"{path} is not there")
    if source.sizes[path] > most:
        raise Refused(f"{path} has {source.sizes[path]} bytes, more than the {most} that it may have")
    with source.open(path) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Refused(f"{path} has more than the {most} bytes that it may have")
    return data


class Inside:
    """The files below one folder of a source, named from there."""

    def __init__(self, source: Source, folder: str) -> None:
        self._source, self._folder = source, folder
        self.sizes: Mapping[str, int] = {
            path.removeprefix(folder): size for path, size in source.sizes.items() if path.startswith(folder)
        }

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """See `Source`."""
        return self._source.open(self._folder + path)


def base_of(source: Source, landmark: str) -> Source:
    """Where `landmark` lies: in the source itself, or in the one folder that is all it holds (RFC 8493, 4)."""
    if landmark in source.sizes:
        return source
    tops = {path.split("/", 1)[0] for path in source.sizes}
    folder = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if folder and folder + landmark in source.sizes:
        return Inside(source, folder)
    raise Refused(f"there is no {landmark} in it, nor in the one folder that it holds")
