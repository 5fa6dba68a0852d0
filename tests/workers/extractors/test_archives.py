import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from datetime import datetime, timedelta

import pytest

from dems.model.findings import Entry, Moment, ZoneStatus
from tests.workers.extractors.container_samples import rar, seven, taped, zipped
from tests.workers.extractors.taken import Counted, found, taken, values
from workers.extractors import archives
from workers.extractors.report import Report, Unreadable
from workers.extractors.source import Source

ASSUMED = Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.ASSUMED, timedelta())  # noqa: DTZ001
UNKNOWN = Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.UNKNOWN)  # noqa: DTZ001
PARTS = {"a/b.txt": b"hello", "../up.txt": b"x", "/root.zip": b"yy"}


def entries(report: Report) -> list[tuple[Entry, tuple[str, ...]]]:
    return [(f.value, f.flags) for f in report.findings if f.name == "entry" and isinstance(f.value, Entry)]


@pytest.mark.parametrize(("make", "moment"), [(zipped, UNKNOWN), (taped, ASSUMED), (rar, ASSUMED)])
def test_entries_are_listed_with_sizes_times_and_what_is_odd_about_their_names(make: object, moment: Moment) -> None:
    assert callable(make)
    report = taken(archives.extract, make(PARTS))
    shown = [(entry.name.lstrip("/"), entry.size, entry.modified, flags) for entry, flags in entries(report)]
    assert shown[0] == ("a/b.txt", 5, moment, ())
    assert shown[1] == ("../up.txt", 1, moment, ("outside",))
    assert (shown[2][0], "nested" in shown[2][3]) == ("root.zip", True)
    assert values(report, "entries") == [3]
    assert found(report, "entries.size").value == 8
    assert any("outside the folder" in warning for warning in report.warnings)
    assert report.stopped == []


def test_a_7z_is_listed() -> None:
    report = taken(archives.extract, seven({"a/b.txt": b"hello", "c.7z": b"yy"}))
    assert [(entry.name, entry.size, flags) for entry, flags in entries(report)] == [
        ("a/b.txt", 5, ()),
        ("c.7z", 2, ("nested",)),
    ]
    assert found(report, "encrypted").value is False


def test_a_7z_whose_names_are_encrypted_says_so() -> None:
    report = taken(archives.extract, seven({"a.txt": b"hello"}, password="x"))
    assert found(report, "encrypted").value is True
    assert "encrypted" in report.stopped[0]


def test_an_encrypted_entry_of_a_zip_is_marked() -> None:
    data = bytearray(zipped({"a.txt": b"hello"}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    ((entry, _),) = entries(taken(archives.extract, bytes(data)))
    assert entry.encrypted is True


def test_an_extended_time_of_a_zip_is_in_utc() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a", (2024, 3, 12, 21, 14, 6))
        info.extra = struct.pack("<2HBl", 0x5455, 5, 1, 1_710_278_046)
        archive.writestr(info, b"x")
    ((entry, _),) = entries(taken(archives.extract, out.getvalue()))
    assert entry.modified == ASSUMED


def test_three_hundred_thousand_entries_cost_only_those_that_are_listed() -> None:
    one = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    many = one * 300_000
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 300_000, 300_000, len(many), 0)
    data = many + end64 + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(many), 1) + end
    counted = Counted(data, len(data))
    report = Report()
    archives.extract(Source(counted, len(data)), "application/zip", report)
    assert found(report, "entries").value == 300_000
    assert len(entries(report)) == 2_000
    assert report.stopped == ["Only the first 2,000 of 300,000 entries are listed."]
    assert counted.given < 700_000


def test_a_number_of_entries_that_is_a_lie_is_kept_beside_the_true_one() -> None:
    data = bytearray(zipped({"a": b"1"}))
    struct.pack_into("<2H", data, len(data) - 14, 7, 7)
    counts = [(f.value, f.flags) for f in taken(archives.extract, bytes(data)).findings if f.name == "entries"]
    assert counts == [(7, ("disagrees",)), (1, ())]


def test_a_zip_bomb_is_a_warning() -> None:
    report = taken(archives.extract, zipped({"zeros": bytes(20_000_000)}))
    assert entries(report)[0][1] == ("ratio",)
    assert any("bomb" in warning for warning in report.warnings)


def test_what_stands_before_a_zip_is_told() -> None:
    report = taken(archives.extract, b"MZ" + bytes(98) + zipped({"a": b"1"}))
    assert [entry.name for entry, _ in entries(report)] == ["a"]
    assert any("begins at byte 100" in warning for warning in report.warnings)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_tape_is_listed_from_its_beginning(pack: object) -> None:
    assert callable(pack)
    report = taken(archives.extract, pack(taped({"a.txt": b"hello"})))
    assert [entry.name for entry, _ in entries(report)] == ["a.txt"]
    assert report.stopped == []


def test_a_gzip_tells_its_name_and_time_and_the_size_that_it_claims() -> None:
    out = io.BytesIO()
    with gzip.GzipFile("log.txt", "wb", fileobj=out, mtime=1_710_278_046) as file:
        file.write(b"hello")
    report = taken(archives.extract, out.getvalue())
    assert found(report, "original_name").value == "log.txt"
    assert found(report, "modified_at").value == ASSUMED
    assert values(report, "entries.size") == [5, 5]


def test_a_gzip_bomb_is_unpacked_only_to_the_limit() -> None:
    report = taken(archives.extract, gzip.compress(bytes(50_000_000)))
    assert any("8,388,608" in reason for reason in report.stopped)
    assert any("bomb" in warning for warning in report.warnings)


def test_a_header_that_claims_gigabytes_of_name_is_damage() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = b"L", 7 << 30
    with pytest.raises(Unreadable, match="claims"):
        taken(archives.extract, info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(50),
        b"7z\xbc\xaf\x27\x1c" + bytes(50),
        b"Rar!\x1a\x07\x00" + bytes(9),
        b"\x1f\x8b\x08" + bytes(30),
        b"junk",
    ],
)
def test_what_is_damaged_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable):
        taken(archives.extract, data)
