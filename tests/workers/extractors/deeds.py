"""What a taken-over parser does to its worker and itself, by name. The attempts on everything else are in attacks.py."""

# ruff: noqa: ARG001 - all are called alike

import ctypes
import errno
import os
import threading
import time
from collections.abc import Callable

from workers.extractors.child import LINE
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.wire import HEADER, MAX_RANGE, RANGE, Kind


def frame(number: int, length: int, data: bytes = b"") -> None:
    left = memoryview(HEADER.pack(number, length) + data)
    while left:
        left = left[os.write(LINE, left) :]


def _descriptors(source: Source, report: Report) -> str:
    """Which are open, as a call shows that a locked process may make."""
    found = []
    for each in range(256):
        try:
            os.lseek(each, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
        found.append(str(each))
    return " ".join(found)


def _allocate(source: Source, report: Report) -> str:
    report.by("tests", "1").found("found.before", "this", "nowhere")
    return str(len(bytearray(4 * 2**30)))


def _spin(source: Source, report: Report) -> str:
    while True:
        pass


def _sleep(source: Source, report: Report) -> str:
    time.sleep(600)
    return "woke"


def _pictures_without_end(source: Source, report: Report) -> str:
    while True:
        frame(Kind.RENDITION, 4, b"more")


def _noise_without_end(source: Source, report: Report) -> str:
    while True:
        os.write(LINE, b"\xff" * 65536)


def _drip(source: Source, report: Report) -> str:
    frame(Kind.RESULT, 1000)
    while True:
        os.write(LINE, b" ")
        time.sleep(0.05)


def _requests_without_end(source: Source, report: Report) -> str:
    """Throws the answers away."""
    while True:
        frame(Kind.READ, RANGE.size, RANGE.pack(0, 1))
        os.read(LINE, 65536)


def _deaf(source: Source, report: Report) -> str:
    while True:
        frame(Kind.READ, RANGE.size, RANGE.pack(0, source.size))


def _send(source: Source, report: Report, number: str, claimed: str, data: str = "") -> str:
    frame(int(number), int(claimed), bytes.fromhex(data))
    time.sleep(600)
    return "ignored"


def _ask(source: Source, report: Report, offset: str, length: str) -> str:
    frame(Kind.READ, RANGE.size, RANGE.pack(int(offset), int(length)))
    return os.read(LINE, 64).hex()


def _hang_up(source: Source, report: Report) -> str:
    os.close(LINE)
    time.sleep(600)
    return "ignored"


def _leave(source: Source, report: Report) -> str:
    os._exit(7)


def _threads(source: Source, report: Report) -> str:
    """As many as can be had; each sleeps on."""
    started = 0
    try:
        while True:
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
            started += 1
    except RuntimeError:
        return str(started)


def _crash(source: Source, report: Report) -> str:
    ctypes.string_at(0)
    return "nothing"


def _x32(source: Source, report: Report) -> str:
    return str(ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39)))


def _abort(source: Source, report: Report) -> str:
    os.abort()


def _raise(source: Source, report: Report, *found: str) -> str:
    for each in found:
        report.by("tests", "1").found("found.before", each, "nowhere")
    raise ValueError("the header \x00 is \ud800 odd")


def _unreadable(source: Source, report: Report) -> str:
    raise Unreadable("The file is encrypted.")


def _speak_for(source: Source, report: Report, tool: str, version: str, name: str) -> str:
    report.by(tool, version).found(name, "clean", "INSTREAM")
    return "said"


def _speak_unnamed(source: Source, report: Report) -> str:
    Reporter(report, "nobody", "1").found("comment", "clean", "INSTREAM")
    return "said"


def _read_all(source: Source, report: Report) -> str:
    """Reads to the end, and as parsers in C do, takes a refusal for the end of the file."""
    total = 0
    try:
        while piece := source.at(total, MAX_RANGE * 3 // 2):
            total += len(piece)
    except OSError:
        pass
    return str(total)


def _print(source: Source, report: Report) -> str:
    print("x" * 100_000)  # noqa: T201
    os.system("true")  # noqa: S605, S607
    return "done"


DEEDS: dict[str, Callable[..., str]] = {
    "descriptors": _descriptors,
    "allocate": _allocate,
    "spin": _spin,
    "sleep": _sleep,
    "pictures_without_end": _pictures_without_end,
    "noise_without_end": _noise_without_end,
    "drip": _drip,
    "requests_without_end": _requests_without_end,
    "deaf": _deaf,
    "send": _send,
    "ask": _ask,
    "hang_up": _hang_up,
    "leave": _leave,
    "threads": _threads,
    "crash": _crash,
    "abort": _abort,
    "x32": _x32,
    "raise": _raise,
    "unreadable": _unreadable,
    "speak_for": _speak_for,
    "speak_unnamed": _speak_unnamed,
    "read_all": _read_all,
    "print": _print,
}
