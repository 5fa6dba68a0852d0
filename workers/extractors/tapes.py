"""TAR, and streams packed by gzip, bzip2 and xz, of which a bounded beginning is unpacked in memory to see what it is."""

import bz2
import io
import lzma
import platform
import struct
import tarfile
import zlib
from typing import Protocol

from dems.model.findings import Confidence
from workers.extractors import stated_times
from workers.extractors.charsets import decoded
from workers.extractors.listing import MAX_RATIO, SMALL, Listing
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source

MAX_READ = 1024 * 1024
"""Bytes of one header's own data, such as a long name."""
MAX_UNPACKED = 8 * 1024 * 1024
MAX_PACKED = 8 * 1024 * 1024
MAX_MEMORY = 64 * 1024 * 1024
_SYSTEMS = {0: "FAT", 3: "Unix", 7: "Macintosh", 10: "TOPS-20", 11: "NTFS"}
_NAME, _COMMENT, _EXTRA, _CHECK = 8, 16, 4, 2


class _Bounded(io.RawIOBase):
    """A file of which nobody reads much at once: a header that claims a name of gigabytes is damage."""

    def __init__(self, file: io.RawIOBase | io.BytesIO) -> None:
        super().__init__()
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= MAX_READ:
            raise tarfile.ReadError(f"a header claims {size:,} bytes")
        return self._file.read(size) or b""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def tape(source: Source, report: Report) -> None:
    """Raises `Unreadable` for what is no TAR file."""
    tool = report.by("python-tarfile", platform.python_version())
    tool.found("container", "TAR", "TAR:header")
    source.seek(0)
    _members(_Bounded(source), tool, Listing(tool, "TAR:header"), whole=True)
    if source.refused:
        report.partial(source.refused)


def _members(file: _Bounded, tool: Reporter, listing: Listing, *, whole: bool) -> None:
    try:
        archive = tarfile.open(fileobj=file, mode="r:", errorlevel=0)  # noqa: SIM115 - nothing to close
        while not listing.full and (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # they would all be kept
            kind = "folder" if member.isdir() else "link" if member.issym() or member.islnk() else None
            kind = kind if member.isreg() or kind else "device"
            listing.add(member.name, max(member.size, 0), None, stated_times.unix(member.mtime), None, kind)
    except Refused:
        pass
    except (tarfile.TarError, OSError, ValueError, TypeError, OverflowError, EOFError, struct.error) as error:
        if not listing.count:
            raise Unreadable(f"The file is damaged, or no TAR file: {error}.") from error
        if whole:
            tool.report.partial(f"The archive is damaged behind its entry {listing.count:,}: {error}.")
    except RecursionError as error:
        raise Unreadable("The archive is damaged: its headers are nested without end.") from error
    listing.finish()


class _Unpacks(Protocol):
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def packed(source: Source, kind: str, report: Report) -> None:
    """Raises `Unreadable` where the stream is damaged from its first byte on."""
    tool = report.by({"gz": "python-zlib", "bz2": "python-bz2", "xz": "python-lzma"}[kind], platform.python_version())
    tool.found("container", {"gz": "GZIP", "bz2": "BZIP2", "xz": "XZ"}[kind], f"{kind}:signature")
    if kind == "gz":
        _gzip(source, tool)
    data, ended, damage, used = _beginning(source, kind)
    if damage and not data:
        raise Unreadable(f"The packed stream is damaged: {damage}.")
    if damage:
        report.partial(f"The packed stream is damaged behind {len(data):,} bytes: {damage}.")
    if ended:
        tool.found("entries.size", len(data), f"{kind}:stream", unit="B", confidence=Confidence.DERIVED)
    if data[257:262] == b"ustar":
        inner = report.by("python-tarfile", platform.python_version())
        inner.found("container", "TAR", "TAR:header", confidence=Confidence.DETECTED)
        _members(_Bounded(io.BytesIO(data)), inner, Listing(inner, "TAR:header"), whole=ended)
    if not ended and not damage:
        report.partial(f"Only the first {len(data):,} bytes of what the stream holds were unpacked.")
        if len(data) > SMALL and len(data) / max(used, 1) > MAX_RATIO:
            report.warn(f"{used:,} bytes hold more than {len(data):,}: it may be a decompression bomb.")


def _beginning(source: Source, kind: str) -> tuple[bytes, bool, str | None, int]:
    """Unpacked bytes, whether they are all, what is wrong, and how many packed bytes they came from."""
    unpack: _Unpacks
    if kind == "gz":
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    elif kind == "bz2":
        unpack = bz2.BZ2Decompressor()
    else:
        unpack = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_MEMORY)
    pieces: list[bytes] = []
    length = at = 0
    try:
        while at < min(source.size, MAX_PACKED) and length < MAX_UNPACKED and not unpack.eof:
            data = source.at(at, 64 * 1024)
            at += len(data)
            piece = unpack.decompress(data, MAX_UNPACKED - length)
            pieces.append(piece)
            length += len(piece)
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        return b"".join(pieces), False, str(error), at
    whole = unpack.eof
    cut_off = not whole and at >= source.size and length < MAX_UNPACKED
    used = at - len(getattr(unpack, "unconsumed_tail", b""))
    return b"".join(pieces), whole, "it ends early" if cut_off else None, used


def _gzip(source: Source, tool: Reporter) -> None:
    head = source.at(0, 64 * 1024)
    if len(head) < 18:  # noqa: PLR2004 - header and trailer
        raise Unreadable("The file is too short for a gzip stream.")
    flags, made, system = head[3], struct.unpack_from("<L", head, 4)[0], head[9]
    at = 10
    if flags & _EXTRA:
        at += 2 + struct.unpack_from("<H", head, at)[0]
    for mark, found in ((_NAME, "original_name"), (_COMMENT, "description")):
        if flags & mark:
            end = head.find(b"\x00", at)
            if end < 0:
                return
            tool.found(found, decoded(head[at:end], "latin-1"), "GZIP:header")
            at = end + 1
    moment = stated_times.unix(made)
    if moment is not None:
        tool.found("modified_at", moment, "GZIP:MTIME", raw=str(made))
    if system in _SYSTEMS:
        tool.found("system", _SYSTEMS[system], "GZIP:OS", raw=str(system))
    claimed = struct.unpack("<L", source.at(source.size - 4, 4))[0]
    tool.found("entries.size", claimed, "GZIP:ISIZE", unit="B")
