"""MIME cut into parts with our own bounds: the standard library's reader recurses as deep as a sender likes and reads all of it."""

import binascii
import email.header
import email.parser
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.message import Message

from workers.extractors.charsets import decoded

MAX_HEADERS = 256 * 1024
MAX_HEADER = 16 * 1024
"""Characters of one header that are looked at; its decoding is not linear in its length."""
MAX_STRUCTURED = 2 * 1024
"""Characters of a header that tells of the part's type or name; splitting its parameters is quadratic."""
MAX_DEPTH = 12
MAX_PARTS = 1_000
MAX_WORDS = 500
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_STRUCTURED = {"content-type", "content-disposition", "content-transfer-encoding"}
_PARSER = email.parser.BytesHeaderParser()


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers, its bytes as they stand in the mail, and how deep it lies."""

    headers: Message
    body: bytes
    depth: int

    @property
    def type(self) -> str:
        return self.headers.get_content_type()

    @property
    def name(self) -> str | None:
        """Of the attached file, as the sender wrote it."""
        for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
            try:
                value = self.headers.get_param(parameter, None, header)
                if isinstance(value, tuple):
                    charset, _, text = value
                    return decoded(text.encode("latin-1", "replace"), charset)
            except (LookupError, UnicodeError, ValueError, IndexError):
                continue
            if isinstance(value, str):
                return text_of(value)
        return None

    @property
    def attached(self) -> bool:
        disposition = str(self.headers.get("content-disposition", "")).strip().lower()
        return disposition.startswith("attachment") or self.name is not None

    def plain(self) -> bytes | None:
        """Decoded; None where the encoding is none that is known."""
        how = str(self.headers.get("content-transfer-encoding", "")).partition(";")[0].strip().lower()
        if how == "base64":
            return _base64(self.body)
        if how == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body if how in {"", "7bit", "8bit", "binary"} else None

    def text(self) -> str:
        charset = self.headers.get_param("charset", None)
        return decoded(self.plain() or b"", charset if isinstance(charset, str) else None)


def _base64(data: bytes) -> bytes | None:
    """As mail programs do: what is no letter of the alphabet is passed over, what is missing at the end is added."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return None


def split(data: bytes) -> tuple[Message, bytes]:
    """Headers and body. Headers beyond `MAX_HEADERS` are left out."""
    if data[:1] in {b"\n", b"\r"}:
        return _PARSER.parsebytes(b""), data.lstrip(b"\r\n")
    blank = _BLANK.search(data, 0, MAX_HEADERS)
    end, start = (blank.start(), blank.end()) if blank else (min(len(data), MAX_HEADERS), len(data))
    return _cleaned(_PARSER.parsebytes(data[:end] + b"\n\n")), data[start:]


def _cleaned(parsed: Message) -> Message:
    """With bytes that are no ASCII as text, since many programs send them, and nothing longer than we want to split."""
    headers: Message = Message()
    for name, value in parsed.raw_items():
        text = decoded(str(value).encode("utf-8", "surrogateescape"), None)
        most = MAX_STRUCTURED if name.lower() in _STRUCTURED else MAX_HEADER
        headers.set_raw(name, text[:most])
    return headers


@dataclass(slots=True)
class Walk:
    """All parts of a mail, outermost first; says afterwards what it left out."""

    parts: int = 0
    too_many: bool = False
    too_deep: bool = False

    def over(self, data: bytes, depth: int = 0) -> Iterator[Part]:
        """A list of what waits, and no recursion: depth costs no stack."""
        waiting = [(data, depth)]
        while waiting:
            data, depth = waiting.pop()
            if self.parts >= MAX_PARTS:
                self.too_many = True
                return
            self.parts += 1
            headers, body = split(data)
            part = Part(headers, body, depth)
            yield part
            inner: list[bytes] = []
            if part.type.startswith("multipart/"):
                inner = list(_pieces(body, part, MAX_PARTS - self.parts + 1))
            elif part.type == "message/rfc822":
                inner = [part.plain() or b""]
            if inner and depth + 1 > MAX_DEPTH:
                self.too_deep = True
                continue
            waiting += [(piece, depth + 1) for piece in reversed(inner)]


def _pieces(body: bytes, part: Part, most: int) -> Iterator[bytes]:
    boundary = part.headers.get_boundary()
    if not boundary or len(boundary) > 200:  # noqa: PLR2004 - RFC 2046 allows 70
        return
    mark = re.compile(rb"^--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    start: int | None = None
    given = 0
    for match in mark.finditer(body):
        if start is not None:
            yield body[start : match.start()].removesuffix(b"\n").removesuffix(b"\r")
            given += 1
        if match.group(1) or given >= most:
            return
        start = match.end() + 1
    if start is not None:  # the closing mark is missing: cut off, or damaged
        yield body[start:]


def text_of(header: object) -> str:
    """A header as people read it: encoded words decoded, folds undone. Never raises."""
    raw = str(header)[:MAX_HEADER]
    raw = re.sub(r"\r?\n[ \t]*", " ", raw)
    if raw.count("=?") > MAX_WORDS:
        return raw
    try:
        words = email.header.decode_header(raw)
    except (HeaderParseError, ValueError, LookupError, binascii.Error):
        return raw
    found = [
        decoded(word, charset) if isinstance(word, bytes) else decoded(word.encode("utf-8", "surrogateescape"), None)
        for word, charset in words
    ]
    return "".join(found).strip()


def addresses(values: list[object], most: int) -> Iterator[str]:
    """``Name <address>`` of each party; a header that cannot be taken apart is given as it stands."""
    texts = [str(value)[:MAX_HEADER] for value in values[:20]]
    try:
        parties = email.utils.getaddresses(texts)
    except (RecursionError, IndexError, ValueError):  # comments within comments
        parties = [(text, "") for text in texts]
    for number, (name, address) in enumerate(parties):
        if number >= most:
            return
        shown = text_of(name)
        if shown or address:
            yield f"{shown} <{address}>" if shown and address else address or shown
