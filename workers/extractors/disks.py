"""Images of disks: E01 with what the examiner wrote and the hashes that are stored in it; raw ones by their partition table."""

import hashlib
import struct
import uuid
from collections.abc import Iterator

import pyewf

from dems.model.findings import Confidence, Entry
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source
from workers.extractors.version import OWN_READERS

READER, VERSION = "dems-partitions", OWN_READERS
MAX_PARTITIONS = 256
MAX_SECTIONS = 10_000
MAX_LOGICAL = 64
"""Links of the chain of an extended partition that are followed."""
COMPARED_AT_MOST = 128 * 1024 * 1024
"""Bytes of a file whose stored hashes are compared with those of the disk in it: all of it is read for that."""
MEDIA_AT_MOST = 4 * 1024**3
"""Bytes of such a disk: a file of this size can hold any amount of nothing."""
_BLOCK = 1024 * 1024
_EWF = (b"EVF\x09\x0d\x0a\xff\x00", b"EVF2\x0d\x0a\x81\x00")
_SECTOR = 512
_FIELDS = {
    "case_number": "image.case_number",
    "evidence_number": "image.evidence_number",
    "description": "description",
    "examiner_name": "image.examiner",
    "notes": "image.notes",
    "acquiry_software_version": "software",
    "acquiry_operating_system": "image.system",
    "model": "device.model",
    "serial_number": "device.serial",
}
_TIMES = {"acquiry_date": "image.acquired_at", "system_date": "image.system_date"}
_HASHES = {"MD5": "md5", "SHA1": "sha1"}
_EXTENDED = {0x05, 0x0F, 0x85}
_PROTECTIVE = 0xEE
_MBR_KINDS = {
    0x01: "FAT12", 0x04: "FAT16", 0x06: "FAT16", 0x0B: "FAT32", 0x0C: "FAT32", 0x0E: "FAT16", 0x07: "NTFS or exFAT",
    0x82: "Linux swap", 0x83: "Linux", 0x8E: "Linux LVM", 0xA5: "FreeBSD", 0xAF: "HFS+", 0xEE: "GPT", 0xEF: "EFI",
}  # fmt: skip
_GPT_KINDS = {
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "EFI",
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": "Windows data",
    "e3c9e316-0b5c-4db8-817d-f92df00215ae": "Windows reserved",
    "de94bba4-06d1-4d40-a16a-bfd50179d6ac": "Windows recovery",
    "0fc63daf-8483-4772-8e79-3d69d8477de4": "Linux",
    "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f": "Linux swap",
    "48465300-0000-11aa-aa11-00306543ecac": "HFS+",
    "7c3457ef-0000-11aa-aa11-00306543ecac": "APFS",
}


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the first bytes tell
    """Raises `Unreadable` for an E01 that is damaged, or one part of several."""
    if source.at(0, 8) in _EWF:
        _ewf(source, report)
    else:
        tool = report.by(READER, VERSION)
        tool.found("image.media_size", source.size, "file", unit="B", confidence=Confidence.DERIVED)
        _table(source, tool)


def _ewf(source: Source, report: Report) -> None:
    tool = report.by("pyewf", pyewf.get_version())
    handle = pyewf.handle()
    source.seek(0)
    try:
        handle.open_file_objects([source])
    except (OSError, ValueError, MemoryError) as error:
        if source.refused:
            raise Refused(source.refused) from error
        raise Unreadable("The image is damaged, cut off, or one part of several: all parts are needed.") from error
    try:
        _stored(handle, tool)
        ending = _ending(source)
        if ending is not None:
            report.partial(ending)
        _hashes(handle, source, report, whole=ending is None)
        partitions = report.by(READER, VERSION)
        _table(_Media(handle), partitions)
    except (OSError, ValueError, MemoryError) as error:
        report.partial(f"The image could not be read to its end: {_first_words(error)}.")
    finally:
        handle.close()
    if source.refused:
        report.partial(source.refused)


def _ending(source: Source) -> str | None:
    """Why the image is not all here; None where its sections lead to its end, or are of the second version."""
    if source.at(0, 8) != _EWF[0]:
        return None
    at = 13
    for _ in range(MAX_SECTIONS):
        head = source.at(at, 76)
        kind = head[:16].rstrip(b"\0")
        if kind == b"done":
            return None
        if kind == b"next":
            return "The image is one part of several: its end, and the hash stored there, are in the others."
        following = struct.unpack_from("<Q", head, 16)[0] if len(head) == 76 else 0  # noqa: PLR2004
        if following <= at:
            break
        at = following
    return "The image is cut off or damaged: its sections do not lead to its end."


def _first_words(error: Exception) -> str:
    return str(error).partition(". ")[0][:200].rstrip(".")


def _stored(handle: "pyewf.handle", tool: Reporter) -> None:
    tool.found("container", "EWF", "EWF:signature")
    tool.found("image.media_size", int(handle.get_media_size()), "EWF:volume", unit="B")
    tool.found("image.sector_size", int(handle.get_bytes_per_sector()), "EWF:volume", unit="B")
    headers = handle.get_header_values() or {}
    for field, name in (*_FIELDS.items(), *_TIMES.items()):
        value = headers.get(field)
        if value:
            # Dates are the clock of the examiner's computer in a form that depends on the program: kept as text.
            flags = ("no_time",) if field in _TIMES else ()
            tool.found(name, str(value), f"EWF:header/{field}", raw=str(value), flags=flags)


