"""Plain text, HTML and RTF: which encoding it is in, as far as the bytes tell, its beginning, and what RTF says of itself."""

import codecs
import re
from datetime import datetime

from dems.model.findings import Confidence, Moment, ZoneStatus
from workers.extractors.charsets import codepage, decoded
from workers.extractors.markup import plain_of_html
from workers.extractors.report import Report, Reporter
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS

READER, VERSION = "dems-texts", OWN_READERS
MAX_READ = 1024 * 1024
MAX_RTF = 256 * 1024
TEXT_START = 2_000
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}encoding=[\"']([\w.-]{1,40})|<meta[^>]{0,200}charset=[\"']?([\w.-]{1,40})", re.IGNORECASE
)
_RTF_TEXTS = {
    "title": "title",
    "subject": "subject",
    "author": "author",
    "operator": "last_modified_by",
    "keywords": "keywords",
    "doccomm": "description",
    "company": "organisation",
    "manager": "manager",
    "category": "category",
}
_RTF_TIMES = {"creatim": "created_at", "revtim": "modified_at", "printim": "printed_at"}
_RTF_COUNTS = {"nofpages": "pages", "nofwords": "words", "edmins": "editing_minutes"}
_GROUP = re.compile(r"\{\\(?:\*\\)?(" + "|".join((*_RTF_TEXTS, *_RTF_TIMES, "generator")) + r")\b ?([^{}]{0,4000})\}")
_COUNT = re.compile(r"\\(nofpages|nofwords|edmins)(\d{1,9})\b")
_TIME = re.compile(r"\\(yr|mo|dy|hr|min|sec)(\d{1,4})")
_ESCAPE = re.compile(r"\\u(-?\d{1,6}) ?(?:\\'[0-9a-fA-F]{2}|\?)?|((?:\\'[0-9a-fA-F]{2})+)")
_TOKEN = re.compile(r"\\'[0-9a-fA-F]{2}|\\[a-z]+-?\d* ?|\\[^a-z]|[{}]|[^\\{}]+", re.IGNORECASE)
_SILENT = re.compile(r"\\(\*|fonttbl|colortbl|stylesheet|info|pict|object|header|footer|listtable|themedata)\b|\\\*")


def extract(source: Source, media_type: str, report: Report) -> None:
    """Raises nothing of its own: any bytes are text in some encoding."""
    tool = report.by(READER, VERSION)
    data = source.at(0, MAX_READ)
    if source.size > MAX_READ:
        report.partial(f"Only the first {MAX_READ:,} of {source.size:,} bytes were looked at.")
    if data.startswith(b"{\\rtf"):
        _rtf(data[:MAX_RTF].decode("latin-1"), tool)
        return
    declared = _DECLARED.search(data[:2_000])
    if declared:
        stated = (declared.group(1) or declared.group(2)).decode("ascii")
        tool.found("text.encoding", stated.lower(), "declaration", raw=stated)
    name, confidence, flags = encoding(data, whole=source.size <= MAX_READ)
    tool.found("text.encoding", name, "bytes", confidence=confidence, flags=flags)
    if flags and declared:
        name = stated
    text = decoded(data[: TEXT_START * 20], name).lstrip("\ufeff")
    if media_type in {"text/html", "application/xhtml+xml"}:
        title = re.search(r"<title[^>]{0,200}>([^<]{0,1000})", text, re.IGNORECASE)
        if title:
            tool.found("title", plain_of_html(title.group(1)), "HTML:title")
        text = plain_of_html(text)
    tool.found("text.start", text[:TEXT_START], "bytes", confidence=Confidence.DERIVED)


def encoding(data: bytes, *, whole: bool) -> tuple[str, Confidence, tuple[str, ...]]:
    """Name, how it is known, flags. Where the bytes fit several, ``unknown-8bit`` with the flag ``unknown``."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name, Confidence.STATED, ()
    if data.isascii() and b"\x00" not in data:
        return "ascii", Confidence.DETECTED, ()
    try:
        # What is cut off may end in the middle of a character.
        codecs.getincrementaldecoder("utf-8")().decode(data, whole)
    except UnicodeDecodeError:
        pass
    else:
        if b"\x00" not in data:
            return "utf-8", Confidence.DETECTED, ()
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = max(len(data) // 2, 1)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le", Confidence.DETECTED, ()
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be", Confidence.DETECTED, ()
    return "unknown-8bit", Confidence.DETECTED, ("unknown",)


def _rtf(text: str, tool: Reporter) -> None:
    tool.found("container", "RTF", "RTF:header")
    page = re.search(r"\\ansicpg(\d{1,5})", text[:2_000])
    charset = codepage(int(page.group(1))) if page else "cp1252"
    if page:
        tool.found("text.encoding", f"cp{page.group(1)}", "RTF:ansicpg", raw=page.group(0))
    for word, value in _GROUP.findall(text):
        if word in _RTF_TEXTS:
            tool.found(_RTF_TEXTS[word], _plain(value, charset), f"RTF:info/{word}", raw=value)
        elif word in _RTF_TIMES:
            moment = _moment(value)
            if moment is not None:
                tool.found(_RTF_TIMES[word], moment, f"RTF:info/{word}", raw=value)
        else:
            tool.found("software", _plain(value, charset).rstrip(";"), "RTF:generator", raw=value)
    for word, number in _COUNT.findall(text):
        unit = "min" if word == "edmins" else None
        tool.found(_RTF_COUNTS[word], int(number), f"RTF:info/{word}", raw=number, unit=unit)
    if "\\objdata" in text or "\\objupdate" in text:
        tool.found("embedded_objects", True, "RTF:objdata", confidence=Confidence.DETECTED)
        tool.report.warn("The document holds embedded objects: they may run when it is opened.")
    tool.found("text.start", _words(text, charset), "RTF:text", confidence=Confidence.DERIVED)


def _plain(value: str, charset: str) -> str:
    def shown(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return chr(int(match.group(1)) & 0xFFFF)
        return decoded(bytes.fromhex(match.group(2).replace("\\'", "")), charset)

    return _ESCAPE.sub(shown, value).strip()


def _moment(value: str) -> Moment | None:
    parts = {word: int(number) for word, number in _TIME.findall(value)}
    if not {"yr", "mo", "dy", "hr", "min"} <= parts.keys():
        return None
    try:
        local = datetime(parts["yr"], parts["mo"], parts["dy"], parts["hr"], parts["min"], parts.get("sec", 0))  # noqa: DTZ001
    except ValueError:
        return None
    return Moment(local, ZoneStatus.UNKNOWN)


def _words(text: str, charset: str) -> str:
    """The beginning of what is shown; groups of tables, pictures and properties are silent."""
    found: list[str] = []
    length = depth = 0
    silent = None
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "{":  # noqa: S105 - a brace
            depth += 1
        elif token == "}":  # noqa: S105
            silent = None if silent is not None and depth <= silent else silent
            depth -= 1
        elif silent is not None:
            continue
        elif _SILENT.match(token):
            silent = depth
        elif token.startswith(("\\'", "\\u")):
            found.append(_plain(token, charset) if token[2:3] in "'-0123456789" or token.startswith("\\'") else "")
        elif token.startswith(("\\par", "\\line", "\\tab")):
            found.append(" ")
        elif not token.startswith("\\"):
            found.append(token)
            length += len(token)
        if length > TEXT_START:
            break
    return " ".join("".join(found).split())[:TEXT_START]
