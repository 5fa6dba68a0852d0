"""Containers made for tests: ZIP, PDF, RAR 5, E01, disks, SQLite; whatever a library can write is written by it."""

import io
import sqlite3
import struct
import tarfile
import uuid
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pikepdf
import py7zr


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 12, 21, 14, 6)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pdf(
    *, password: str = "", pages: int = 2, attached: dict[str, bytes] | None = None, xmp: bytes | None = None
) -> bytes:
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for _ in range(pages):
        page = document.add_blank_page(page_size=(200, 300))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"BT /F1 12 Tf 10 100 Td (Statement of a witness) Tj ET")
    document.docinfo["/Title"] = "Statement"
    document.docinfo["/Author"] = "J. Öz"
    document.docinfo["/Producer"] = "Maker 1.0"
    document.docinfo["/CreationDate"] = "D:20240312211406+01'00'"
    document.docinfo["/ModDate"] = "D:20240313080000"
    for name, data in (attached or {}).items():
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document, data, filename=name, mime_type="text/plain", description="", creation_date="", mod_date=""
        )
    if xmp is not None:
        document.Root.Metadata = document.make_stream(xmp, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    out = io.BytesIO()
    encryption = pikepdf.Encryption(owner=password, user=password) if password else False
    document.save(out, encryption=encryption)
    return out.getvalue()


def seven(parts: dict[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=password is not None) as archive:
        for name, data in parts.items():
            archive.writestr(data, name)
    return out.getvalue()


def taped(parts: dict[str, bytes], at: int = 1_710_278_046) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in parts.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), at
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def rar(parts: dict[str, bytes]) -> bytes:
    """RAR 5, stored."""
    out = b"Rar!\x1a\x07\x01\x00" + _block(1, b"\0")
    for name, data in parts.items():
        raw = name.encode()
        fields = b"\x02" + _number(len(data)) + b"\x00" + struct.pack("<L", 1_710_278_046)
        fields += b"\x00\x01" + _number(len(raw)) + raw
        out += _block(2, fields, data)
    return out + _block(5, b"\0")


def _number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _block(kind: int, fields: bytes, data: bytes | None = None) -> bytes:
    body = _number(kind) + (_number(0) if data is None else _number(2) + _number(len(data))) + fields
    body = _number(len(body)) + body
    return struct.pack("<L", zlib.crc32(body)) + body + (data or b"")


def database(*, rows: int = 3, wal: bool = False) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA user_version=7")
    connection.execute("PRAGMA application_id=305419896")
    connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT)")
    connection.execute('CREATE TABLE "odd ""name" (x)')
    connection.execute("CREATE VIEW seen AS SELECT body FROM messages")
    connection.executemany("INSERT INTO messages (body) VALUES (?)", [("hello",)] * rows)
    connection.commit()
    data = bytearray(connection.serialize())
    connection.close()
    if wal:
        data[18:20] = b"\2\2"
    return bytes(data)


def mbr(partitions: list[tuple[int, int, int]], size: int = 1024 * 1024) -> bytes:
    """Kind, first sector and number of sectors."""
    table = b"".join(struct.pack("<B3xB3x2L", 0, kind, start, count) for kind, start, count in partitions)
    return (bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa").ljust(size, b"\0")


def gpt(partitions: list[tuple[str, str, int, int]], disk: str) -> bytes:
    """Kind, name, first and last sector."""
    entries = b"".join(
        struct.pack(
            "<16s16s3Q72s", uuid.UUID(kind).bytes_le, uuid.uuid4().bytes_le, first, last, 0, name.encode("utf-16-le")
        )
        for kind, name, first, last in partitions
    )
    head = struct.pack(
        "<8s4L4Q16sQ3L", b"EFI PART", 0x10000, 92, 0, 0, 1, 2047, 34, 2014, uuid.UUID(disk).bytes_le, 2, 128, 128, 0
    )
    protective = mbr([(0xEE, 1, 2047)], 512)
    return (protective + head.ljust(512, b"\0") + entries).ljust(1024 * 1024, b"\0")


def e01(media: bytes, header: dict[str, str], md5: bytes) -> bytes:
    """One segment of an EnCase 5 image; chunks are stored as they are, each with its checksum."""
    chunk = 64 * 512
    chunks = [media[at : at + chunk] for at in range(0, len(media), chunk)]
    out = b"EVF\x09\x0d\x0a\xff\x00\x01" + struct.pack("<HH", 1, 0)
    text = "1\nmain\n" + "\t".join(header) + "\n" + "\t".join(header.values()) + "\n\n"
    out += _section("header", zlib.compress(text.encode()), len(out))
    volume = struct.pack("<4sLLLQ", b"\1\0\0\0", len(chunks), 64, 512, len(media) // 512).ljust(1048, b"\0")
    out += _section("volume", volume + struct.pack("<L", zlib.adler32(volume)), len(out))
    start = len(out) + 76
    body, offsets = b"", []
    for piece in chunks:
        offsets.append(start + len(body))
        body += piece + struct.pack("<L", zlib.adler32(piece))
    out += _section("sectors", body, len(out))
    head = struct.pack("<L4xQ4x", len(chunks), 0)
    table = struct.pack(f"<{len(offsets)}L", *offsets)
    data = head + struct.pack("<L", zlib.adler32(head)) + table + struct.pack("<L", zlib.adler32(table))
    out += _section("table", data, len(out))
    out += _section("table2", data, len(out))
    digest = md5 + bytes(16)
    out += _section("hash", digest + struct.pack("<L", zlib.adler32(digest)), len(out))
    return out + _section("done", b"", len(out), last=True)


def _section(kind: str, data: bytes, at: int, *, last: bool = False) -> bytes:
    size = 76 + len(data)
    head = struct.pack("<16sQQ40x", kind.encode(), at if last else at + size, size)
    return head + struct.pack("<L", zlib.adler32(head)) + data


WHEN = datetime(2024, 3, 12, 21, 14, 6, tzinfo=UTC)
assert int(WHEN.timestamp()) == 1_710_278_046
