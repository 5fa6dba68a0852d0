"""Boxes of the ISO base media file format, as HEIC, AVIF, MP4 and MOV are made of: headers first, contents when asked for."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from workers.extractors.content_credentials import BOX_OF_MOVIES, MAX_STORE, in_movie_box
from workers.extractors.photo_parts import Parts
from workers.extractors.report import Unreadable
from workers.extractors.window import Window

MAX_BOXES = 2_000
"""Boxes passed over on one level."""
MAX_META = 2 * 1024 * 1024
"""Bytes of a description of items that are read."""
MAX_ITEMS = 4_000
_LARGE, _TO_END = 1, 0


@dataclass(frozen=True, slots=True)
class Box:
    """`at` and `size` are of the contents, within the window that was walked."""

    kind: bytes
    at: int
    size: int


def boxes(data: Window, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes of one level, in order, until the end or the first that is none."""
    at, end = start, data.size if end is None else min(end, data.size)
    for _ in range(MAX_BOXES):
        head = data.at(at, 16)
        if len(head) < 8 or at + 8 > end:  # noqa: PLR2004 - a header
            return
        size, lead = int.from_bytes(head[:4], "big"), 8
        if size == _LARGE:
            size, lead = int.from_bytes(head[8:16], "big"), 16
        elif size == _TO_END:
            size = end - at
        if size < lead:
            return
        yield Box(head[4:8], at + lead, min(size, end - at) - lead)
        at += size


def first(data: Window, path: tuple[bytes, ...], start: int = 0, end: int | None = None) -> Box | None:
    """The first box at a path of kinds, such as ``moov``, ``udta``."""
    found: Box | None = None
    for kind in path:
        found = next((box for box in boxes(data, start, end) if box.kind == kind), None)
        if found is None:
            return None
        start, end = found.at, found.at + found.size
    return found


@dataclass
class _Item:
    kind: bytes = b""
    content: bytes = b""
    extents: tuple[tuple[int, int], ...] = ()
    inside: bool = False
    """Whether its bytes are in the description itself."""


def credentials(data: Window) -> bytes:
    """The manifest store of C2PA among the outermost boxes; empty where there is none."""
    for box in boxes(data):
        if box.kind == b"uuid" and data.at(box.at, len(BOX_OF_MOVIES)) == BOX_OF_MOVIES:
            return in_movie_box(data.at(box.at, min(box.size, MAX_STORE)))
    return b""


def of_items(data: Window) -> Parts:
    """The parts of a HEIC or AVIF photo: the size of its primary item as stored, before any rotation, EXIF and XMP."""
    outer = next((box for box in boxes(data) if box.kind == b"meta"), None)
    if outer is None:
        raise Unreadable("The file has no description of its pictures (no meta box): it is damaged or cut.")
    if outer.size > MAX_META:
        raise Unreadable(
            f"The description of the pictures has {outer.size:,} bytes: more than {MAX_META:,} are not read."
        )
    meta = data.part(outer.at, outer.size)
    inner = {box.kind: box for box in boxes(meta, 4)}
    try:
        items = _items(meta, inner)
        parts = _sized(meta, inner)
    except (struct.error, IndexError):
        raise Unreadable("The description of the pictures is damaged.") from None
    parts.credentials = credentials(data)
    stored = inner.get(b"idat")
    for item in items.values():
        where = data if not item.inside else meta.part(stored.at, stored.size) if stored else None
        if where is None or not item.extents:
            continue
        begin, size = item.extents[0]
        if item.kind == b"Exif" and parts.exif is None:
            lead = int.from_bytes(where.at(begin, 4), "big")
            parts.exif = where.part(begin + 4 + lead, size - 4 - lead)
        elif item.kind == b"mime" and item.content.startswith(b"application/rdf+xml") and parts.xmp is None:
            parts.xmp = where.at(begin, size)
    return parts


def _items(meta: Window, inner: dict[bytes, Box]) -> dict[int, _Item]:
    items: dict[int, _Item] = {}
    named = inner.get(b"iinf")
    if named is not None:
        version = meta.at(named.at, 1)
        for box in boxes(meta, named.at + (6 if version == b"\x00" else 8), named.at + named.size):
            row = meta.at(box.at, min(box.size, 512))
            wide = row[0] == 3  # noqa: PLR2004 - the version with numbers of four bytes
            if row[0] < 2 or len(items) >= MAX_ITEMS:  # noqa: PLR2004 - versions before HEIF
                continue
            number = int.from_bytes(row[4 : 8 if wide else 6], "big")
            begin = 10 if wide else 8
            texts = row[begin + 4 :].split(b"\x00")
            items[number] = _Item(row[begin : begin + 4], texts[1] if len(texts) > 1 else b"")
    located = inner.get(b"iloc")
    if located is not None:
        _locate(meta.at(located.at, located.size), items)
    return items


def _locate(row: bytes, items: dict[int, _Item]) -> None:
    version = row[0]
    offset, length = row[4] >> 4, row[4] & 15
    base, index = row[5] >> 4, (row[5] & 15) if version else 0
    at = 6
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - the version with numbers of four bytes

    def number(size: int) -> int:
        nonlocal at
        if at + size > len(row):
            raise IndexError(at)
        at += size
        return int.from_bytes(row[at - size : at], "big")

    for _ in range(min(number(wide), MAX_ITEMS)):
        item = items.get(number(wide), _Item())
        method = number(2) & 15 if version else 0
        number(2)
        begin = number(base)
        extents = []
        for _ in range(number(2)):
            number(index)
            start = number(offset)
            extents.append((begin + start, number(length)))
        item.inside, item.extents = method == 1, tuple(extents[:1])


def _sized(meta: Window, inner: dict[bytes, Box]) -> Parts:
    main = inner.get(b"pitm")
    if main is None:
        return Parts()
    wide = 4 if meta.at(main.at, 1) != b"\x00" else 2
    primary = int.from_bytes(meta.at(main.at + 4, wide), "big")
    properties = inner.get(b"iprp")
    if properties is None:
        return Parts()
    end = properties.at + properties.size
    listed = first(meta, (b"ipco",), properties.at, end)
    linked = first(meta, (b"ipma",), properties.at, end)
    if listed is None or linked is None:
        return Parts()
    known = list(boxes(meta, listed.at, listed.at + listed.size))
    for index in _links(meta.at(linked.at, linked.size), primary):
        if 0 < index <= len(known) and known[index - 1].kind == b"ispe":
            width, height = struct.unpack(">II", meta.at(known[index - 1].at + 4, 8))
            return Parts(width, height, "HEIF:ispe")
    return Parts()


def _links(row: bytes, wanted: int) -> list[int]:
    wide, long = (4 if row[0] else 2), bool(row[3] & 1)
    many, at = int.from_bytes(row[4:8], "big"), 8
    for _ in range(min(many, MAX_ITEMS)):
        number = int.from_bytes(row[at : at + wide], "big")
        at += wide
        count, at = row[at], at + 1
        width = 2 if long else 1
        links = [int.from_bytes(row[at + i * width : at + (i + 1) * width], "big") for i in range(count)]
        at += count * width
        if number == wanted:
            return [link & (0x7FFF if long else 0x7F) for link in links]
    return []
