"""What a file is, by its bytes alone: rules of ours first, libmagic for what they do not know. The name decides nothing."""

import ctypes
import os
from dataclasses import dataclass

_BEFORE = {name: os.environ.get(name) for name in ("LD_LIBRARY_PATH", "LIBRARY_PATH", "MAGIC")}
_LOADS = ctypes.CDLL.__init__

import pylibmagic  # noqa: E402, I001 - it must come before magic, and what it changes is put back below
import magic  # noqa: E402

for _name, _value in _BEFORE.items():
    # Programs started later must not be given this library.
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value
ctypes.CDLL.__init__ = _LOADS  # type: ignore[method-assign]

from dems.model.findings import Confidence  # noqa: E402
from workers.extractors.kinds import disagrees, family  # noqa: E402
from workers.extractors.packages import OLE, ZIP, ole_kind, zip_kind  # noqa: E402
from workers.extractors.report import Report  # noqa: E402
from workers.extractors.signatures import OCTETS, by_bytes  # noqa: E402
from workers.extractors.source import Source  # noqa: E402
from workers.extractors.text_kinds import PLAIN, decoded, text_kind  # noqa: E402
from workers.extractors.version import OWN_READERS  # noqa: E402
from workers.extractors.window import Window  # noqa: E402

HEAD = 64 * 1024
"""Bytes of the beginning that are looked at."""
RULES = "dems-rules"
RULES_VERSION = OWN_READERS
LIBMAGIC = "libmagic"
_NUMBER: int = magic.version()  # type: ignore[no-untyped-call]
LIBMAGIC_VERSION = f"{_NUMBER // 100}.{_NUMBER % 100}"
EMPTY = "application/x-empty"

_MAGIC = magic.Magic(mime=True, magic_file=str(pylibmagic.data.joinpath("magic.mgc")))
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_NAMES = {
    "application/x-gzip": "application/gzip",
    "application/x-rar": "application/vnd.rar",
    "application/x-sqlite3": "application/vnd.sqlite3",
    "application/x-dosexec": "application/vnd.microsoft.portable-executable",
    "application/CDFV2": OLE,
    "application/x-executable": "application/x-elf",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-wav": "audio/wav",
    "audio/x-m4a": "audio/mp4",
    "audio/x-aiff": "audio/aiff",
    "image/x-ms-bmp": "image/bmp",
    "text/rtf": "application/rtf",
    "text/xml": "application/xml",
    "video/MP2T": "video/mp2t",
    "inode/x-empty": EMPTY,
}


@dataclass(frozen=True, slots=True)
class Identified:
    """What the bytes are, which family of extractors reads that (None: none does), and which tool said so."""

    media_type: str
    family: str | None
    tool: str
    tool_version: str


def identify(source: Source) -> Identified:
    """What the bytes are; `application/octet-stream` where nothing knows them. Reads a bounded part of the file.

    `Refused` passes through.
    """
    ours = _by_rules(source)
    if ours is not None:
        return Identified(ours, family(ours), RULES, RULES_VERSION)
    theirs = _by_libmagic(Window(source, block=HEAD).at(0, HEAD))
    return Identified(theirs, family(theirs), LIBMAGIC, LIBMAGIC_VERSION)


def tell(identified: Identified, extension: str, report: Report) -> None:
    """The finding `media_type`, flagged where the extension of the name surely means something else."""
    report.by(RULES, RULES_VERSION)
    claims = disagrees(identified.media_type, extension)
    if claims:
        report.warn(f"The name ends in .{extension}, but the bytes are {identified.media_type}.")
    report.by(identified.tool, identified.tool_version).found(
        "media_type",
        identified.media_type,
        "bytes",
        raw=f".{extension}" if claims else None,
        confidence=Confidence.DETECTED,
        flags=("disagrees",) if claims else (),
    )


def _by_rules(source: Source) -> str | None:
    if not source.size:
        return EMPTY
    data = Window(source, block=HEAD)
    head = data.at(0, HEAD)
    if head.startswith(_ZIPS):
        return zip_kind(data)
    if head.startswith(_OLE):
        return ole_kind(data)
    known = by_bytes(data, head)
    if known is not None:
        return known
    text = decoded(head)
    if text is None:
        return None
    kind = text_kind(text, whole=source.size <= HEAD)
    return None if kind == PLAIN and source.size > HEAD else kind


def _by_libmagic(head: bytes) -> str:
    try:
        found = _MAGIC.from_buffer(head)
    except magic.MagicException:
        return OCTETS
    found = _OTHER_NAMES.get(found, found)
    if found.startswith("text/"):
        # Its guesses at languages of programs are often wrong, and a text is no less one for them.
        return PLAIN
    return found if "/" in found and found not in {ZIP, OLE} else OCTETS
