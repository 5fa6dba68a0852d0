"""Files of many kinds, as short as their kind allows."""

import io
import struct
import zipfile
from collections.abc import Mapping


def packed(entries: Mapping[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def office(part: str, folder: str) -> bytes:
    types = f'<Types><Override PartName="/{folder}/main.xml" ContentType="application/{part}"/></Types>'
    return packed({"[Content_Types].xml": types.encode(), f"{folder}/main.xml": b"<x/>"})


def document(media_type: str) -> bytes:
    return packed({"mimetype": media_type.encode(), "content.xml": b"<x/>"}, stored=("mimetype",))


def ole(*streams: str, inner: str | None = None) -> bytes:
    """A header, one table of sectors, and a directory whose root holds `streams` and a storage with `inner`."""
    names = ["Root Entry", *streams, *(["Storage", inner] if inner else [])]
    rows = []
    at_root = len(streams) + (1 if inner else 0)
    for number, name in enumerate(names):
        text = name.encode("utf-16-le")
        row = bytearray(128)
        row[: len(text)] = text
        row[64:66] = struct.pack("<H", len(text) + 2)
        row[66] = 5 if number == 0 else 1 if name == "Storage" else 2
        following = number + 1 if 0 < number < at_root else 0xFFFFFFFF
        child = 1 if number == 0 else number + 1 if name == "Storage" else 0xFFFFFFFF
        row[68:80] = struct.pack("<III", 0xFFFFFFFF, following, child)
        rows.append(bytes(row))
    directory = b"".join(rows)
    sectors = -(-len(directory) // 512)
    table = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(10) + struct.pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0).ljust(436, b"\xff")
    return head + fat + directory.ljust(sectors * 512, b"\x00")


def ftyp(brand: bytes, *others: bytes) -> bytes:
    return struct.pack(">I", 16 + 4 * len(others)) + b"ftyp" + brand + bytes(4) + b"".join(others)


def boot_sector(rows: bytes) -> bytes:
    return bytes(446) + rows.ljust(64, b"\x00") + b"\x55\xaa" + bytes(512)


CHAT = """12/03/2024, 10:11 - Messages and calls are end-to-end encrypted.
12/03/2024, 10:11 - Anna: On my way
12/03/2024, 10:12 - Ben: \U0001f44d
"""
PHONE_CHAT = "\u200e[12/03/2024, 10:11:12] Anna: On my way\n[12/03/2024, 10:12:00] Ben: fine\n"
MAIL = b"""Received: from a.example by b.example; Mon, 1 Jun 2009 10:00:00 +0000
From: a@example.org
To: b@example.org
Subject: Minutes

Attached.
"""
