"""Kinds of files that begin with bytes of their own, and families that share a beginning and differ a little further on."""

import re
from collections.abc import Callable

from workers.extractors.tiff import NoTiff, Readable, Tiff

OCTETS = "application/octet-stream"

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (0, b"EVF\x09\x0d\x0a\xff\x00", "application/x-ewf"),
    (0, b"LVF\x09\x0d\x0a\xff\x00", "application/x-ewf-logical"),
    (0, b"EVF2\x0d\x0a\x81\x00", "application/x-ewf2"),
    (0, b"LEF2\x0d\x0a\x81\x00", "application/x-ewf2-logical"),
    (0, b"AFF10\x0d\x0a\x00", "application/x-aff"),
    (0, b"ADSEGMENTEDFILE\x00", "application/x-ad1"),
    (0, b"#!AMR-WB\n", "audio/amr-wb"),
    (0, b"#!AMR\n", "audio/amr"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (4, b"Standard Jet DB\x00", "application/x-msaccess"),
    (4, b"Standard ACE DB\x00", "application/x-msaccess"),
    (4, b"\xef\xcd\xab\x89", "application/x-ese-database"),
    (0, b"DHAV", "video/x-dhav"),
    (0, b"DHII", "video/x-dhav"),
    (0, b"DAHUA", "video/x-dhav"),
    (0, b"IMKH", "video/x-hikvision"),
    (0, b"HKMI", "video/x-hikvision"),
    (0, b"\x11\xd2\xd3\xab\xba\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65", "video/x-ifv"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (0, b"FOVb", "image/x-sigma-x3f"),
    (0, b"\x00MRM", "image/x-minolta-mrw"),
    (6, b"HEAPCCDR", "image/x-canon-crw"),
    (0, b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (0, b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "image/jxl"),
    (0, b"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", "image/jp2"),
    (0, b"fLaC", "audio/flac"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b".RMF\x00", "application/vnd.rn-realmedia"),
    (0, b"MThd\x00\x00\x00\x06", "audio/midi"),
    (0, b"caff\x00\x01", "audio/x-caf"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "application/mxf"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (257, b"ustar", "application/x-tar"),
    (0, b"ITSF\x03\x00\x00\x00", "application/vnd.ms-htmlhelp"),
    (0, b"KDMV", "application/x-vmdk"),
    (0, b"# Disk DescriptorFile", "application/x-vmdk-descriptor"),
    (0, b"vhdxfile", "application/x-vhdx"),
    (0, b"conectix", "application/x-vhd"),
    (0, b"QFI\xfb", "application/x-qemu-disk"),
    (32769, b"CD001", "application/x-iso9660-image"),
    (0, b"regf", "application/x-windows-registry"),
    (0, b"ElfFile\x00", "application/x-ms-evtx"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F", "application/x-ms-shortcut"),
    (0, b"bplist00", "application/x-plist-binary"),
    (0, b"\x7fELF", "application/x-elf"),
)
_BERKELEY = {0x00061561, 0x00053162, 0x00042253, 0x00074582}
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
_ASF_VIDEO = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
_ASF_AUDIO = b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp", b"RMID": "audio/midi"}
_BRANDS = {
    "image/heic": {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"},
    "image/heif": {b"mif1", b"msf1", b"mif2"},
    "image/avif": {b"avif", b"avis"},
    "image/x-canon-cr3": {b"crx "},
    "video/quicktime": {b"qt  "},
    "audio/mp4": {b"M4A ", b"M4B ", b"M4P "},
    "video/x-m4v": {b"M4V ", b"M4VH", b"M4VP"},
}
_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
"""What a QuickTime file without a brand begins with."""
_TIFF_HEADS = {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}
_RAW_HEADS = {
    b"IIU\x00": "image/x-panasonic-rw2",
    b"IIRO": "image/x-olympus-orf",
    b"IIRS": "image/x-olympus-orf",
    b"MMOR": "image/x-olympus-orf",
}
_RAW_MAKERS = {
    "NIKON": "image/x-nikon-nef",
    "SONY": "image/x-sony-arw",
    "PENTAX": "image/x-pentax-pef",
    "RICOH": "image/x-pentax-pef",
    "SAMSUNG": "image/x-samsung-srw",
}
_MAKE, _MODEL, _SUBDIRECTORIES, _PHOTOMETRIC, _DNG_VERSION = 0x10F, 0x110, 0x14A, 0x106, 0xC612
_STRIPS, _TILES, _EMBEDDED_JPEG = 0x111, 0x144, 0x201
_SENSOR_VALUES = {32803, 34892}
_SYNC = 0x47
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
_MP3 = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
_ID3 = 10
_JUNK = 1024
"""Where a PDF may begin at the latest: readers allow rubbish before it."""


def by_bytes(data: Readable, head: bytes) -> str | None:
    """The media type by rules of ours alone, None where none fits. `head` is how the file begins."""
    for offset, begins, media_type in _BEGINNINGS:
        if head.startswith(begins, offset):
            return media_type
    if b"%PDF-" in head[:_JUNK]:
        return "application/pdf"
    for rule in _RULES:
        found = rule(data, head)
        if found is not None:
            return found
    return None


def _riff(_: Readable, head: bytes) -> str | None:
    if head[:4] in {b"RIFF", b"RF64", b"RIFX"}:
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    return None


def _iso_media(_: Readable, head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return "video/quicktime" if head[4:8] in _BOXES else None
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, 256, len(head) - 3), 4))]
    if brands[0] in _BRANDS["image/heif"]:
        # A brand that says only "an image": what coded it stands among the compatible ones, but the file claims the general one.
        return "image/avif" if set(brands) & _BRANDS["image/avif"] else "image/heif"
    for media_type, known in _BRANDS.items():
        if brands[0] in known:
            return media_type
    phones = {b"3g2": "video/3gpp2", **dict.fromkeys((b"3gp", b"3gr", b"3gs", b"3ge", b"3gg"), "video/3gpp")}
    return phones.get(brands[0][:3], "video/mp4")


def _matroska(_: Readable, head: bytes) -> str | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if b"\x42\x82\x84webm" in head[:256] else "video/x-matroska"


def _ogg(_: Readable, head: bytes) -> str | None:
    if not head.startswith(b"OggS"):
        return None
    return "video/ogg" if b"\x80theora" in head[:512] else "audio/ogg"


def _asf(_: Readable, head: bytes) -> str | None:
    if not head.startswith(_ASF):
        return None
    if _ASF_VIDEO in head:
        return "video/x-ms-wmv"
    return "audio/x-ms-wma" if _ASF_AUDIO in head else "video/x-ms-asf"


def _transport_stream(_: Readable, head: bytes) -> str | None:
    for size, first in ((188, 0), (192, 4), (204, 0)):
        marks = head[first : first + size * 8 : size]
        if len(marks) >= 3 and set(marks) == {_SYNC}:  # noqa: PLR2004 - fewer could be chance
            return "video/mp2t"
    return None


def _bitmap(_: Readable, head: bytes) -> str | None:
    known = {12, 16, 40, 52, 56, 64, 108, 124}
    if head[:2] == b"BM" and head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in known:
        return "image/bmp"
    return None


def _tiff(data: Readable, head: bytes) -> str | None:
    if head[:4] not in _TIFF_HEADS:
        return _RAW_HEADS.get(head[:4])
    if head[8:10] == b"CR":
        return "image/x-canon-cr2"
    try:
        tiff = Tiff(data)
    except NoTiff:
        return None
    return _raw_photo(tiff) or "image/tiff"


def _raw_photo(tiff: Tiff) -> str | None:
    first, _ = tiff.directory(tiff.first)
    if _DNG_VERSION in first:
        return "image/x-adobe-dng"
    maker = (tiff.text(first.get(_MAKE)) or tiff.text(first.get(_MODEL)) or "").upper()
    kind = next((kind for name, kind in _RAW_MAKERS.items() if maker.startswith(name)), None)
    if kind is None:
        return None
    inner = [tiff.directory(int(at))[0] for at in tiff.numbers(first.get(_SUBDIRECTORIES), 8)]
    raw = any(tiff.integer(fields.get(_PHOTOMETRIC)) in _SENSOR_VALUES for fields in (first, *inner))
    preview_only = _EMBEDDED_JPEG in first and not {_STRIPS, _TILES} & set(first)
    return kind if raw or preview_only else None


def _sound(data: Readable, head: bytes) -> str | None:
    if head.startswith(b"ID3") and len(head) > _ID3:
        size = 0
        for byte in head[6:_ID3]:
            size = size << 7 | byte & 0x7F
        after = data.at(_ID3 + size, 4)
        if after == b"fLaC":
            return "audio/flac"
        return "audio/aac" if _ADTS.match(after) else "audio/mpeg"
    if _ADTS.match(head):
        size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 if len(head) > 7 else 0  # noqa: PLR2004 - the header
        return "audio/aac" if size > 7 and (_ADTS.match(data.at(size, 2)) or data.at(size, 1) == b"") else None  # noqa: PLR2004
    if _MP3.match(head) and len(head) >= 4 and head[2] >> 4 not in {0, 15} and head[2] >> 2 & 3 != 3:  # noqa: PLR2004
        return "audio/mpeg"
    return None


def _berkeley(_: Readable, head: bytes) -> str | None:
    found = {int.from_bytes(head[12:16], "little"), int.from_bytes(head[12:16], "big")}
    return "application/x-berkeley-db" if found & _BERKELEY else None


def _old_spreadsheet(_: Readable, head: bytes) -> str | None:
    # The first record of a sheet kept without an OLE container: its kind, its length.
    if head[:4] in {b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"} and head[6:8] in {
        b"\x10\x00",
        b"\x20\x00",
    }:
        return "application/vnd.ms-excel"
    return None


def _boot_sector(_: Readable, head: bytes) -> str | None:
    if head[510:512] != b"\x55\xaa":
        return None
    if head[512:520] == b"EFI PART":
        return "application/x-raw-disk-image"
    if head[3:11] in {b"NTFS    ", b"EXFAT   ", b"-FVE-FS-"} or head[54:57] == b"FAT" or head[82:87] == b"FAT32":
        return "application/x-raw-disk-image"
    rows = [head[at : at + 16] for at in range(446, 510, 16)]
    used = [row for row in rows if row[4]]
    return "application/x-raw-disk-image" if used and all(row[0] in {0, 0x80} for row in rows) else None


_RULES: tuple[Callable[[Readable, bytes], str | None], ...] = (
    _riff,
    _iso_media,
    _matroska,
    _ogg,
    _asf,
    _tiff,
    _bitmap,
    _transport_stream,
    _sound,
    _berkeley,
    _old_spreadsheet,
    _boot_sector,
)
