"""Photos made by the tests, byte by byte where it matters."""

import io
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

import pillow_heif
from PIL import Image

from workers.extractors.source import Held, Source

ASCII, SHORT, LONG, RATIONAL, BYTE, UNDEFINED = 2, 3, 4, 5, 1, 7
Fields = Mapping[int, tuple[int, object]]


def source(data: bytes, extension: str = "") -> Source:
    return Source(Held(data), len(data), extension)


def clock(text: str) -> datetime:
    """A local reading, as a clock shows it."""
    return datetime.fromisoformat(text)


def tiff(order: str, first: Fields, inner: Fields | None = None, gps: Fields | None = None) -> bytes:
    """A TIFF structure of up to three directories; big-endian for ``>``."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    links = {tag: fields for tag, fields in ((0x8769, inner), (0x8825, gps)) if fields is not None}
    main = dict(first) | dict.fromkeys(links, (LONG, 0))
    at = 8
    places: dict[int, int] = {}
    size = len(_directory(order, main, at))
    for tag, fields in links.items():
        places[tag] = at + size
        size += len(_directory(order, fields, at + size))
    for tag, place in places.items():
        main[tag] = (LONG, place)
    return head + _directory(order, main, at) + b"".join(_directory(order, links[t], p) for t, p in places.items())


def _directory(order: str, fields: Fields, at: int) -> bytes:
    rows, tail = b"", b""
    begin = at + 2 + 12 * len(fields) + 4
    for tag, (kind, value) in sorted(fields.items()):
        data, count = _value(order, kind, value)
        if len(data) > 4:
            rows += struct.pack(order + "HHII", tag, kind, count, begin + len(tail))
            tail += data + b"\x00" * (len(data) % 2)
        else:
            rows += struct.pack(order + "HHI", tag, kind, count) + data.ljust(4, b"\x00")
    return struct.pack(order + "H", len(fields)) + rows + bytes(4) + tail


def _value(order: str, kind: int, value: object) -> tuple[bytes, int]:
    if isinstance(value, str):
        return value.encode() + b"\x00", len(value.encode()) + 1
    if isinstance(value, bytes):
        return value, len(value)
    numbers = list(value) if isinstance(value, tuple | list) else [value]
    if kind == RATIONAL:
        pairs = [pair for pair in numbers if isinstance(pair, tuple)]
        return b"".join(struct.pack(order + "II", *pair) for pair in pairs), len(numbers)
    form = {BYTE: "B", SHORT: "H", LONG: "I"}[kind]
    return struct.pack(f"{order}{len(numbers)}{form}", *numbers), len(numbers)


CAMERA: Fields = {
    0x10F: (ASCII, "Canon"),
    0x110: (ASCII, "EOS R5"),
    0x112: (SHORT, 6),
    0x131: (ASCII, "Firmware 1.8"),
    0x132: (ASCII, "2024:05:06 10:00:00"),
}
TAKEN: Fields = {
    0x9003: (ASCII, "2024:05:05 13:14:15"),
    0x9291: (ASCII, "250"),
    0x9011: (ASCII, "+01:00"),
    0x9004: (ASCII, "2024:05:05 13:14:16"),
    0xA431: (ASCII, "012021001234"),
    0xA434: (ASCII, "RF24-70mm F2.8 L IS USM"),
}
WHERE: Fields = {
    1: (ASCII, "N"),
    2: (RATIONAL, ((53, 1), (28, 1), (3000, 100))),
    3: (ASCII, "W"),
    4: (RATIONAL, ((2, 1), (15, 1), (0, 1))),
    5: (BYTE, 1),
    6: (RATIONAL, ((125, 10),)),
    7: (RATIONAL, ((12, 1), (14, 1), (15, 1))),
    16: (ASCII, "M"),
    17: (RATIONAL, ((900, 10),)),
    29: (ASCII, "2024:05:05"),
}


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Left half dark, right half light, so that a turn shows."""
    made = Image.new(mode, size)
    made.paste(tuple([255] * len(made.getbands())), (size[0] // 2, 0, size[0], size[1]))
    return made


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def segment(kind: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data


def jpeg(*segments: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    plain = saved(picture(size), "JPEG", quality=90)
    return plain[:2] + b"".join(segments) + plain[2:]


def exif(data: bytes) -> bytes:
    return segment(0xE1, b"Exif\x00\x00" + data)


def xmp(text: str) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + text.encode())


def iptc(*sets: tuple[int, bytes]) -> bytes:
    data = b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value for number, value in sets)
    return segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(data)) + data)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    plain = saved(picture(size), "PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def heic(exif_block: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    made = pillow_heif.from_pillow(picture(size))
    made.save(out, quality=50, exif=b"Exif\x00\x00" + exif_block)
    return out.getvalue()


FULL = tiff(">", CAMERA, TAKEN, WHERE)
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:CreateDate="2023-01-02T03:04:05-05:00" xmp:CreatorTool="Darkroom 2">
<dc:creator><rdf:Seq><rdf:li>A. Photographer</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">The front door</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
