"""A zip whose end leads some programs to other files than those that were checked is refused; what only repeats itself is read."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dems.ledger.verifier import Verdict
from tests.package.making import BASE, a_making
from tests.package.tampering import refused, report_on

PACKAGE = a_making().zip()
END = len(PACKAGE) - 22
COUNT, LENGTH, START = struct.unpack_from("<HII", PACKAGE, END + 10)
OTHER = "what was checked is something else\n"
NAME = f"{BASE}/README.txt"


def last_of_directory() -> int:
    """Where the row of the last file begins, counted from the directory."""
    at = 0
    while True:
        ahead = at + 46 + sum(struct.unpack_from("<HHH", PACKAGE, START + at + 28))
        if ahead == LENGTH:
            return at
        at = ahead


def end(count: int = COUNT, length: int = LENGTH, start: int = START) -> bytes:
    return struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, length, start, 0)


def large(count: int, length: int, start: int, at: int, disks: int = 1) -> bytes:
    """The end as ZIP64 says it, with the record at this place."""
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, start)
    return record + struct.pack("<IIQI", 0x07064B50, 0, at, disks)


def other_zip(at: int) -> bytes:
    """A file, a directory and an end of ZIP64 that would lie at this place."""
    name, data = NAME.encode(), OTHER.encode()
    numbers = (20, 0x0800, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, *numbers) + name + data
    row = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, *numbers, 0, 0, 0, 0, at) + name
    return local + row + large(1, len(row), at + len(local), at + len(local) + len(row))


def with_another_zip_in_an_extra_field() -> bytes:
    directory = bytearray(PACKAGE[START:END])
    more = other_zip(END + 4)
    struct.pack_into("<H", directory, last_of_directory() + 30, len(more) + 4)
    more = struct.pack("<HH", 0x9999, len(more)) + more
    return PACKAGE[:START] + bytes(directory) + more + end(length=LENGTH + len(more))


def with_a_comment(more: bytes) -> bytes:
    directory = bytearray(PACKAGE[START:END])
    struct.pack_into("<H", directory, last_of_directory() + 32, len(more))
    return PACKAGE[:START] + bytes(directory) + more + end(length=LENGTH + len(more))


def with_both_ends(first: bytes, disks: int = 1) -> bytes:
    """An end of ZIP64 that is right, and `first` behind it."""
    return PACKAGE[:END] + large(COUNT, LENGTH, START, END, disks) + first


def of_a_folder_that_is_called_a_file() -> bytes:
    changed = bytearray(PACKAGE)
    struct.pack_into("<I", changed, START + 38, 0o040755 << 16)
    return bytes(changed)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (with_another_zip_in_an_extra_field, "says twice where the list of its files is"),
        (lambda: with_a_comment(other_zip(END)), "says twice where the list of its files is"),
        (lambda: with_a_comment(b"a comment"), "has a comment in the zip"),
        (lambda: with_both_ends(end(count=1)), "says twice where the list of its files is"),
        (lambda: with_both_ends(end(count=0xFFFF, start=0)), "says twice where the list of its files is"),
        (lambda: with_both_ends(end(length=46)), "says twice where the list of its files is"),
        (lambda: with_both_ends(end(), disks=2), "damaged or of a kind that is not read"),
        (lambda: PACKAGE[:END] + end(count=0xFFFF), "damaged or of a kind that is not read"),
        (of_a_folder_that_is_called_a_file, "a folder that is called a file"),
    ],
)
def test_a_zip_that_leads_programs_to_different_files_is_refused(
    tmp_path: Path, make: Callable[[], bytes], words: str
) -> None:
    assert words in refused(report_on(tmp_path, make()))


@pytest.mark.parametrize("first", [end(), end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF), end(start=0xFFFFFFFF)])
def test_an_end_that_is_said_twice_and_the_same_is_read(tmp_path: Path, first: bytes) -> None:
    assert report_on(tmp_path, with_both_ends(first)).verdict is Verdict.PROVED
