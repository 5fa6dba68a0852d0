import hashlib
import struct
import zlib

import pytest

from tests.workers.extractors.container_samples import e01, gpt, mbr
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import disks
from workers.extractors.report import Report, Unreadable
from workers.extractors.source import Held, Refused, Source

HEADER = {
    "c": "C1",
    "n": "E9",
    "a": "A phone",
    "e": "Ann",
    "t": "found",
    "av": "5.0",
    "ov": "Linux",
    "m": "2024 3 12 21 14 6",
    "u": "2024 3 12 21 14 6",
    "p": "0",
}
DISK = "6f1c4b5a-0d6e-4f0b-9c55-1d6f3a2b7c88"


def test_an_e01_tells_its_case_its_stored_hash_and_the_partitions_within() -> None:
    media = mbr([(0x07, 64, 100), (0x83, 200, 50)])
    report = taken(disks.extract, e01(media, HEADER, hashlib.md5(media, usedforsecurity=False).digest()))
    assert found(report, "image.case_number").value == "C1"
    assert found(report, "image.evidence_number").value == "E9"
    assert found(report, "image.examiner").value == "Ann"
    assert "2024" in found(report, "image.acquired_at").value
    assert found(report, "image.acquired_at").flags == ("no_time",)
    assert found(report, "image.stored_md5").value == hashlib.md5(media, usedforsecurity=False).hexdigest()
    assert found(report, "image.media_size").value == len(media)
    parts = [(entry.kind, entry.size, entry.more["start"]) for entry in values(report, "partition")]
    assert parts == [("NTFS or exFAT", 51_200, 32_768), ("Linux", 25_600, 102_400)]
    assert report.stopped == []


def md5_of(media: bytes) -> "hashlib._Hash":
    return hashlib.md5(media, usedforsecurity=False)


def test_the_hash_stored_in_an_e01_is_compared_with_the_disk_in_it() -> None:
    media = mbr([(0x07, 64, 100)])
    report = taken(disks.extract, e01(media, HEADER, md5_of(media).digest()))
    assert found(report, "image.md5").value == md5_of(media).hexdigest()
    assert found(report, "image.md5").flags == found(report, "image.stored_md5").flags == ()
    changed = taken(disks.extract, e01(media, HEADER, md5_of(b"another disk").digest()))
    assert found(changed, "image.md5").value == md5_of(media).hexdigest()
    assert found(changed, "image.stored_md5").value == md5_of(b"another disk").hexdigest()
    assert found(changed, "image.md5").flags == found(changed, "image.stored_md5").flags == ("disagrees",)


def test_a_disk_too_large_to_be_compared_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    media = mbr([(0x07, 64, 100)])
    monkeypatch.setattr(disks, "COMPARED_AT_MOST", 100)
    report = taken(disks.extract, e01(media, HEADER, md5_of(media).digest()))
    assert values(report, "image.md5") == []
    assert found(report, "image.stored_md5").flags == ()
    assert any("were not compared" in warning for warning in report.warnings)


def test_a_disk_whose_bytes_are_refused_is_not_compared() -> None:
    media = mbr([(0x07, 64, 100)])
    data = e01(media, HEADER, md5_of(media).digest())
    source = Source(Until(data, data.index(media[:512]) + 40_000), len(data), "e01")
    report = Report()
    disks.extract(source, "application/x-ewf", report)
    assert values(report, "image.md5") == []
    assert found(report, "image.stored_md5").flags == ()
    assert report.stopped


class Until:
    """Bytes of which those from an offset on are refused, as a budget does."""

    def __init__(self, data: bytes, end: int) -> None:
        self._held, self._end = Held(data), end

    def at(self, offset: int, length: int) -> bytes:
        # The sections' heads at the end are within the budget: only the disk is not.
        if offset < self._end + 20_000 and offset + length > self._end:
            raise Refused("Reading stopped: the budget for this file is used up.")
        return self._held.at(offset, length)


def test_a_gpt_is_read_by_name_and_kind() -> None:
    report = taken(disks.extract, gpt([("0fc63daf-8483-4772-8e79-3d69d8477de4", "home", 100, 199)], DISK))
    assert found(report, "partition_table").value == "GPT"
    assert found(report, "image.disk_identifier").value == DISK
    entry = found(report, "partition").value
    assert (entry.name, entry.kind, entry.size, entry.more["start"]) == ("home", "Linux", 51_200, 51_200)


def test_a_partition_beyond_the_end_is_flagged() -> None:
    assert found(taken(disks.extract, mbr([(0x83, 10, 1_000_000)])), "partition").flags == ("beyond",)


def test_an_extended_partition_whose_chain_is_a_loop_ends() -> None:
    data = bytearray(mbr([(0x05, 64, 500)]))
    inner = mbr([(0x83, 1, 10), (0x05, 0, 500)], 512)
    data[64 * 512 : 65 * 512] = inner
    kinds = [(entry.kind, entry.more["start"]) for entry in values(taken(disks.extract, bytes(data)), "partition")]
    assert kinds == [("type 0x05", 64 * 512), ("Linux", 65 * 512)]


def test_a_gpt_of_four_thousand_million_entries_is_cut() -> None:
    data = bytearray(gpt([], DISK))
    struct.pack_into("<L", data, 512 + 80, 0xFFFFFFFF)
    assert any("4,294,967,295" in reason for reason in taken(disks.extract, bytes(data)).stopped)


def test_a_file_system_without_a_table_has_no_partitions() -> None:
    data = bytearray(mbr([(0x6F, 1, 2)]))
    data[3:11] = b"NTFS    "
    report = taken(disks.extract, bytes(data))
    assert found(report, "partition_table").value == "none"
    assert values(report, "partition") == []


def test_a_disk_without_any_table_is_a_warning() -> None:
    assert any("no partition table" in warning for warning in taken(disks.extract, bytes(4096)).warnings)


def test_an_image_that_is_cut_off_says_so() -> None:
    whole = e01(mbr([(0x83, 10, 20)]), HEADER, bytes(16))
    assert taken(disks.extract, whole).stopped == []
    assert any("cut off" in reason for reason in taken(disks.extract, whole[: len(whole) // 2]).stopped)


def test_one_part_of_several_says_so() -> None:
    whole = e01(mbr([(0x83, 10, 20)]), HEADER, bytes(16))
    at = len(whole) - 76
    head = b"next".ljust(16, b"\0") + whole[at + 16 : at + 72]
    first = whole[:at] + head + struct.pack("<L", zlib.adler32(head))
    try:
        stopped = taken(disks.extract, first).stopped
    except Unreadable as unreadable:
        stopped = [str(unreadable)]
    assert any("one part of several" in reason for reason in stopped)


@pytest.mark.parametrize("data", [b"EVF\x09\x0d\x0a\xff\x00", b"EVF\x09\x0d\x0a\xff\x00" + bytes(4_000)])
def test_a_damaged_image_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        taken(disks.extract, data)
