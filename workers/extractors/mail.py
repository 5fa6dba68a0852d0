"""Mail: EML, MBOX and Outlook's MSG: parties, subject, dates, the way it took, attachments with their hashes, messages inside messages."""

import hashlib
import platform
import re

from dems.model.findings import Confidence, Entry
from workers.extractors import mail_headers, mime, outlook, stated_times
from workers.extractors.markup import plain_of_html
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source

MAX_READ = 32 * 1024 * 1024
"""Bytes of one mail, or of a mailbox, that are read."""
MAX_OPENED = 20_000
"""Messages of a mailbox whose headers are read, for the first and the last date."""
MAX_LISTED = 500
"""Messages of a mailbox that are listed; all that were read are counted."""
TEXT_START = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FROM = re.compile(rb"^From [^\r\n]{1,998}\r?\n(?=[!-9;-~]+:|>From )", re.MULTILINE)
_HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "return-path",
    "mime-version",
    "cc",
    "sender",
    "delivered-to",
}


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the first bytes tell
    """Raises `Unreadable` for what has no header of mail."""
    if source.at(0, 8) == _OLE:
        outlook.extract(source, report)
        return
    data = source.at(0, MAX_READ)
    if source.size > MAX_READ:
        report.partial(f"Only the first {MAX_READ:,} of {source.size:,} bytes were read.")
    tool = report.by("python-email", platform.python_version())
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith(b"From "):
        _mailbox(data, tool)
    else:
        _message(data, tool)


def _message(data: bytes, tool: Reporter) -> None:
    walk = mime.Walk()
    text = ""
    nested = 0
    for part in walk.over(data):
        if part.depth == 0:
            if _HEADERS.isdisjoint(name.lower() for name in part.headers):
                raise Unreadable("The file is no mail: none of the headers of mail stands at its beginning.")
            tool.found("container", "mail", "RFC5322:header", confidence=Confidence.DETECTED)
            mail_headers.tell(part.headers, tool)
        kind = part.type
        nested += kind == "message/rfc822"
        if part.attached or kind == "message/rfc822":
            tool.found("attachment", _attachment(part), "MIME:part", confidence=Confidence.DERIVED)
        elif kind in {"text/plain", "text/html"} and not text:
            text = part.text()[: TEXT_START * 20]
            text = plain_of_html(text) if kind == "text/html" else text
    tool.found("text.start", text[:TEXT_START], "MIME:text", confidence=Confidence.DERIVED)
    if nested:
        tool.found("mail.nested", nested, "MIME:message/rfc822", confidence=Confidence.DERIVED)
    if walk.too_deep:
        tool.report.partial(f"Parts nested deeper than {mime.MAX_DEPTH} were not opened.")
    if walk.too_many:
        tool.report.partial(f"Only the first {mime.MAX_PARTS:,} parts were read.")


def _attachment(part: mime.Part) -> Entry:
    data = part.plain()
    name = part.name
    if name is None and part.type == "message/rfc822":
        name = mime.text_of(mime.split(data or b"")[0].get("Subject", "")) or "message"
    return Entry(
        name=(name or "")[:1_000],
        size=None if data is None else len(data),
        sha256=None if data is None else hashlib.sha256(data).hexdigest(),
        kind=part.type,
        more={"depth": part.depth},
    )


def _mailbox(data: bytes, tool: Reporter) -> None:
    """Messages begin with a line ``From `` that a header follows; other such lines are text."""
    spans, count = _spans(data)
    if not count:
        raise Unreadable("The file is no mailbox: no message begins in it.")
    tool.found("container", "MBOX", "MBOX:From", confidence=Confidence.DETECTED)
    tool.found("messages", count, "MBOX:From", confidence=Confidence.DERIVED)
    dates = []
    for number, (begin, end) in enumerate(spans):
        message, _ = mime.split(data[begin : min(end, begin + mime.MAX_HEADERS)])
        date = stated_times.rfc_5322(str(message.get("Date", ""))[:200])
        if date is not None and date.at is not None:
            dates.append((date.at, date))
        if number < MAX_LISTED:
            tool.found(
                "message",
                Entry(
                    name=mime.text_of(message.get("Subject", ""))[:1_000],
                    size=end - begin,
                    modified=date,
                    kind="message/rfc822",
                    more={
                        "from": mime.text_of(message.get("From", ""))[:500],
                        "to": mime.text_of(message.get("To", ""))[:500],
                        "message_id": mime.text_of(message.get("Message-ID", ""))[:500],
                    },
                ),
                "MBOX:message",
            )
    if count > MAX_LISTED:
        tool.report.partial(f"Only the first {MAX_LISTED} of {count:,} messages are listed.")
    if count > MAX_OPENED:
        tool.report.partial(f"The dates of messages after the first {MAX_OPENED:,} of {count:,} were not read.")
    if dates:
        tool.found(
            "messages.first_at", min(dates, key=lambda pair: pair[0])[1], "RFC5322:Date", confidence=Confidence.DERIVED
        )
        tool.found(
            "messages.last_at", max(dates, key=lambda pair: pair[0])[1], "RFC5322:Date", confidence=Confidence.DERIVED
        )
    if count == 1:
        _message(data[spans[0][0] :], tool)


def _spans(data: bytes) -> tuple[list[tuple[int, int]], int]:
    """Where each of the first messages begins and ends, and how many there are."""
    spans: list[tuple[int, int]] = []
    count = 0
    last = 0
    for match in _FROM.finditer(data):
        if 0 < count <= MAX_OPENED:
            spans.append((last, match.start()))
        count += 1
        last = match.end()
    if 0 < count <= MAX_OPENED:
        spans.append((last, len(data)))
    return spans, count
