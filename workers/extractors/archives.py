"""Archives, listed and never unpacked: ZIP, 7z, RAR, TAR, and streams packed by gzip, bzip2 or xz."""

import struct
from typing import BinaryIO, cast

import py7zr
import py7zr.exceptions
import rarfile

from dems.model.findings import Moment
from workers.extractors import stated_times, tapes
from workers.extractors.listing import MAX_LISTED, Listing
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Refused, Source
from workers.extractors.version import OWN_READERS
from workers.extractors.zips import Zip

READER, VERSION = "dems-archives", OWN_READERS
MAX_7Z_HEADER = 2 * 1024 * 1024
"""Bytes of a 7z header, packed; the library unpacks and reads all of it."""

_MAGICS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
}


def extract(source: Source, media_type: str, report: Report) -> None:
    """Raises `Unreadable` for what is no archive of these kinds, or too damaged to be listed."""
    head = source.at(0, 512)
    kind = next((kind for magic, kind in _MAGICS.items() if head.startswith(magic)), None)
    if kind is None and (head[257:262] == b"ustar" or media_type == "application/x-tar"):
        kind = "tar"
    if kind == "7z":
        _seven(source, report)
    elif kind == "rar":
        _rar(source, report)
    elif kind == "tar":
        tapes.tape(source, report)
    elif kind in {"gz", "bz2", "xz"}:
        tapes.packed(source, kind, report)
    else:  # a ZIP may have anything before it: its end record decides
        _zip(source, report)
    if source.refused:
        report.partial(source.refused)


def _zip(source: Source, report: Report) -> None:
    tool = report.by(READER, VERSION)
    archive = Zip(source)
    listing = Listing(tool, "ZIP:central directory")
    tool.found("container", "ZIP", "ZIP:end record")
    tool.found("description", archive.comment, "ZIP:comment")
    if archive.shift:
        report.warn(f"The archive begins at byte {archive.shift:,}: something else stands before it.")
    claimed: int | None = archive.claimed
    try:
        for member in archive.members():
            if listing.full:
                break
            kind = "folder" if member.folder else "link" if member.link else None
            listing.add(member.name, member.size, member.packed, member.modified, member.encrypted, kind)
    except Unreadable as reason:
        report.partial(str(reason))
    listing.finish(claimed, source.size)


def _seven(source: Source, report: Report) -> None:
    tool = report.by("py7zr", py7zr.__version__)
    start = source.at(12, 20)
    if len(start) == 20 and struct.unpack("<QQL", start)[1] > MAX_7Z_HEADER:  # noqa: PLR2004 - the start header
        raise Unreadable(f"The archive's list of entries is larger than {MAX_7Z_HEADER:,} bytes: it was not read.")
    listing = Listing(tool, "7z:header")
    try:
        source.seek(0)
        with py7zr.SevenZipFile(cast("BinaryIO", source), "r") as archive:
            tool.found("container", "7z", "7z:signature")
            locked = archive.needs_password()
            entries = archive.list()
            for entry in entries[:MAX_LISTED]:
                modified = None if entry.creationtime is None else stated_times.utc(entry.creationtime)
                kind = "folder" if entry.is_directory else "link" if entry.is_symlink else None
                encrypted = locked and kind is None
                listing.add(entry.filename, entry.uncompressed, entry.compressed, modified, encrypted, kind)
            listing.finish(len(entries), source.size)
    except py7zr.exceptions.PasswordRequired:
        tool.found("container", "7z", "7z:signature")
        tool.found("encrypted", True, "7z:header")
        report.partial("The archive's list of entries is encrypted: without the password nothing in it can be named.")
    except (Enough, Refused, MemoryError):
        raise
    except Exception as error:
        if source.refused:
            raise Refused(source.refused) from error
        raise Unreadable(f"The archive is damaged: {type(error).__name__} {error}.") from error


class _Listed(Exception):
    """Enough entries were seen; ends the library's reading."""


def _rar(source: Source, report: Report) -> None:
    tool = report.by("rarfile", rarfile.__version__)
    tool.found("container", "RAR", "RAR:signature")
    seen: list[rarfile.RarInfo] = []

    def note(info: rarfile.RarInfo) -> None:
        if isinstance(info, rarfile.RarInfo) and info.filename is not None:
            seen.append(info)
            if len(seen) > MAX_LISTED:
                raise _Listed

    locked = False
    try:
        source.seek(0)
        archive = rarfile.RarFile(source, info_callback=note, part_only=True)
        locked = archive.needs_password() and not archive.infolist()
        tool.found("description", archive.comment or "", "RAR:comment")
    except _Listed:
        pass
    except rarfile.NeedFirstVolume:
        report.partial("The archive is a later part of several: only what begins in it is listed.")
    except (rarfile.Error, OSError, ValueError, struct.error, IndexError, TypeError, OverflowError) as error:
        if source.refused:
            raise Refused(source.refused) from error
        if not seen:
            raise Unreadable(f"The archive is damaged: {error}.") from error
        report.partial(f"The archive is damaged behind its entry {len(seen):,}: {error}.")
    if locked:
        tool.found("encrypted", True, "RAR:header")
        report.partial("The archive's list of entries is encrypted: without the password nothing in it can be named.")
    else:
        _rar_entries(seen, Listing(tool, "RAR:file header"), source)


def _rar_entries(seen: list[rarfile.RarInfo], listing: Listing, source: Source) -> None:
    if not seen and source.refused is None:
        raise Unreadable("The archive names no entry: it is empty, cut off or damaged.")
    places: set[int] = set()
    for info in seen:
        # The library tells an entry again for each of its parts.
        if listing.full or info.header_offset in places:
            continue
        places.add(info.header_offset)
        kind = "folder" if info.is_dir() else "link" if info.is_symlink() else None
        listing.add(info.filename, info.file_size, info.compress_size, _rar_time(info), info.needs_password(), kind)
    listing.finish(packed=source.size)


def _rar_time(info: rarfile.RarInfo) -> Moment | None:
    """RAR 5 keeps UTC, RAR 3 the clock on the wall."""
    if info.mtime is None:
        return None
    if info.mtime.tzinfo is not None:
        return stated_times.utc(info.mtime)
    return stated_times.known(info.mtime, None)
