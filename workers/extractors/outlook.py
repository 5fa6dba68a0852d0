"""Outlook's MSG: the properties of a mail that lie as streams in an OLE container (MS-OXMSG), and the hashes of its attachments."""

import hashlib
import struct
from collections.abc import Iterator
from typing import Any

import olefile

from dems.model.findings import Confidence, Entry, Moment
from workers.extractors import mail_headers, mime, ole, stated_times
from workers.extractors.charsets import codepage, decoded
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source

MAX_STREAM = 1024 * 1024
MAX_ATTACHED = 200
MAX_RECIPIENTS = 500
MAX_HASHED = 32 * 1024 * 1024
TEXT_START = 2_000
_PROPERTIES = "__properties_version1.0"
_HEADER, _HEADER_WITHIN = 32, 8
_TIMES = {
    0x0039: ("sent_at", "PidTagClientSubmitTime"),
    0x0E06: ("received_at", "PidTagMessageDeliveryTime"),
    0x3007: ("created_at", "PidTagCreationTime"),
    0x3008: ("modified_at", "PidTagLastModificationTime"),
}
_TEXTS = {
    0x0037: ("mail.subject", "PidTagSubject"),
    0x1035: ("mail.message_id", "PidTagInternetMessageId"),
    0x001A: ("mail.class", "PidTagMessageClass"),
}
_KINDS = {1: "mail.to", 2: "mail.cc", 3: "mail.bcc"}
_TIME, _LONG = 0x0040, 0x0003


def extract(source: Source, report: Report) -> None:
    """Raises `Unreadable` for a container that holds no message."""
    tool = report.by("olefile", olefile.__version__)
    container = ole.opened(source)
    if not container.exists(_PROPERTIES):
        raise Unreadable("The file holds no Outlook message: its properties are missing.")
    tool.found("container", "Outlook message", "OLE:directory")
    fixed = _fixed(ole.stream(container, _PROPERTIES, MAX_STREAM), _HEADER)
    page = fixed.get((0x3FFD, _LONG), 1252) & 0xFFFF
    folder = _Folder(container, [], codepage(page))
    for number, (name, field) in _TEXTS.items():
        tool.found(name, folder.text(number), f"MSG:{field}")
    sender, address = folder.text(0x0C1A), folder.text(0x5D01) or folder.text(0x0C1F)
    tool.found(
        "mail.from", f"{sender} <{address}>" if sender and address else sender or address, "MSG:PidTagSenderName"
    )
    for number, (name, field) in _TIMES.items():
        ticks = fixed.get((number, _TIME))
        moment = None if ticks is None else stated_times.filetime(ticks)
        if moment is not None:
            tool.found(name, moment, f"MSG:{field}", raw=str(ticks))
    _recipients(folder, tool)
    _attachments(folder, tool)
    transport = folder.text(0x007D)
    if transport:
        mail_headers.tell(mime.split(transport.encode("utf-8", "replace"))[0], tool)
    tool.found("text.start", folder.text(0x1000)[:TEXT_START], "MSG:PidTagBody", confidence=Confidence.DERIVED)
    if source.refused:
        report.partial(source.refused)


class _Folder:
    """The message, a recipient or an attachment: a folder of streams named by property."""

    def __init__(self, container: Any, path: list[str], charset: str) -> None:
        self.container = container
        self.path = path
        self.charset = charset

    def stream(self, number: int, kind: int, most: int = MAX_STREAM) -> bytes:
        return ole.stream(self.container, [*self.path, f"__substg1.0_{number:04X}{kind:04X}"], most)

    def text(self, number: int) -> str:
        wide = self.stream(number, 0x001F)
        text = decoded(wide, "utf_16_le") if wide else decoded(self.stream(number, 0x001E), self.charset)
        return text.rstrip("\x00")

    def fixed(self) -> dict[tuple[int, int], int]:
        return _fixed(ole.stream(self.container, [*self.path, _PROPERTIES], MAX_STREAM), _HEADER_WITHIN)

    def within(self, prefix: str, most: int) -> Iterator["_Folder"]:
        names = sorted(
            {path[0] for path in self.container.listdir(streams=False, storages=True) if path[0].startswith(prefix)}
        )
        for name in names[:most]:
            yield _Folder(self.container, [name], self.charset)


def _fixed(data: bytes, start: int) -> dict[tuple[int, int], int]:
    """Values of fixed length by number and type."""
    found = {}
    for at in range(start, len(data) - 15, 16):
        kind, number, _, value = struct.unpack_from("<2HLQ", data, at)
        found[number, kind] = value
    return found


def _recipients(message: _Folder, tool: Reporter) -> None:
    for recipient in message.within("__recip_version1.0_", MAX_RECIPIENTS):
        name = recipient.text(0x3001)
        address = recipient.text(0x39FE) or recipient.text(0x3003)
        kind = _KINDS.get(recipient.fixed().get((0x0C15, _LONG), 1) & 0xFF, "mail.to")
        shown = f"{name} <{address}>" if name and address and name != address else address or name
        tool.found(kind, shown, "MSG:PidTagRecipientType")


def _attachments(message: _Folder, tool: Reporter) -> None:
    for number, attached in enumerate(message.within("__attach_version1.0_", MAX_ATTACHED + 1)):
        if number >= MAX_ATTACHED:
            tool.report.partial(f"Only the first {MAX_ATTACHED} attachments are listed.")
            return
        fixed = attached.fixed()
        modified: Moment | None = stated_times.filetime(fixed.get((0x3008, _TIME), 0))
        data = attached.stream(0x3701, 0x0102, MAX_HASHED + 1)
        whole = 0 < len(data) <= MAX_HASHED
        nested = fixed.get((0x3705, _LONG), 0) & 0xFF == 5  # noqa: PLR2004 - a message within
        tool.found(
            "attachment",
            Entry(
                name=(attached.text(0x3707) or attached.text(0x3704) or attached.text(0x3001))[:1_000],
                size=len(data) if whole else None,
                modified=modified,
                sha256=hashlib.sha256(data).hexdigest() if whole else None,
                kind="message" if nested else attached.text(0x370E) or None,
            ),
            "MSG:PidTagAttachDataBinary",
            confidence=Confidence.DERIVED,
        )
