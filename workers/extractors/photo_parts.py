# ruff: noqa: PLR2004 - sizes and numbers of the format stand where they are compared
"""Where the parts of a photo are: its size as stored, its EXIF, XMP, IPTC and comments, found by headers alone.

Nothing is decoded. Every walk from header to header is bounded and says so when it stops early.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from workers.extractors.captions import MAX_PACKET
from workers.extractors.content_credentials import MAX_STORE
from workers.extractors.report import Unreadable
from workers.extractors.window import Window

MAX_STEPS = 20_000
"""Segments or chunks passed over in one file."""
MAX_TEXTS = 50
_MAX_TEXT = 64 * 1024
_EXIF = b"Exif\x00\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_PHOTOSHOP = b"Photoshop 3.0\x00"
_JUMBF = b"JP"
_IPTC = 0x0404


@dataclass
class Parts:
    """What was found. `exif` begins at the header of its TIFF structure."""

    width: int | None = None
    height: int | None = None
    size_field: str = ""
    """Which field of the format gave the size."""
    exif: Window | None = None
    exif_bytes: int = 0
    """Of all blocks of EXIF together, however many there are."""
    xmp: bytes | None = None
    iptc: bytes | None = None
    credentials: bytes = b""
    """The manifest store of C2PA, at most `MAX_STORE` of it."""
    texts: list[tuple[str, str]] = field(default_factory=list)
    """Keyword and text of comments."""
    changed: str | None = None
    """A time that the format defines as UTC, in ISO 8601."""
    left: str | None = None
    """What was left unread, as a sentence."""


def of_jpeg(data: Window) -> Parts:
    parts, at = Parts(), 2
    for _ in range(MAX_STEPS):
        mark = data.at(at, 4)
        if len(mark) < 4:
            parts.left = None if parts.width else "The JPEG ends before the header of its picture."
            return parts
        if mark[0] != 0xFF:
            raise Unreadable(f"The JPEG is damaged: no marker where one must be, at byte {at:,}.")
        kind = mark[1]
        if kind == 0xFF:
            at += 1
            continue
        if kind in {0xD9, 0xDA}:
            return parts
        if kind == 0x01 or 0xD0 <= kind <= 0xD8:
            at += 2
            continue
        length = int.from_bytes(mark[2:4], "big")
        if length < 2:
            raise Unreadable(f"The JPEG is damaged: a segment without a length at byte {at:,}.")
        _jpeg_segment(data, kind, at + 4, length - 2, parts)
        at += 2 + length
    parts.left = f"More than {MAX_STEPS:,} segments: what follows byte {at:,} was not looked at."
    return parts


def _jpeg_segment(data: Window, kind: int, at: int, size: int, parts: Parts) -> None:
    if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
        head = data.at(at, 5)
        if parts.width is None and len(head) == 5:
            parts.height, parts.width = struct.unpack(">HH", head[1:5])
            parts.size_field = "JPEG:SOF"
    elif kind == 0xE1:
        head = data.at(at, len(_XMP))
        if head.startswith(_EXIF):
            parts.exif = parts.exif or data.part(at + len(_EXIF), size - len(_EXIF))
            parts.exif_bytes += size
        elif head == _XMP and parts.xmp is None:
            parts.xmp = data.at(at + len(_XMP), size - len(_XMP))
    elif kind == 0xEB and data.at(at, 2) == _JUMBF:
        _jpeg_credentials(data, at, size, parts)
    elif kind == 0xED and data.at(at, len(_PHOTOSHOP)) == _PHOTOSHOP:
        parts.iptc = parts.iptc or _photoshop(data.at(at + len(_PHOTOSHOP), size - len(_PHOTOSHOP)))
    elif kind == 0xFE and len(parts.texts) < MAX_TEXTS:
        parts.texts.append(("JPEG:Comment", _decoded(data.at(at, size), "utf-8")))


def _jpeg_credentials(data: Window, at: int, size: int, parts: Parts) -> None:
    """One box goes on over segments: each says which it belongs to and its place, and repeats the header of the box."""
    lead = 8 if int.from_bytes(data.at(at + 4, 4), "big") == 1 else 16
    if (lead == 8) != (parts.credentials == b""):
        return
    room = MAX_STORE - len(parts.credentials)
    parts.credentials += data.at(at + lead, min(max(0, size - lead), room))


def _photoshop(data: bytes) -> bytes | None:
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 8 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = 1 + data[at + 6]
        at += 6 + name + name % 2
        size = int.from_bytes(data[at : at + 4], "big")
        if number == _IPTC:
            return data[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
    return None


def of_png(data: Window) -> Parts:
    parts, at = Parts(), 8
    for _ in range(MAX_STEPS):
        head = data.at(at, 8)
        if len(head) < 8:
            parts.left = "The PNG ends before its last chunk."
            return parts
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND":
            return parts
        _png_chunk(data, kind, at + 8, size, parts)
        at += 12 + size
    parts.left = f"More than {MAX_STEPS:,} chunks: what follows byte {at:,} was not looked at."
    return parts


def _png_chunk(data: Window, kind: bytes, at: int, size: int, parts: Parts) -> None:
    if kind == b"IHDR" and size >= 8:
        numbers = data.at(at, 8)
        if len(numbers) == 8:
            parts.width, parts.height = struct.unpack(">II", numbers)
            parts.size_field = "PNG:IHDR"
    elif kind == b"eXIf":
        parts.exif = parts.exif or data.part(at, size)
    elif kind == b"caBX":
        parts.credentials = parts.credentials or data.at(at, min(size, MAX_STORE))
    elif kind == b"tIME" and size == 7:
        numbers = data.at(at, 7)
        if len(numbers) == 7:
            year, month, day, hour, minute, second = struct.unpack(">HBBBBB", numbers)
            parts.changed = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
        _png_text(kind, data.at(at, min(size, MAX_PACKET)), parts)


def _png_text(kind: bytes, data: bytes, parts: Parts) -> None:
    keyword, _, rest = data.partition(b"\x00")
    encoding, packed = "latin-1", kind == b"zTXt"
    if kind == b"zTXt":
        rest = rest[1:]
    elif kind == b"iTXt":
        packed, encoding = rest[:1] == b"\x01", "utf-8"
        rest = rest[2:].split(b"\x00", 2)[-1]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, MAX_PACKET)
        except zlib.error:
            return
    if keyword == b"XML:com.adobe.xmp":
        parts.xmp = parts.xmp or rest
    elif len(parts.texts) < MAX_TEXTS:
        parts.texts.append((f"PNG:{_decoded(keyword, 'latin-1')}", _decoded(rest[:_MAX_TEXT], encoding)))


def of_webp(data: Window) -> Parts:
    parts, at = Parts(), 12
    for _ in range(MAX_STEPS):
        head = data.at(at, 8)
        if len(head) < 8:
            return parts
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        _webp_chunk(data, kind, at + 8, size, parts)
        at += 8 + size + size % 2
    parts.left = f"More than {MAX_STEPS:,} chunks: what follows byte {at:,} was not looked at."
    return parts


def _webp_chunk(data: Window, kind: bytes, at: int, size: int, parts: Parts) -> None:
    if kind == b"EXIF":
        skip = len(_EXIF) if data.at(at, len(_EXIF)) == _EXIF else 0
        parts.exif = parts.exif or data.part(at + skip, size - skip)
    elif kind == b"C2PA":
        parts.credentials = parts.credentials or data.at(at, min(size, MAX_STORE))
    elif kind == b"XMP ":
        parts.xmp = parts.xmp or data.at(at, min(size, MAX_PACKET + 1))
    elif parts.width is None:
        head = data.at(at, 10)
        if len(head) < 10:
            return
        if kind == b"VP8X":
            parts.width = int.from_bytes(head[4:7], "little") + 1
            parts.height = int.from_bytes(head[7:10], "little") + 1
        elif kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
            parts.width = int.from_bytes(head[6:8], "little") & 0x3FFF
            parts.height = int.from_bytes(head[8:10], "little") & 0x3FFF
        elif kind == b"VP8L" and head[0] == 0x2F:
            bits = int.from_bytes(head[1:5], "little")
            parts.width, parts.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        parts.size_field = f"WebP:{kind.decode('ascii', 'replace').strip()}"


def of_gif(data: Window) -> Parts:
    head = data.at(6, 4)
    if len(head) < 4:
        raise Unreadable("The GIF ends in its header.")
    width, height = struct.unpack("<HH", head)
    return Parts(width, height, "GIF:LogicalScreen")


def of_bitmap(data: Window) -> Parts:
    head = data.at(14, 12)
    if len(head) < 12:
        raise Unreadable("The BMP ends in its header.")
    if int.from_bytes(head[:4], "little") == 12:
        width, height = struct.unpack("<HH", head[4:8])
        return Parts(width, height, "BMP:Header")
    width, height = struct.unpack("<ii", head[4:12])
    # A negative height means rows from the top.
    return Parts(abs(width), abs(height), "BMP:Header")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1")


READERS: dict[str, Callable[[Window], Parts]] = {
    "image/jpeg": of_jpeg,
    "image/png": of_png,
    "image/webp": of_webp,
    "image/gif": of_gif,
    "image/bmp": of_bitmap,
}
