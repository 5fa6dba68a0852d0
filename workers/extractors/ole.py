"""Old Office documents (OLE): summary information, encryption and macros; also OOXML that a password has put into OLE."""

import struct
from typing import Any

import olefile

from dems.model.findings import Confidence
from workers.extractors import stated_times
from workers.extractors.property_sets import MAX_SET, Ticks, properties
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source

MAX_SCANNED = 8 * 1024
"""Bytes of a workbook in which its mark of encryption is looked for; it stands right behind the beginning."""

_SUMMARY = "\x05SummaryInformation"
_MORE = "\x05DocumentSummaryInformation"
_FIELDS = {
    2: ("Title", "title"),
    3: ("Subject", "subject"),
    4: ("Author", "author"),
    5: ("Keywords", "keywords"),
    6: ("Comments", "description"),
    7: ("Template", "template"),
    8: ("LastSavedBy", "last_modified_by"),
    9: ("RevisionNumber", "revision"),
    10: ("EditTime", "editing_minutes"),
    11: ("LastPrinted", "printed_at"),
    12: ("CreateTime", "created_at"),
    13: ("LastSaveTime", "modified_at"),
    14: ("PageCount", "pages"),
    15: ("WordCount", "words"),
    18: ("ApplicationName", "software"),
}
_MORE_FIELDS = {
    2: ("Category", "category"),
    7: ("SlideCount", "pages"),
    14: ("Manager", "manager"),
    15: ("Company", "organisation"),
    26: ("ContentType", "content_type"),
    27: ("ContentStatus", "status"),
    28: ("Language", "language"),
}
_WORD_ENCRYPTED = 0x0100
_BIFF_ENCRYPTED = 0x2F
_SLIDES_ENCRYPTED = 0xF3D1C4DF
_MACROS = {"macros", "_vba_project_cur", "vba", "_vba_project"}


def opened(source: Source) -> Any:
    """The container. Raises `Unreadable` for damage, `Refused` where the store and not the file ended the reading."""
    try:
        source.seek(0)
        container = olefile.OleFileIO(source)
        # Walking the folders is recursive too; whoever asks later need not fear it.
        container.listdir(streams=True, storages=True)
    except (OSError, ValueError, IndexError, struct.error, OverflowError, TypeError, AttributeError) as error:
        if source.refused:
            raise Refused(source.refused) from error
        raise Unreadable(f"The file is damaged, or no OLE container: {error}.") from error
    except RecursionError as error:
        raise Unreadable("The file is damaged: its folders are nested without end.") from error
    return container


def stream(container: Any, name: str | list[str], most: int) -> bytes:
    """Up to `most` bytes of a stream; empty where it is missing or damaged."""
    try:
        if not container.exists(name):
            return b""
        with container.openstream(name) as opened_stream:
            data: bytes = opened_stream.read(most)
            return data
    except Refused:
        raise
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError):
        return b""


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the streams tell what it is
    """Raises `Unreadable` for what is no OLE container."""
    tool = report.by("olefile", olefile.__version__)
    container = opened(source)
    tool.found("container", "OLE", "OLE:header")
    _summary(container, tool)
    top = _names(container)
    if not top:
        raise Unreadable("The file is damaged: its container holds nothing that can be named.")
    for _, issue in container.parsing_issues[:1]:
        report.warn(f"The container is damaged in places: {issue}.")
    if "encryptedpackage" in top:
        tool.found("encrypted", True, "OLE:EncryptedPackage", confidence=Confidence.DETECTED)
        report.partial("The document is encrypted: without its password only its outside can be read.")
    elif (encrypted := _encrypted(container, top)) is not None:
        tool.found("encrypted", encrypted, "OLE:header")
        if encrypted:
            report.partial("The document is encrypted: without its password only its outside can be read.")
    if top & _MACROS:
        tool.found("macros", True, "OLE:directory", confidence=Confidence.DETECTED)
        report.warn("The document holds macros: programs that may run when it is opened.")
    if source.refused:
        report.partial(source.refused)


def _names(container: Any) -> set[str]:
    """Of streams and folders at the top, in lower case."""
    return {str(path[0]).lower() for path in container.listdir(streams=True, storages=True) if path}


def _summary(container: Any, tool: Reporter) -> None:
    for name, fields in ((_SUMMARY, _FIELDS), (_MORE, _MORE_FIELDS)):
        values = properties(stream(container, name, MAX_SET))
        if not values and container.exists(name):
            tool.report.partial(f"The part {name[1:]} is damaged.")
        for number, (field, found) in fields.items():
            if number in values:
                _tell(tool, found, values[number], f"OLE:{name[1:]}/{field}")


def _tell(tool: Reporter, name: str, value: str | int | bool | Ticks, source: str) -> None:
    if isinstance(value, Ticks):
        if name == "editing_minutes":
            tool.found(name, value.minutes, source, raw=str(value.ticks), unit="min")
        elif name.endswith("_at") and value.moment is not None:
            stated_times.tell(tool, name, str(value.ticks), value.moment, source)
    elif isinstance(value, str) and not name.endswith("_at"):
        tool.found(name, value, source)
    elif isinstance(value, int) and name in {"pages", "words"} and value > 0:
        tool.found(name, int(value), source)


def _encrypted(container: Any, top: set[str]) -> bool | None:
    """None where the kind of document has no mark that is read here."""
    if "worddocument" in top:
        head = stream(container, "WordDocument", 32)
        return bool(len(head) >= 12 and struct.unpack_from("<H", head, 10)[0] & _WORD_ENCRYPTED)  # noqa: PLR2004
    if "powerpoint document" in top:
        head = stream(container, "Current User", 32)
        return bool(len(head) >= 16 and struct.unpack_from("<L", head, 12)[0] == _SLIDES_ENCRYPTED)  # noqa: PLR2004
    name = next((name for name in ("Workbook", "Book") if name.lower() in top), None)
    if name is None:
        return None
    data, at = stream(container, name, MAX_SCANNED), 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, at)
        if kind == _BIFF_ENCRYPTED:
            return True
        at += 4 + length
    return False
