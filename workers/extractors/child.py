"""The reader of one file: locks itself, asks the worker for bytes over descriptor 3, and tells what it found. Then it ends."""

import gc
import json
import os
import re
import signal
import sys
from collections import OrderedDict
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn

from dems.model.findings import MAX_TEXT
from workers.extractors import sandbox
from workers.extractors.families import Registry
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.results import fitting, result_out
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Refused, Source
from workers.extractors.wire import HEADER, MAX_RANGE, MAX_RESULT, MEDIA_TYPE, RANGE, Answer, Kind

LINE = 3
BLOCK = 64 * 1024
BLOCKS = 64
"""Kept: parsers read a few bytes here and there, and each request costs two switches of process."""
OCTETS = "application/octet-stream"
_MAX_MESSAGE = 300
_OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")
_OWN = frozenset({"workers", "dems", "builtins"}) | sys.stdlib_module_names


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be read, and how."""

    size: int
    extension: str
    seconds: int
    """Of processor time."""
    memory: int
    required: SandboxLevel
    probe: bool = False
    """Only lock, tell the level, and end."""


class Asked:
    """Bytes from the worker, in blocks."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def at(self, offset: int, length: int) -> bytes:
        """As `Bytes.at`. Raises `Refused` where the worker gives no more."""
        end = min(offset + length, self._size)
        if end <= offset:
            return b""
        first, last = offset // BLOCK, (end - 1) // BLOCK
        pieces: list[bytes] = []
        number = first
        while number <= last:
            block = self._blocks.get(number)
            if block is None:
                block = self._bring(number, last)
            else:
                self._blocks.move_to_end(number)
            start = number * BLOCK
            pieces.append(block[max(offset - start, 0) : end - start])
            number += 1
        return b"".join(pieces)

    def _bring(self, number: int, last: int) -> bytes:
        """Ask for this block and the missing ones right after it, as far as `last` and as one answer may be long."""
        beyond = number + 1
        while beyond <= last and beyond not in self._blocks and beyond - number < MAX_RANGE // BLOCK:
            beyond += 1
        start = number * BLOCK
        data = _ask(start, min(beyond * BLOCK, self._size) - start)
        for each in range(number, beyond):
            self._blocks[each] = data[(each - number) * BLOCK : (each - number + 1) * BLOCK]
        while len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)
        return data[:BLOCK]


def run(order: Order, registry: Registry, *, line: int, parent: int, enclosed: bool) -> NoReturn:
    """Everything, in a process just forked by `parent`. Ends the process, whatever happens."""
    try:
        _bare(line)
        reached = sandbox.lock(memory=order.memory, seconds=order.seconds, parent=parent, enclosed=enclosed)
        _send(Kind.LOCKED, json.dumps({"level": reached.level.value, "missing": reached.missing}).encode())
        if reached.level.reaches(order.required) and not order.probe:
            _read(order, registry)
    except BaseException:  # noqa: BLE001 - the worker sees the line end, and nothing may run on in this process
        os._exit(1)
    os._exit(0)


def _bare(line: int) -> None:
    """Nothing of the nursery is left: a session of its own, one descriptor, no signal held back, nobody to print to."""
    os.setsid()
    os.dup2(line, LINE)
    os.closerange(0, LINE)
    os.closerange(LINE + 1, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = sys.stdout = sys.stderr = None  # what prints is quiet then
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _read(order: Order, registry: Registry) -> None:
    report = Report()
    media_type, failure = OCTETS, None
    try:
        source = Source(Asked(order.size), order.size, order.extension)
        media_type, failure = _examine(source, registry, report, order)
        if source.refused is not None:
            report.partial(source.refused)
        result = _result(report, media_type, failure)
    except MemoryError:
        # Not even telling it fits: what was found goes first.
        gc.collect()
        report.findings.clear()
        report.renditions.clear()
        result = _result(report, media_type, _memory(order))
    for each in report.renditions:
        _send(Kind.RENDITION, each.data)
    _send(Kind.RESULT, result)


def _memory(order: Order) -> str:
    return f"Reading this file took more than the {order.memory // 2**20:,} MiB of memory that a reader is given."


def _result(report: Report, media_type: str, failure: str | None) -> bytes:
    fitting(report)
    result = result_out(report, media_type, failure)
    if len(result) > MAX_RESULT:
        raise RuntimeError(f"a result of {len(result):,} bytes")
    return result


@dataclass
class _Seen:
    """How far the reading came, for the sentence about where it failed."""

    media_type: str = OCTETS
    step: str = "what recognises files"


def _examine(source: Source, registry: Registry, report: Report, order: Order) -> tuple[str, str | None]:
    """Identify and read. Returns the media type, and why the reading ended early, if it did."""
    seen = _Seen()
    why: str | None = None
    try:
        _look(source, registry, report, seen)
    except (Enough, Refused):
        pass  # the report tells the one, the source the other
    except Unreadable as reason:
        why = _short(str(reason), MAX_TEXT)
    except MemoryError:
        why = _memory(order)
    except Exception as error:  # noqa: BLE001 - parsers raise anything
        # What a parser makes of a refusal is no damage of the file.
        if source.refused is None:
            why = f"{_parser(error, seen.step)} failed on this file: {type(error).__name__}: {_short(str(error))}"
    return seen.media_type, why


def _look(source: Source, registry: Registry, report: Report, seen: _Seen) -> None:
    identified = registry.identifier.identify(source)
    seen.media_type = identified.media_type if MEDIA_TYPE.fullmatch(identified.media_type) else OCTETS
    registry.identifier.tell(identified, source.extension, report)
    family = identified.family
    if family is None:
        raise Unreadable(_nobody(seen.media_type))
    if family not in registry.extractors:
        why = registry.absent.get(family, "it is not among those that were loaded")
        raise Unreadable(f"What reads files of this kind ({seen.media_type}) is not at hand here: {_short(why)}.")
    seen.step = f"the {family} reader"
    registry.extractors[family](source, seen.media_type, report)


def _nobody(media_type: str) -> str:
    if media_type == OCTETS:
        return "Nothing here recognises these bytes: no finding could be made."
    return f"Nothing here reads files of this kind ({media_type}): only what they are was found."


def _parser(error: BaseException, step: str) -> str:
    """The library that failed, as whoever runs this knows it: of the exception's class, else of the innermost frame."""
    package = type(error).__module__.partition(".")[0]
    if package in _OWN:
        package = ""
        frame: TracebackType | None = error.__traceback__
        while frame is not None:
            name = str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
            package = name if name and name not in _OWN else package
            frame = frame.tb_next
    return f"The parser {package} in {step}" if package else step[0].upper() + step[1:]


def _short(text: str, most: int = _MAX_MESSAGE) -> str:
    # What parsers call the file is a name of ours and a place in memory.
    return _OBJECT.sub("the file", text)[:most].encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _ask(offset: int, length: int) -> bytes:
    _send(Kind.READ, RANGE.pack(offset, length))
    kind, size = HEADER.unpack(_receive(HEADER.size))
    data = _receive(size)
    if kind == Answer.REFUSED:
        raise Refused(data.decode())
    return data


def _receive(size: int) -> bytes:
    pieces = []
    while size:
        piece = os.read(LINE, size)
        if not piece:
            os._exit(0)
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _send(kind: Kind, data: bytes) -> None:
    left = memoryview(HEADER.pack(kind, len(data)) + data)
    while left:
        left = left[os.write(LINE, left) :]
