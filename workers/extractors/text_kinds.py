"""Kinds of text: what a text is for, by how it begins. Where nothing is plain to see it is plain text."""

import codecs
import csv
import json
import re

PLAIN = "text/plain"
_UNDERSTOOD = 4_000
"""Characters that rules for markup and tables look at."""
_LOOKED_AT = 16_000
"""Characters that the rule for chats looks at: one message may be long."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:(?=[ \t\r\n])")
_MAIL_ONLY = {
    "received", "return-path", "message-id", "delivered-to", "from", "dkim-signature", "x-mozilla-status",
    "mime-version", "envelope-to", "x-originating-ip", "arc-seal", "reply-to",
}  # fmt: skip
_MAIL = _MAIL_ONLY | {"to", "subject", "date", "cc", "bcc", "sender", "content-type", "content-transfer-encoding"}
_MBOX = re.compile(r"From \S.{0,200}?\d{1,2}:\d\d(:\d\d)?.{0,40}\r?\n(?=[A-Za-z][A-Za-z0-9-]*:|\r?\n)")
_CHAT = re.compile(
    "^[\u200e\u200f\ufeff]?\\[?(\\d{1,4}[./-]\\d{1,2}[./-]\\d{2,4}),? +(\\d{1,2}[:.]\\d\\d([:.]\\d\\d)?)[ \u202f]?([AaPp]\\.?[Mm]\\.?)?"
    "(\\] | [-\u2013] )[^:\\n]{1,100}(: |\\.)?",
    re.MULTILINE,
)
_MARKUP = (
    (re.compile(r"<svg[\s>]"), "image/svg+xml"),
    (re.compile(r"<html[\s>]", re.IGNORECASE), "application/xhtml+xml"),
    (re.compile(r"<gpx[\s>]"), "application/gpx+xml"),
    (re.compile(r"<kml[\s>]"), "application/vnd.google-earth.kml+xml"),
)
_HTML = re.compile(r"<(!doctype html|html|head|body|meta|title)[\s>]", re.IGNORECASE)
_XML = re.compile(r"<\?xml\s|<[A-Za-z_][\w:.-]*(\s+xmlns[:=]|\s*/?>)")
_BEGINS = (
    ("#EXTM3U", "application/vnd.apple.mpegurl"),
    ("WEBVTT", "text/vtt"),
    ("BEGIN:VCARD", "text/vcard"),
    ("BEGIN:VCALENDAR", "text/calendar"),
    ("%!PS", "application/postscript"),
)
_JSON = re.compile(r'\{\s*("(?:[^"\\]|\\.)*"\s*:|\})|\[\s*([\[{"\]]|-?\d|true\b|false\b|null\b)')
_ROWS = 50
_ALLOWED = {7, 8, 9, 10, 11, 12, 13, 27}
"""Control characters that texts have."""
_WRITTEN_FROM = 32
_WRITTEN = {9, 10, 13, *range(32, 127)}
_MOSTLY = 0.7
"""Share of plain characters in a text of an old encoding; below it the bytes are taken for no text."""


def decoded(head: bytes) -> str | None:
    """The beginning of a file as text, None where it is none. Bytes that are no UTF-8 are taken for Windows-1252."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if not head or any(byte < _WRITTEN_FROM and byte not in _ALLOWED for byte in head) or b"\x7f" in head:
        return None
    try:
        # A character cut at the end of what was read is no error.
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        plain = sum(byte in _WRITTEN for byte in head)
        return head.decode("cp1252", "replace") if plain >= len(head) * _MOSTLY else None


def text_kind(text: str, *, whole: bool) -> str:
    """What a text is for. `whole`: the file ends where the text does."""
    begins = text.lstrip("\ufeff \t\r\n")
    if _MBOX.match(begins):
        return "application/mbox"
    if _mail(begins):
        return "message/rfc822"
    marked = next((kind for mark, kind in _BEGINS if begins.startswith(mark)), None)
    if marked is not None:
        return marked
    if begins.startswith("<"):
        return _markup(begins[:_UNDERSTOOD])
    if _JSON.match(begins):
        return _json(begins, whole)
    return _written_by_line(begins, whole)


def _written_by_line(text: str, whole: bool) -> str:
    if _CHAT.match(text) and len(list(_CHAT.finditer(text[:_LOOKED_AT]))) >= 2:  # noqa: PLR2004 - one could be chance
        return "text/x-whatsapp-chat"
    return "text/csv" if _table(text, whole) else PLAIN


def _mail(text: str) -> bool:
    names: set[str] = set()
    for line in text.splitlines():
        if line.startswith((" ", "\t")) and names:
            continue
        match = _HEADER.match(line)
        if match is None:
            break
        names.add(match[0][:-1].lower())
    known = names & _MAIL
    return len(known) >= 2 and bool(known & _MAIL_ONLY)  # noqa: PLR2004


def _markup(text: str) -> str:
    if text.startswith("<?xml"):
        return next((kind for pattern, kind in _MARKUP if pattern.search(text)), "application/xml")
    if _HTML.match(re.sub(r"^(<!--.*?-->\s*)+", "", text, flags=re.DOTALL)):
        return "text/html"
    if _MARKUP[0][0].match(text):
        return "image/svg+xml"
    return "application/xml" if _XML.match(text) else PLAIN


def _json(text: str, whole: bool) -> str:
    if whole:
        try:
            json.loads(text)
        except RecursionError:
            return "application/json"
        except ValueError:
            pass
        else:
            return "application/json"
        # Several values, one after the other.
        return "application/x-ndjson" if _lines(text, whole) else "application/json" if _first_value(text) else PLAIN
    return "application/x-ndjson" if _lines(text, whole) else "application/json"


def _first_value(text: str) -> bool:
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and bool(value)


def _lines(text: str, whole: bool) -> bool:
    rows = text.splitlines()
    complete = [row for row in (rows if whole else rows[:-1])[:_ROWS] if row.strip()]
    return len(complete) >= 2 and all(_loads(row) for row in complete)  # noqa: PLR2004 - one line is a document


def _loads(row: str) -> bool:
    try:
        return isinstance(json.loads(row), dict | list)
    except (ValueError, RecursionError):
        return False


def _table(text: str, whole: bool) -> bool:
    lines = text.splitlines()
    complete = (lines if whole or len(lines) == 1 else lines[:-1])[:_ROWS]
    for delimiter in ",;\t|":
        if delimiter not in text[:_UNDERSTOOD]:
            continue
        try:
            rows = [row for row in csv.reader(complete, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(rows) >= 2 and len(widths) == 1 and widths.pop() - 1 >= (1 if len(rows) > 2 and delimiter != "," else 2):  # noqa: PLR2004
            return True
    return False
