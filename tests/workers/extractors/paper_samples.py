"""One sample of each kind of paper, mail, archive, database, disk, phone and chat, by name, with the family that reads it."""

import bz2
import gzip
import hashlib
import lzma
from types import ModuleType

from tests.workers.extractors import container_samples as made
from tests.workers.extractors import test_chats, test_disks, test_mail, test_office, test_ole, test_phones, test_texts
from tests.workers.extractors.ole_samples import container
from workers.extractors import archives, chats, databases, disks, documents, mail, office, ole, phones, pst, texts

_MEDIA = made.mbr([(0x07, 64, 100), (0x83, 200, 50)], 256 * 1024)
_PARTS = {"a/b.txt": b"hello", "c.zip": b"yy"}

SAMPLES: dict[str, tuple[ModuleType, bytes]] = {
    "pdf": (documents, made.pdf(attached={"notes.txt": b"seen"})),
    "docx": (office, made.zipped(test_office.DOCX)),
    "odt": (office, made.zipped(test_office.ODT)),
    "doc": (ole, container(test_ole.DOC | {"Macros/dir": b"x"})),
    "eml": (mail, test_mail.MAIL),
    "mbox": (mail, b"From a Tue Mar 12 21:14:06 2024\n" + test_mail.MAIL.replace(b"\r\n", b"\n") * 2),
    "msg": (mail, test_mail.outlook_message()),
    "pst": (pst, b"!BDN" + bytes(4) + b"SM\x17\x00\x13\x00\x01\x01" + bytes(range(256)) * 40),
    "zip": (archives, made.zipped({"a/b.txt": b"hello", "c.zip": b"yy"})),
    "7z": (archives, made.seven(_PARTS)),
    "rar": (archives, made.rar(_PARTS)),
    "tar": (archives, made.taped(_PARTS)),
    "gz": (archives, gzip.compress(made.taped(_PARTS), mtime=0)),
    "bz2": (archives, bz2.compress(made.taped(_PARTS))),
    "xz": (archives, lzma.compress(made.taped(_PARTS))),
    "db": (databases, made.database()),
    "e01": (disks, made.e01(_MEDIA, test_disks.HEADER, hashlib.md5(_MEDIA, usedforsecurity=False).digest())),
    "mbr": (disks, _MEDIA[:64_000]),
    "gpt": (disks, made.gpt([("0fc63daf-8483-4772-8e79-3d69d8477de4", "home", 100, 199)], test_disks.DISK)[:64_000]),
    "ufdr": (phones, made.zipped({"report.xml": test_phones.REPORT})),
    "chat": (chats, test_chats.ANDROID.encode()),
    "txt": (texts, "caf\u00e9 at ten".encode()),
    "rtf": (texts, test_texts.RTF),
}
