"""The files of a package by their paths, with little memory for the one sort of which there may be millions: proofs.

A package has a file for the proof of each entry. As paths in a dictionary a million of them would fill the memory of a small
machine; the proofs of one folder differ by a number, so they are kept as numbers.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from dems.ledger.fields import shown
from dems.package.paths import numbered, of_number, twin
from dems.package.refusal import Refused

MAX_FILES = 1_000_000
"""Beside proofs, with the folders of these. More are not listed: their names alone would fill the memory."""

MAX_PROOFS = 10_000_000
"""They take some 20 bytes each."""


class Listing(Mapping[str, int]):
    """Every path with the size of its file in bytes, in the order in which they were added but for proofs, which come last."""

    def __init__(self) -> None:
        self._others: dict[str, tuple[int, int]] = {}
        self._series: dict[str, _Series] = {}
        self._in_series = 0

    def add(self, path: str, size: int, at: int = 0) -> None:
        """Add a file; `at` is where it begins in what it lies in. Raises `Refused` where there are two of one path, or too many."""
        if path in self:
            raise Refused(f"it holds {shown(path)} twice")
        of_series = numbered(path)
        if of_series is None:
            self._others[path] = size, at
        elif self._series.setdefault(of_series[0], _Series()).add(of_series[1], size, at):
            self._in_series += 1
        else:  # out of order, as nobody writes them
            self._others[path] = size, at
        if len(self._others) + len(self._series) > MAX_FILES or self._in_series > MAX_PROOFS:
            raise Refused(f"it holds more than {MAX_FILES} files beside {MAX_PROOFS} proofs")

    def place(self, path: str) -> tuple[int, int]:
        """The size of a file, and where it begins. Raises `KeyError`."""
        of_series = numbered(path)
        series = None if of_series is None else self._series.get(of_series[0])
        found = None if of_series is None or series is None else series.find(of_series[1])
        return self._others[path] if found is None else found

    def __getitem__(self, path: str) -> int:
        return self.place(path)[0]

    def __iter__(self) -> Iterator[str]:
        yield from self._others
        for folder, series in self._series.items():
            for number in series.numbers:
                yield of_number(folder, number)

    def __len__(self) -> int:
        return len(self._others) + self._in_series

    def remove(self, path: str) -> None:
        """Take out a path that is no proof's. Raises `KeyError`."""
        del self._others[path]

    def require_untwinned(self) -> None:
        """Raise `Refused` if two paths would become one file on some system: what was checked would not be what is opened."""
        folders: dict[str, str] = {}
        for folder in self._series:
            _require_alone(folders, folder)
        seen: dict[str, str] = {}
        for path in self._others:
            _require_alone(seen, path)
            folder, number = numbered(twin(path)) or ("", 0)
            if folder in folders and self._series[folders[folder]].find(number) is not None:
                _refuse_twins(of_number(folders[folder], number), path)


class _Series:
    """The proofs in one folder, by number in rising order."""

    def __init__(self) -> None:
        self.numbers, self._sizes, self._starts = array("I"), array("Q"), array("Q")

    def add(self, number: int, size: int, at: int) -> bool:
        """Whether it could be: it comes after those that are there."""
        if self.numbers and number <= self.numbers[-1]:
            return False
        for column, value in ((self.numbers, number), (self._sizes, size), (self._starts, at)):
            column.append(value)
        return True

    def find(self, number: int) -> tuple[int, int] | None:
        """Size and place of one; None where it is not there."""
        place = bisect_left(self.numbers, number)
        if place == len(self.numbers) or self.numbers[place] != number:
            return None
        return self._sizes[place], self._starts[place]


def _require_alone(seen: dict[str, str], path: str) -> None:
    other = seen.setdefault(twin(path), path)
    if other != path:
        _refuse_twins(other, path)


def _refuse_twins(one: str, other: str) -> None:
    raise Refused(f"the paths {shown(one)} and {shown(other)} are one file on some systems")
