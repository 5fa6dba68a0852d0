"""WhatsApp's exported chats: who takes part, how many messages, the first and the last. Day and month are never guessed."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dems.model.findings import Confidence, Entry, Moment, ZoneStatus
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS

READER, VERSION = "dems-chats", OWN_READERS
MAX_READ = 64 * 1024 * 1024
MAX_PARTICIPANTS = 1_000
MAX_LINE = 64 * 1024
TEXT_START = 2_000
_PIECE = 256 * 1024
_LINE = re.compile(
    r"[\u200e\u200f]?\[?(\d{1,4})[./-](\d{1,2})[./-](\d{1,4}),? (\d{1,2})[:.](\d\d)(?:[:.](\d\d))?"
    r"[ \u202f\u00a0]?([AaPp]\.?[Mm]\.?)?\]?(?: -)? (?:([^:\n]{1,100}): )?(.*)",
    re.ASCII,
)
_ATTACHED = re.compile(
    r"<attached: [^>]+>|\(file attached\)|<Media omitted>|(?:image|video|audio|sticker|document|GIF) omitted"
)
_DAYS, _MONTHS = 31, 12


@dataclass
class _Seen:
    senders: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    notices: int = 0
    attached: int = 0
    first: tuple[int, ...] | None = None
    last: tuple[int, ...] | None = None
    first_line: str = ""
    last_line: str = ""
    largest: list[int] = field(default_factory=lambda: [0, 0, 0])
    text: str = ""


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the family has one type
    """Raises `Unreadable` for text in which no line begins as a message does."""
    tool = report.by(READER, VERSION)
    seen = _Seen()
    for line in _lines(source):
        match = _LINE.match(line)
        if match is not None:
            _note(match, line, seen)
        if len(seen.text) < TEXT_START:
            seen.text += line + "\n"
    if not seen.messages + seen.notices:
        raise Unreadable("The file is no exported chat: no line begins with a date, a time and a name.")
    tool.found("messages", seen.messages, "WhatsApp:lines", confidence=Confidence.DERIVED)
    tool.found("messages.notices", seen.notices, "WhatsApp:lines", confidence=Confidence.DERIVED)
    tool.found("messages.attached", seen.attached, "WhatsApp:lines", confidence=Confidence.DERIVED)
    for name, count in sorted(seen.senders.items(), key=lambda pair: -pair[1]):
        tool.found("participant", Entry(name, kind="participant", more={"messages": count}), "WhatsApp:lines")
    _times(seen, tool)
    tool.found("text.start", seen.text[:TEXT_START], "WhatsApp:lines", confidence=Confidence.DERIVED)
    if source.size > MAX_READ:
        report.partial(f"Only the first {MAX_READ:,} of {source.size:,} bytes were read.")


def _lines(source: Source) -> Iterator[str]:
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    held, at = "", 0
    while at < min(source.size, MAX_READ):
        piece = source.at(at, _PIECE)
        at += len(piece)
        # A line without end is cut: it can be only text.
        *lines, held = (held[:MAX_LINE] + decode(piece)).split("\n")
        for line in lines:
            yield line.rstrip("\r").lstrip("\ufeff")
    if held:
        yield held.rstrip("\r").lstrip("\ufeff")


def _note(match: re.Match[str], line: str, seen: _Seen) -> None:
    *date, hour, minute, second, half, sender, text = match.groups()
    numbers = [int(part) for part in date]
    clock = int(hour)
    if half:
        clock = clock % 12 + (12 if half[0] in "Pp" else 0)
    when = (*numbers, clock, int(minute), int(second or 0))
    seen.largest = [max(pair) for pair in zip(seen.largest, numbers, strict=True)]
    if seen.first is None:
        seen.first, seen.first_line = when, line
    seen.last, seen.last_line = when, line
    if sender is None:
        seen.notices += 1
        return
    seen.messages += 1
    if sender in seen.senders or len(seen.senders) < MAX_PARTICIPANTS:
        seen.senders[sender] += 1
    seen.attached += _ATTACHED.search(text[:2_000]) is not None


def _order(largest: list[int]) -> str | None:
    """``ymd``, ``dmy`` or ``mdy`` where some date of the chat allows only that; None where none does."""
    first, second, _ = largest
    if first > _DAYS:
        return "ymd" if second <= _MONTHS else None
    if first > _MONTHS >= second:
        return "dmy"
    if second > _MONTHS >= first and second <= _DAYS:
        return "mdy"
    return None


def _times(seen: _Seen, tool: Reporter) -> None:
    order = _order(seen.largest)
    for name, when, line in (
        ("messages.first_at", seen.first, seen.first_line),
        ("messages.last_at", seen.last, seen.last_line),
    ):
        if when is None:
            continue
        raw = line[:40]
        moment = None if order is None else _moment(when, order)
        if moment is None:
            tool.found(name, raw, "WhatsApp:lines", raw=raw, flags=("no_time", "ambiguous"))
        else:
            tool.found(name, moment, "WhatsApp:lines", raw=raw)


def _moment(when: tuple[int, ...], order: str) -> Moment | None:
    parts = dict(zip(order, when[:3], strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]  # noqa: PLR2004 - WhatsApp began in 2009
    try:
        local = datetime(year, parts["m"], parts["d"], when[3], when[4], when[5])  # noqa: DTZ001
        return Moment(local, ZoneStatus.UNKNOWN)
    except ValueError:
        return None
