# ruff: noqa: PLR2004 - sizes and numbers of the format stand where they are compared
"""Kinds of files that are packages of others: ZIP by its central directory, OLE by the streams at its root.

Only listings and two small entries are read, each within a cap; damage means that the kind stays the general one.
"""

import re
import struct
import zlib
from dataclasses import dataclass

from workers.extractors.tiff import Readable
from workers.extractors.window import Window

ZIP = "application/zip"
OLE = "application/x-ole-storage"
MAX_LISTED = 2_000
"""Entries looked at; what decides the kind stands among the first by custom."""
MAX_DIRECTORY = 512 * 1024
MAX_INFLATED = 256 * 1024
_TAIL = 65_557
"""The end record and the longest comment."""
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_STORED, _DEFLATED = 0, 8
_OFFICE = (
    (b"wordprocessingml.document.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"wordprocessingml.template.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    (b"word.document.macroEnabled.main+xml", "application/vnd.ms-word.document.macroenabled.12"),
    (b"spreadsheetml.sheet.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"spreadsheetml.template.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.template"),
    (b"excel.sheet.macroEnabled.main+xml", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (b"excel.sheet.binary.macroEnabled.main", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    (
        b"presentationml.presentation.main+xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (b"presentationml.slideshow.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    (b"powerpoint.presentation.macroEnabled.main+xml", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    (b"visio.drawing.main+xml", "application/vnd.ms-visio.drawing.main+xml"),
)
_OFFICE_PARTS = (
    ("word/", _OFFICE[0][1]),
    ("xl/", _OFFICE[3][1]),
    ("ppt/", _OFFICE[7][1]),
)
_STREAMS = (
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("EncryptedPackage", "application/x-encrypted-ooxml"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("Equation Native", OLE),
)
_MIMETYPE = re.compile(rb"application/(vnd\.oasis\.opendocument\.[a-z-]+|vnd\.sun\.xml\.[a-z.]+|epub\+zip)")


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    method: int
    compressed: int
    at: int


def zip_kind(data: Window) -> str:
    """What a ZIP is made for, by the names in it; `application/zip` where nothing says more."""
    first = _locals(data, 1)
    if first and first[0].name == "mimetype":
        stated = _MIMETYPE.fullmatch(_inflated(data, first[0], 128).strip())
        if stated:
            return stated[0].decode()
    listed = {entry.name: entry for entry in _central(data) or _locals(data, 50)}
    if "[Content_Types].xml" in listed:
        types = _inflated(data, listed["[Content_Types].xml"], MAX_INFLATED)
        for part, kind in _OFFICE:
            if part in types:
                return kind
        for folder, kind in _OFFICE_PARTS:
            if any(name.startswith(folder) for name in listed):
                return kind
    if "mimetype" in listed:
        stated = _MIMETYPE.fullmatch(_inflated(data, listed["mimetype"], 128).strip())
        if stated:
            return stated[0].decode()
    return _by_names(data, listed)


def _by_names(data: Window, listed: dict[str, _Listed]) -> str:
    report = listed.get("report.xml")
    if report is not None:
        begins = _inflated(data, report, 8_192).lower()
        if b"<project" in begins and re.search(rb"cellebrite|ufed|physical analyzer", begins):
            return "application/x-ufdr"
    android = "AndroidManifest.xml" in listed and bool({"classes.dex", "resources.arsc"} & set(listed))
    signs = (
        (android, "application/vnd.android.package-archive"),
        ("META-INF/MANIFEST.MF" in listed, "application/java-archive"),
        (any(re.match(r"Payload/[^/]+\.app/", name) for name in listed), "application/x-ios-app"),
        ("Index/Document.iwa" in listed, "application/vnd.apple.iwork"),
        ("doc.kml" in listed, "application/vnd.google-earth.kmz"),
    )
    return next((kind for there, kind in signs if there), ZIP)


def _central(data: Window) -> list[_Listed]:
    tail_at = max(0, data.size - _TAIL)
    tail = data.at(tail_at, _TAIL)
    found = tail.rfind(_END)
    if found < 0 or len(tail) < found + 22:
        return []
    size, start = struct.unpack("<II", tail[found + 12 : found + 20])
    if start == 0xFFFFFFFF or size == 0xFFFFFFFF:
        located = tail.rfind(b"PK\x06\x06", 0, found)
        if located < 0 or len(tail) < located + 56:
            return []
        size, start = struct.unpack("<QQ", tail[located + 40 : located + 56])
    rows = data.at(start, min(size, MAX_DIRECTORY))
    at = 0
    listed: list[_Listed] = []
    while len(listed) < MAX_LISTED and rows[at : at + 4] == _CENTRAL and at + 46 <= len(rows):
        method = struct.unpack_from("<H", rows, at + 10)[0]
        compressed = struct.unpack_from("<I", rows, at + 20)[0]
        name, extra, comment = struct.unpack_from("<HHH", rows, at + 28)
        local = struct.unpack_from("<I", rows, at + 42)[0]
        listed.append(_Listed(rows[at + 46 : at + 46 + name].decode("utf-8", "replace"), method, compressed, local))
        at += 46 + name + extra + comment
    return listed


def _locals(data: Window, many: int) -> list[_Listed]:
    """Entries by their own headers from the beginning, for a file that ends too early."""
    at = 0
    listed: list[_Listed] = []
    while len(listed) < many:
        head = data.at(at, 30)
        if len(head) < 30 or not head.startswith(_LOCAL):
            break
        flags, method = struct.unpack_from("<HH", head, 6)
        compressed = struct.unpack_from("<I", head, 18)[0]
        name, extra = struct.unpack_from("<HH", head, 26)
        listed.append(_Listed(data.at(at + 30, name).decode("utf-8", "replace"), method, compressed, at))
        if flags & 8 and not compressed:
            break
        at += 30 + name + extra + compressed
    return listed


def _inflated(data: Window, entry: _Listed, limit: int) -> bytes:
    head = data.at(entry.at, 30)
    if len(head) < 30 or not head.startswith(_LOCAL):
        return b""
    name, extra = struct.unpack_from("<HH", head, 26)
    # A size left for later is a zero here: what follows is read up to the limit and the inflation ends by itself.
    raw = data.at(entry.at + 30 + name + extra, min(entry.compressed or limit, limit))
    if entry.method == _STORED:
        return raw
    if entry.method != _DEFLATED:
        return b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, limit)
    except zlib.error:
        return b""


def ole_kind(data: Readable) -> str:
    """What an OLE container is made for, by the streams at its root; the general kind where nothing says more."""
    try:
        names = _root_names(data)
    except struct.error:
        return OLE
    return next((kind for stream, kind in _STREAMS if stream in names), OLE)


def _root_names(data: Readable) -> set[str]:
    head = data.at(0, 512)
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in {9, 12}:
        return set()
    size = 1 << shift
    sector = struct.unpack_from("<I", head, 48)[0]
    tables = struct.unpack_from("<109I", head, 76)
    rows = b""
    seen: set[int] = set()
    while sector < 0xFFFFFFFA and sector not in seen and len(rows) < MAX_LISTED * 128:
        seen.add(sector)
        rows += data.at((sector + 1) * size, size)
        table, entry = divmod(sector, size // 4)
        if table >= len(tables) or tables[table] >= 0xFFFFFFFA:
            break
        sector = struct.unpack("<I", data.at((tables[table] + 1) * size + entry * 4, 4))[0]
    names: set[str] = set()
    waiting, walked = [struct.unpack_from("<I", rows, 76)[0]], set()
    while waiting:
        number = waiting.pop()
        if number in walked or (number + 1) * 128 > len(rows):
            continue
        walked.add(number)
        row = rows[number * 128 : (number + 1) * 128]
        length = min(struct.unpack_from("<H", row, 64)[0], 64)
        names.add(row[: max(0, length - 2)].decode("utf-16-le", "replace"))
        waiting += struct.unpack_from("<II", row, 68)
    return names
