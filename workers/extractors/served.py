"""The worker's side of the line to one reader: gives it bytes within bounds, takes its frames as hostile, and ends in time."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from storage.reader import BudgetExhausted, VersionReader
from workers.extractors.report import MAX_RENDITIONS
from workers.extractors.results import Result, result_in
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Bytes, Refused
from workers.extractors.wire import (
    HEADER,
    MAX_LENGTH,
    MAX_RANGE,
    RANGE,
    Answer,
    Garbled,
    Kind,
    list_of,
    no_constant,
    object_of,
    only,
    text_of,
)

MAX_REQUESTS = 100_000
"""Of one reader. They cost the worker's time even where its cache has the bytes."""
_DEAF = 1_000
"""Requests after the last one that is answered: parsers try again, hostile readers do not stop."""
_TICK_SECONDS = 1.0
_CHUNK = 64 * 1024
_MAX_MISSING = 16


class TimeUp(Exception):
    """The reader did not end within its time."""


class Cancelled(Exception):
    """Whoever wanted the reading does not want it any more."""


class Closed(Exception):
    """The reader closed its line before the result: it crashed, was killed, or gave up."""


class OfVersion:
    """Bytes of one stored version, within the budget of its reader."""

    def __init__(self, reader: VersionReader) -> None:
        self._reader = reader

    def at(self, offset: int, length: int) -> bytes:
        """Raises `Refused` when the budget is used up; what else the store raises passes through."""
        pieces = []
        try:
            self._reader.seek(offset)
            while length and (piece := self._reader.read(length)):
                pieces.append(piece)
                length -= len(piece)
        except BudgetExhausted as error:
            raise Refused(f"Reading stopped at byte {offset:,}: the budget for this file is used up.") from error
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Locked:
    """What a reader told of its sandbox, before it saw a byte of the file."""

    level: SandboxLevel
    missing: tuple[str, ...]


class Line:
    """One reader's line. Every wait ends at the deadline, and asks about every second whether to go on."""

    def __init__(self, line: socket.socket, *, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._line = line
        self._ends_at = time.monotonic() + seconds
        self._asked_at = time.monotonic()
        self._cancelled = cancelled

    def receive(self, size: int) -> bytes:
        """Exactly so much. Raises `Closed`, `TimeUp`, `Cancelled`, and what `cancelled` raises."""
        data = bytearray()
        while len(data) < size:
            self._tick()
            try:
                piece = self._line.recv(min(size - len(data), _CHUNK))
            except TimeoutError:
                continue
            except ConnectionError as error:
                raise Closed from error
            if not piece:
                raise Closed
            data += piece
        return bytes(data)

    def rest(self, most: int) -> bytes:
        """All that still comes, until the other end closes. Raises `Garbled` beyond `most`, `Closed` for nothing, and as `receive`."""
        data = bytearray()
        while len(data) <= most:
            self._tick()
            try:
                piece = self._line.recv(_CHUNK)
            except TimeoutError:
                continue
            except ConnectionError as error:
                raise Closed from error
            if not piece:
                if not data:
                    raise Closed
                return bytes(data)
            data += piece
        raise Garbled(f"it wrote more than {most:,} bytes")

    def send(self, data: bytes) -> None:
        """All of it. Raises as `receive`."""
        left = memoryview(data)
        while left:
            self._tick()
            try:
                left = left[self._line.send(left) :]
            except TimeoutError:
                continue
            except ConnectionError as error:
                raise Closed from error

    def wait_for(self, seconds: float) -> None:
        """Put the deadline off: so long the reader waited for us."""
        self._ends_at += seconds

    def _tick(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            raise TimeUp
        if now - self._asked_at >= _TICK_SECONDS:
            self._asked_at = now
            if self._cancelled():
                raise Cancelled
        self._line.settimeout(min(_TICK_SECONDS, self._ends_at - now))


def told_lock(line: Line) -> Locked:
    """The first frame. Raises `Garbled` for any other, and as `Line.receive`."""
    kind, data = _frame(line)
    if kind is not Kind.LOCKED:
        raise Garbled("it did not begin by telling its sandbox")
    try:
        told = json.loads(data, object_pairs_hook=only, parse_constant=no_constant)
        told = object_of(told, frozenset({"level", "missing"}), "the sandbox")
        missing = list_of(told["missing"], _MAX_MISSING, "what is missing")
        return Locked(SandboxLevel(told["level"]), tuple(text_of(each, "what is missing") for each in missing))
    except (ValueError, RecursionError) as error:
        raise Garbled("it does not tell its sandbox") from error


def _frame(line: Line) -> tuple[Kind, bytes]:
    number, length = HEADER.unpack(line.receive(HEADER.size))
    try:
        kind = Kind(number)
    except ValueError:
        raise Garbled("a frame is of no kind") from None
    if length > MAX_LENGTH[kind] or (kind is Kind.READ and length != RANGE.size):
        raise Garbled(f"a frame claims {length:,} bytes")
    return kind, line.receive(length)


@dataclass
class Served:
    """One reading as the worker saw it."""

    line: Line
    bytes_: Bytes
    size: int
    bytes_read: int = 0
    requests: int = 0
    refused: str | None = None
    """The first refusal: whatever the reader says, its result is partial then."""

    def result(self) -> Result:
        """Serve requests until the result comes. Raises `Garbled`, what `Line` raises, and what `bytes_.at` raises."""
        pictures: list[bytes] = []
        while True:
            kind, data = _frame(self.line)
            if kind is Kind.READ:
                self._serve(*RANGE.unpack(data))
            elif kind is Kind.RENDITION:
                pictures.append(data)
                if len(pictures) > MAX_RENDITIONS:
                    raise Garbled("it sent too many pictures")
            elif kind is Kind.RESULT:
                return result_in(data, pictures)
            else:
                raise Garbled("it told its sandbox twice")

    def _serve(self, offset: int, length: int) -> None:
        if not 0 < length <= MAX_RANGE or offset + length > self.size:
            raise Garbled(f"it asked for {length:,} bytes at {offset:,} of {self.size:,}")
        self.requests += 1
        if self.requests > MAX_REQUESTS + _DEAF:
            raise Garbled("it kept asking after it was refused")
        try:
            if self.requests > MAX_REQUESTS:
                raise Refused(f"Reading stopped at byte {offset:,}: more than {MAX_REQUESTS:,} requests were made.")  # noqa: TRY301
            begun = time.monotonic()
            data = self.bytes_.at(offset, length)
            # A slow store is no fault of the file.
            self.line.wait_for(time.monotonic() - begun)
        except Refused as refused:
            self.refused = self.refused or str(refused)
            sentence = str(refused).encode()
            self.line.send(HEADER.pack(Answer.REFUSED, len(sentence)) + sentence)
            return
        if len(data) != length:
            raise OSError(f"{len(data):,} bytes came where {length:,} at {offset:,} were asked for")
        self.bytes_read += length
        self.line.send(HEADER.pack(Answer.BYTES, length) + data)