def _hashes(handle: "pyewf.handle", source: Source, report: Report, *, whole: bool) -> None:
    """What the examiner's program computed when the disk was copied, and what the copy gives now."""
    stored = {n: str(v).lower() for f, n in _HASHES.items() if (v := (handle.get_hash_values() or {}).get(f))}
    computed: dict[str, str] = {}
    media = _Media(handle)
    if stored and whole and (source.size > COMPARED_AT_MOST or media.size > MEDIA_AT_MOST):
        report.warn(
            f"The stored hashes were not compared with the disk: {media.size:,} bytes are more than are read here."
        )
    elif stored and whole:
        try:
            computed = _hashed(media, list(stored))
        except (OSError, ValueError, MemoryError) as error:
            report.partial(f"The disk in the image could not be read to its end: {_first_words(error)}.")
        if source.refused:
            # The library goes on with what it was not given.
            computed = {}
    stated, ours = report.by("pyewf", pyewf.get_version()), report.by(READER, VERSION)
    for name, value in stored.items():
        flags = ("disagrees",) if computed.get(name, value) != value else ()
        field = next(f for f, n in _HASHES.items() if n == name)
        stated.found(f"image.stored_{name}", value, f"EWF:hash/{field}", flags=flags)
        if name in computed:
            ours.found(f"image.{name}", computed[name], "disk", confidence=Confidence.DERIVED, flags=flags)


def _hashed(media: "_Media", algorithms: list[str]) -> dict[str, str]:
    hashing = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    for offset in range(0, media.size, _BLOCK):
        block = media.at(offset, _BLOCK)
        for each in hashing.values():
            each.update(block)
    return {name: each.hexdigest() for name, each in hashing.items()}


class _Media:
    """The disk within the image."""

    def __init__(self, handle: "pyewf.handle") -> None:
        self._handle = handle
        self.size = int(handle.get_media_size())

    def at(self, offset: int, length: int) -> bytes:
        if offset >= self.size:
            return b""
        data: bytes = self._handle.read_buffer_at_offset(min(length, self.size - offset), offset)
        return data


def _table(disk: Source | _Media, tool: Reporter) -> None:
    first = disk.at(0, _SECTOR)
    if len(first) < _SECTOR or first[510:] != b"\x55\xaa":
        tool.report.warn("The image begins with no partition table that is known here.")
        return
    entries = list(_primary(first))
    if any(kind == _PROTECTIVE for kind, _, _ in entries):
        for size in (_SECTOR, 4096):
            head = disk.at(size, 92)
            if head.startswith(b"EFI PART") and len(head) == 92:  # noqa: PLR2004 - the header's length
                tool.found("partition_table", "GPT", "GPT:header")
                _gpt(disk, head, size, tool)
                return
        tool.report.warn("The disk says that it has a GPT, but none is where it should be.")
    if _boots(first):
        tool.found("partition_table", "none", "boot sector", confidence=Confidence.DETECTED)
        return
    tool.found("partition_table", "MBR", "MBR:partition table")
    for kind, start, sectors in entries:
        _partition(disk, tool, _MBR_KINDS.get(kind, f"type 0x{kind:02X}"), start, sectors)
        if kind in _EXTENDED:
            for inner, at, length in _logical(disk, start):
                _partition(disk, tool, _MBR_KINDS.get(inner, f"type 0x{inner:02X}"), at, length)


def _boots(first: bytes) -> bool:
    """A file system without a table ends in the same two bytes."""
    return first[3:11] in {b"NTFS    ", b"EXFAT   "} or first[54:57] == b"FAT" or first[82:87] == b"FAT32"


def _primary(sector: bytes) -> Iterator[tuple[int, int, int]]:
    for at in range(446, 510, 16):
        kind = sector[at + 4]
        start, sectors = struct.unpack_from("<2L", sector, at + 8)
        if kind and sectors:
            yield kind, start, sectors


def _logical(disk: Source | _Media, base: int) -> Iterator[tuple[int, int, int]]:
    at = base
    seen: set[int] = set()
    while at not in seen and len(seen) < MAX_LOGICAL:
        seen.add(at)
        sector = disk.at(at * _SECTOR, _SECTOR)
        if len(sector) < _SECTOR or sector[510:] != b"\x55\xaa":
            return
        following = None
        for kind, start, sectors in _primary(sector):
            if kind in _EXTENDED:
                following = base + start
            else:
                yield kind, at + start, sectors
        if following is None:
            return
        at = following


def _partition(
    disk: Source | _Media, tool: Reporter, kind: str, start: int, sectors: int, name: str = "", sector: int = _SECTOR
) -> None:
    beyond = (start + sectors) * sector > disk.size
    entry = Entry(name, size=sectors * sector, kind=kind, more={"start": start * sector})
    tool.found("partition", entry, "partition table", flags=("beyond",) if beyond else ())


def _gpt(disk: Source | _Media, head: bytes, sector: int, tool: Reporter) -> None:
    at, count, length = struct.unpack_from("<Q2L", head, 72)
    tool.found("image.disk_identifier", str(uuid.UUID(bytes_le=head[56:72])), "GPT:header")
    if not 128 <= length <= 4096:  # noqa: PLR2004 - what the standard and sense allow
        tool.report.partial("The partition table is damaged: its entries have no possible length.")
        return
    if count > MAX_PARTITIONS:
        tool.report.partial(f"Only the first {MAX_PARTITIONS} of {count:,} entries of the partition table were read.")
    data = disk.at(at * sector, min(count, MAX_PARTITIONS) * length)
    for begin in range(0, len(data) - length + 1, length):
        kind, _, first, last, _ = struct.unpack_from("<16s16s3Q", data, begin)
        if not any(kind) or last < first:
            continue
        identity = str(uuid.UUID(bytes_le=kind))
        name = data[begin + 56 : begin + 128].decode("utf-16-le", "replace").partition("\x00")[0]
        _partition(disk, tool, _GPT_KINDS.get(identity, identity), first, last - first + 1, name, sector)
