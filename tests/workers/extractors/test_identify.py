"""What a file is follows from its bytes, whatever it is called; and only a little of it is read."""

import gzip
import os
import random
import struct
import subprocess
import sys

import pytest

from tests.workers.extractors.kind_samples import (
    CHAT,
    MAIL,
    PHONE_CHAT,
    boot_sector,
    document,
    ftyp,
    office,
    ole,
    packed,
)
from tests.workers.extractors.photo_samples import (
    CAMERA,
    LONG,
    SHORT,
    heic,
    jpeg,
    picture,
    png,
    saved,
    source,
    tiff,
)
from tests.workers.extractors.taken import values
from workers.extractors.identify import EMPTY, LIBMAGIC, RULES, identify, tell
from workers.extractors.kinds import disagrees
from workers.extractors.report import Report
from workers.extractors.source import Held, Source

_WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAC = "vnd.ms-excel.sheet.macroEnabled.main+xml"
_ROW = struct.pack("<BBBBBBBBII", 0x80, 0, 2, 0, 7, 0, 0, 0, 2048, 4096)
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c" + bytes(30)
_UFED = b'<?xml version="1.0"?><project id="1" name="Phone" reportVersion="5.0" extractionType="x">Cellebrite</project>'

KINDS: list[tuple[bytes, str, str | None]] = [
    (b"!BDN\x00\x00\x00\x00SM" + bytes(100), "application/vnd.ms-outlook-pst", "pst"),
    (b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00", "application/x-ewf", "disks"),
    (b"EVF2\x0d\x0a\x81\x00\x02\x01", "application/x-ewf2", "disks"),
    (b"#!AMR\n\x3c" + bytes(31), "audio/amr", "media"),
    (b"#!AMR-WB\n\x3c" + bytes(31), "audio/amr-wb", "media"),
    (b"SQLite format 3\x00" + bytes(84), "application/vnd.sqlite3", "databases"),
    (b"DHAV\xfd\x00\x00\x00" + bytes(40), "video/x-dhav", "media"),
    (ftyp(b"heic", b"mif1"), "image/heic", "photos"),
    (ftyp(b"mif1", b"heic"), "image/heif", "photos"),
    (ftyp(b"avif", b"mif1"), "image/avif", "photos"),
    (ftyp(b"mif1", b"avif"), "image/avif", "photos"),
    (ftyp(b"crx ", b"isom"), "image/x-canon-cr3", "photos"),
    (ftyp(b"qt  "), "video/quicktime", "media"),
    (ftyp(b"isom", b"mp41"), "video/mp4", "media"),
    (ftyp(b"3gp5"), "video/3gpp", "media"),
    (ftyp(b"3g2a"), "video/3gpp2", "media"),
    (ftyp(b"M4A "), "audio/mp4", "media"),
    (ftyp(b"M4V "), "video/x-m4v", "media"),
    (b"\x00\x00\x00\x08wide" + bytes(8), "video/quicktime", "media"),
    (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska", "media"),
    (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "video/webm", "media"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav", "media"),
    (b"RIFF\x24\x00\x00\x00AVI LIST", "video/x-msvideo", "media"),
    (b"FORM\x00\x00\x00\x24AIFFCOMM", "audio/aiff", "media"),
    ((b"\x47\x40\x00\x10" + bytes(184)) * 8, "video/mp2t", "media"),
    ((bytes(4) + b"\x47\x40\x00\x10" + bytes(184)) * 8, "video/mp2t", "media"),
    (_ASF + b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b", "video/x-ms-wmv", "media"),
    (_ASF + b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b", "audio/x-ms-wma", "media"),
    (b"OggS\x00\x02" + bytes(20), "audio/ogg", "media"),
    (b"ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00", "audio/mpeg", "media"),
    (b"ID3\x03\x00\x00\x00\x00\x00\x00\xff\xf1\x50\x80", "audio/aac", "media"),
    (b"ID3\x03\x00\x00\x00\x00\x00\x00fLaC", "audio/flac", "media"),
    (jpeg(), "image/jpeg", "photos"),
    (png(), "image/png", "photos"),
    (saved(picture(), "WEBP"), "image/webp", "photos"),
    (saved(picture(), "BMP"), "image/bmp", "photos"),
    (saved(picture(), "GIF"), "image/gif", "photos"),
    (heic(tiff("<", CAMERA)), "image/heic", "photos"),
    (tiff("<", CAMERA), "image/tiff", "photos"),
    (tiff(">", {0x10F: (2, "NIKON CORPORATION"), 0x106: (SHORT, 32803)}), "image/x-nikon-nef", "photos"),
    (tiff("<", {0x10F: (2, "SONY"), 0x201: (LONG, 10)}), "image/x-sony-arw", "photos"),
    (tiff("<", {0x10F: (2, "SONY"), 0x111: (LONG, 10)}), "image/tiff", "photos"),
    (tiff("<", {0xC612: (1, (1, 4, 0, 0))}), "image/x-adobe-dng", "photos"),
    (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(20), "image/x-canon-cr2", "photos"),
    (b"IIU\x00\x08\x00\x00\x00" + bytes(20), "image/x-panasonic-rw2", "photos"),
    (b"IIRO\x08\x00\x00\x00" + bytes(20), "image/x-olympus-orf", "photos"),
    (b"FUJIFILMCCD-RAW 0201" + bytes(100), "image/x-fuji-raf", "photos"),
    (b"%PDF-1.7\n", "application/pdf", "documents"),
    (b"\n\n<junk>\n%PDF-1.4\n", "application/pdf", "documents"),
    (b"{\\rtf1\\ansi x}", "application/rtf", "texts"),
    (office(f"{_WORD}.main+xml", "word"), f"application/{_WORD}", "office"),
    (office(_MAC, "xl"), "application/vnd.ms-excel.sheet.macroenabled.12", "office"),
    (document("application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text", "office"),
    (document("application/epub+zip"), "application/epub+zip", "office"),
    (document("text/made-up"), "application/zip", "archives"),
    (packed({"AndroidManifest.xml": b"x", "classes.dex": b"x"}), "application/vnd.android.package-archive", "archives"),
    (packed({"report.xml": _UFED, "files/a.jpg": b"x"}), "application/x-ufdr", "phones"),
    (packed({"report.xml": b"<report/>"}), "application/zip", "archives"),
    (packed({"a.txt": b"x"}), "application/zip", "archives"),
    (packed({}), "application/zip", "archives"),
    (ole("__properties_version1.0"), "application/vnd.ms-outlook", "mail"),
    (ole("EncryptionInfo", "EncryptedPackage"), "application/x-encrypted-ooxml", "ole"),
    (ole("1Table", "WordDocument"), "application/msword", "ole"),
    (ole("WordDocument", inner="Workbook"), "application/msword", "ole"),
    (ole("Workbook"), "application/vnd.ms-excel", "ole"),
    (ole("PowerPoint Document"), "application/vnd.ms-powerpoint", "ole"),
    (ole("Something", inner="WordDocument"), "application/x-ole-storage", "ole"),
    (gzip.compress(b"x"), "application/gzip", "archives"),
    (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(24), "application/x-7z-compressed", "archives"),
    (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar", "archives"),
    (bytes(257) + b"ustar\x0000" + bytes(247), "application/x-tar", "archives"),
    (boot_sector(_ROW), "application/x-raw-disk-image", "disks"),
    (MAIL, "message/rfc822", "mail"),
    (b"From a@example.org Mon Jun  1 10:00:00 2009\n" + MAIL, "application/mbox", "mail"),
    (CHAT.encode(), "text/x-whatsapp-chat", "chats"),
    (PHONE_CHAT.encode(), "text/x-whatsapp-chat", "chats"),
    (b"name,age,town\nAnna,31,Leeds\nBen,40,York\n", "text/csv", "texts"),
    (b'{"a": [1, 2]}', "application/json", "texts"),
    (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson", "texts"),
    (b"<!DOCTYPE html><html></html>", "text/html", "texts"),
    (b'<?xml version="1.0"?><note/>', "application/xml", "texts"),
    (b'<?xml version="1.0"?><svg xmlns="x"/>', "image/svg+xml", "texts"),
    (b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", "application/vnd.apple.mpegurl", "texts"),
    (b"Dear Sir,\nI write to you, again, about the gate.\nYours\n", "text/plain", "texts"),
    ("\ufeffGr\u00fc\u00dfe aus Wien\n".encode("utf-16"), "text/plain", "texts"),
    ("Gr\u00fc\u00dfe aus Wien, sagte er\n".encode("cp1252"), "text/plain", "texts"),
    (b"Note: see below.\nRemark: none.\n", "text/plain", "texts"),
    (b"\x7fELF\x02\x01\x01" + bytes(60), "application/x-elf", None),
    (bytes(4_000), "application/octet-stream", None),
    (b"", EMPTY, None),
]


@pytest.mark.parametrize(("data", "media_type", "family"), KINDS, ids=[f"{at}-{k[1]}" for at, k in enumerate(KINDS)])
def test_a_file_is_what_its_bytes_are(data: bytes, media_type: str, family: str | None) -> None:
    found = identify(source(data, "exe"))
    assert (found.media_type, found.family) == (media_type, family)


def test_libmagic_knows_what_the_rules_do_not() -> None:
    found = identify(source(b"!<arch>\ndebian-binary   1400000000  0     0     100644  4         `\n2.0\n" + bytes(60)))
    assert (found.tool, found.media_type) == (LIBMAGIC, "application/vnd.debian.binary-package")
    assert identify(source(png())).tool == RULES


def test_a_large_text_and_a_large_archive_are_known_by_their_ends() -> None:
    assert identify(source(b"a line of words\n" * 20_000)).media_type == "text/plain"
    assert identify(source(b'{"n": 1}\n' * 20_000)).media_type == "application/x-ndjson"
    many = {f"x{number}": os.urandom(2_000) for number in range(100)}
    types = b'<Types ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    late = packed({**many, "[Content_Types].xml": types, "word/document.xml": b"x"})
    assert identify(source(late)).media_type == f"application/{_WORD}"
    assert identify(source(late[: len(late) // 2])).media_type == "application/zip", "cut before its directory"


def test_little_is_read_of_a_file_however_large() -> None:
    class Sparse:
        given = 0

        def at(self, offset: int, length: int) -> bytes:
            Sparse.given += length
            head = b"PK\x03\x04" + bytes(26) if offset == 0 else b""
            return head.ljust(length, b"\x00")

    found = identify(Source(Sparse(), 2**40))
    assert found.media_type == "application/zip"
    assert Sparse.given < 1024 * 1024


def told(data: bytes, extension: str) -> Report:
    report = Report()
    tell(identify(source(data, extension)), extension, report)
    return report


def test_a_name_that_means_another_kind_is_flagged_and_warned_of() -> None:
    report = told(jpeg(), "docx")
    (finding,) = report.findings
    assert (finding.name, finding.value, finding.flags, finding.raw) == (
        "media_type",
        "image/jpeg",
        ("disagrees",),
        ".docx",
    )
    assert report.warnings == ["The name ends in .docx, but the bytes are image/jpeg."]


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (jpeg(), "jpg"),
        (jpeg(), "JPEG"),
        (jpeg(), ""),
        (jpeg(), "bin"),
        (jpeg(), "evidence"),
        (heic(tiff("<", CAMERA)), "heif"),
        (ftyp(b"isom"), "mov"),
        (CHAT.encode(), "txt"),
        (b"a,b,c\n1,2,3\n", "txt"),
        (bytes(4_000), "mp4"),
    ],
)
def test_a_name_is_not_flagged_where_it_agrees_or_nobody_can_be_sure(data: bytes, extension: str) -> None:
    report = told(data, extension)
    assert report.findings[0].flags == ()
    assert report.warnings == []


def test_every_kind_made_here_goes_with_its_own_extension() -> None:
    assert not disagrees("application/x-encrypted-ooxml", "xlsx")
    assert disagrees("application/x-encrypted-ooxml", "pdf")
    assert values(told(b"", "jpg"), "media_type") == [EMPTY]


def test_importing_leaves_the_environment_as_it_was() -> None:
    script = (
        "import os, ctypes; before = dict(os.environ); load = ctypes.CDLL.__init__\n"
        "import workers.extractors.identify\n"
        "assert dict(os.environ) == before, set(os.environ) ^ set(before)\n"
        "assert ctypes.CDLL.__init__ is load\n"
    )
    environment = {"PATH": os.environ["PATH"], "MAGIC": "/nowhere", "PYTHONPATH": os.getcwd()}  # noqa: PTH109
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr


def test_no_mutation_of_any_sample_raises() -> None:
    chance = random.Random(4)
    for data, _, _ in KINDS:
        for _ in range(40):
            changed = bytearray(data or b"\x00")
            for _ in range(chance.randint(1, 8)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            cut = bytes(changed[: chance.randrange(len(changed) + 1)])
            found = identify(Source(Held(cut), len(cut)))
            assert "/" in found.media_type
