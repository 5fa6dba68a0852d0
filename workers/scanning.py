"""Asks a clamd, where one is set, whether it knows a malware in a stream of bytes. The answer is a finding, never a reason to delete.

The protocol is that of clamd(8), INSTREAM and VERSION. The scanner reads hostile bytes and is taken as hostile itself: its
answers are short, known or refused, and every wait ends.
"""

import contextlib
import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from dems.model.findings import MAX_NAME, Confidence, Finding, ValueType
from storage.interface import ByteStream

TOOL = "clamd"
FINDING = "malware"
PIECE = 256 * 1024
"""Bytes sent at once, and held of a stream."""
_MAX_ANSWER = 4_096
_PREFIX = "stream: "
_FOUND, _CLEAN, _ERROR = " FOUND", "stream: OK", " ERROR"
_VERSION = re.compile(r"ClamAV [\x20-\x7e]{1,200}")
_PRINTED = re.compile(r"[\x20-\x7e]{1,500}")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})")
_MAX_PORT = 65_535
_SHORTEST = 0.001
"""Seconds: nought would mean not to wait at all, which is another error."""

_Result = TypeVar("_Result")


class Verdict(StrEnum):
    """What the scanner said. Only `FOUND` says anything of the file; `CLEAN` says what is not in its database."""

    CLEAN = "clean"
    FOUND = "found"
    REFUSED = "refused"
    """It did not look at all of it, as for a file above its own limit."""


class ScannerUnavailable(Exception):
    """The scanner cannot be asked now, or answers what no scanner answers. The message is a sentence; try again later."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One answer. `name` is the signature that was found, or why it refused; `version` of engine and database."""

    verdict: Verdict
    name: str | None
    version: str
    said: str

    @property
    def finding(self) -> Finding:
        """The signature's name, ``clean`` or ``not scanned``; the verdict is its flag."""
        value = {Verdict.FOUND: self.name or "", Verdict.CLEAN: "clean", Verdict.REFUSED: "not scanned"}[self.verdict]
        return Finding(
            FINDING,
            ValueType.TEXT,
            value,
            self.said,
            None,
            "INSTREAM",
            TOOL,
            self.version,
            Confidence.DETECTED,
            (self.verdict.value,),
        )


class Scanner:
    """A clamd at ``/path/of/a/socket`` or ``host:port``. Raises `ValueError` for any other address. For several threads."""

    def __init__(self, address: str, *, seconds: float) -> None:
        """`seconds` are what waiting for the scanner may take in all, for one question."""
        self._address = _parsed(address)
        self._seconds = seconds

    def version(self) -> str:
        """Of the engine and its database, as the scanner says it. Raises `ScannerUnavailable`."""
        with self._asked(b"zVERSION\x00") as line:
            said = line.answer()
        if not _VERSION.fullmatch(said):
            raise ScannerUnavailable("The malware scanner does not say which version it is: is this address a clamd's?")
        return said[:MAX_NAME]

    def scan(self, pieces: Iterable[bytes | memoryview]) -> Scan:
        """What it says of these bytes, sent as they come. Raises `ScannerUnavailable`, and what `pieces` raises."""
        version = self.version()
        with self._asked(b"zINSTREAM\x00") as line:
            said = _sent(line, pieces)
        if said == _CLEAN:
            return Scan(Verdict.CLEAN, None, version, said)
        if said.startswith(_PREFIX) and said.endswith(_FOUND) and len(said) > len(_PREFIX) + len(_FOUND):
            return Scan(Verdict.FOUND, said[len(_PREFIX) : -len(_FOUND)], version, said)
        if said.endswith(_ERROR) and len(said) > len(_ERROR):
            return Scan(Verdict.REFUSED, said[: -len(_ERROR)], version, said)
        raise ScannerUnavailable("The malware scanner answered what no clamd answers.")

    @contextlib.contextmanager
    def _asked(self, command: bytes) -> Iterator["_Line"]:
        family, place = self._address
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            line = _Line(connection, self._seconds)
            try:
                line.within(lambda: connection.connect(place))
                line.send(command)
                yield line
            except _Late as error:
                raise ScannerUnavailable(
                    f"The malware scanner did not answer within {self._seconds:g} seconds."
                ) from error
            except _Broken as error:
                raise ScannerUnavailable(f"The malware scanner cannot be asked: {error}.") from error


def pieces_of(stream: ByteStream) -> Iterator[memoryview]:
    """The bytes of an open version for `scan`, over one buffer: each piece is gone when the next is asked for."""
    buffer = memoryview(bytearray(PIECE))
    while count := stream.readinto(buffer):
        yield buffer[:count]


class _Broken(Exception):
    """The connection failed. Not an `OSError`: the store's failures, which are, pass through."""


class _Late(Exception):
    """The seconds are used up. Not a `TimeoutError`, for the same reason."""


class _Line:
    """One connection, whose waits share one number of seconds."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._left = seconds

    def within(self, step: Callable[[], _Result]) -> _Result:
        """Raises `_Late` when the seconds are used up, `_Broken` when the connection fails."""
        begun = time.monotonic()
        self._connection.settimeout(max(self._left, _SHORTEST))
        try:
            return step()
        except TimeoutError as error:
            raise _Late from error
        except OSError as error:
            raise _Broken(error.strerror or type(error).__name__) from error
        finally:
            self._left -= time.monotonic() - begun

    def send(self, data: bytes | memoryview) -> None:
        self.within(lambda: self._connection.sendall(data))

    def answered(self) -> bool:
        """Whether something came before we had sent all: it has heard enough."""
        waiting = select.poll()
        waiting.register(self._connection, select.POLLIN)
        return bool(waiting.poll(0))

    def answer(self) -> str:
        """Up to the NUL that ends it. Raises `_Broken` where it ends before, is too long, or is no text of a scanner."""
        said = bytearray()
        while b"\x00" not in said:
            if len(said) > _MAX_ANSWER:
                raise _Broken("its answer has no end")
            piece = self.within(lambda: self._connection.recv(_MAX_ANSWER))
            if not piece:
                raise _Broken("it closed the connection before it answered")
            said += piece
        text = bytes(said).partition(b"\x00")[0].decode("latin-1").strip()
        if not _PRINTED.fullmatch(text):
            raise _Broken("its answer is no text of a scanner")
        return text


def _sent(line: _Line, pieces: Iterable[bytes | memoryview]) -> str:
    try:
        for piece in pieces:
            view = memoryview(piece).cast("B")
            for begin in range(0, len(view), PIECE):
                part = view[begin : begin + PIECE]
                if line.answered():
                    return line.answer()
                line.send(len(part).to_bytes(4, "big"))
                line.send(part)
        line.send(bytes(4))
    except _Broken:
        # Its limit is reached: it says so and closes, while we still send. What it said may be there.
        return line.answer()
    return line.answer()


def _parsed(address: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    path = address.removeprefix("unix:")
    if path.startswith("/"):
        return socket.AF_UNIX, path
    match = _HOST.fullmatch(address)
    if match is None or not 0 < int(match[3]) <= _MAX_PORT:
        raise ValueError(f"The address of a malware scanner is /path/of/its/socket or host:port, not {address!r}.")
    return (socket.AF_INET6 if match[1] else socket.AF_INET), (match[1] or match[2], int(match[3]))
