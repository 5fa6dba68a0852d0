"""A hostile parser, for the tests: the file's first word names what it does once it runs inside a reader.

It stands for a parser that a crafted file has taken over completely. What it manages to do, it reports as a finding.
"""

import ctypes
import errno
import os
import platform
import resource
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.workers.extractors.deeds import DEEDS
from workers.extractors.child import LINE
from workers.extractors.report import Report
from workers.extractors.source import Source

ENVIRONMENT_AT_IMPORT = Path("/proc/self/environ").read_bytes()
COMMAND_AT_IMPORT = Path("/proc/self/cmdline").read_bytes()
_PROGRAM = "/bin/true"
_LIBC = ctypes.CDLL(None, use_errno=True)
_CALLS = {
    "x86_64": {"ptrace": 101, "unshare": 272, "setns": 308, "mount": 165, "bpf": 321, "memfd": 319, "read_memory": 310},
    "aarch64": {"ptrace": 117, "unshare": 97, "setns": 268, "mount": 40, "bpf": 280, "memfd": 279, "read_memory": 270},
}[platform.machine()] | {"io_uring": 425, "pidfd": 434, "clone3": 435, "openat2": 437, "landlock": 444}


@dataclass
class Attack:
    """A file: words, the first of which is the attack."""

    media_type: str
    family: str
    words: list[str]


def identify(source: Source) -> Attack:
    return Attack("application/x-attack", "attacks", source.at(0, 4096).decode().split())


def tell(attack: Attack, extension: str, report: Report) -> None:
    report.by("tests", "1").found("media_type", attack.media_type, extension or "bytes")


def extract(source: Source, media_type: str, report: Report) -> None:
    assert media_type == "application/x-attack"
    word, *arguments = source.at(0, 4096).decode().split()
    report.by("tests", "1").found("attempt", _outcome(word, arguments, source, report), word)


def _outcome(word: str, arguments: list[str], source: Source, report: Report) -> str:
    if word in TRIALS:
        try:
            return f"worked {TRIALS[word](*arguments)}"
        except OSError as error:
            return errno.errorcode[error.errno] if error.errno else type(error).__name__
        except RuntimeError as error:
            return str(error)
    if word == "environment":
        whole = [ENVIRONMENT_AT_IMPORT, COMMAND_AT_IMPORT, repr(dict(os.environ)).encode()]
        return b"\n".join(whole).decode(errors="replace").replace("\x00", "\n")
    return DEEDS[word](source, report, *arguments)


def _call(name: str, *arguments: int) -> int:
    answer = int(_LIBC.syscall(ctypes.c_long(_CALLS[name]), *[ctypes.c_long(each) for each in arguments]))
    if answer < 0:
        raise OSError(ctypes.get_errno(), name)
    return answer


def _tcp(port: str) -> str:
    with socket.create_connection(("127.0.0.1", int(port)), 2):
        return "connected"


def _udp(port: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sent:
        return str(sent.sendto(b"stolen", ("127.0.0.1", int(port))))


def _abstract(name: str) -> str:
    with socket.socket(socket.AF_UNIX) as sent:
        sent.connect("\0" + name)
        return "connected"


def _thread() -> str:
    """A thread is had; what it may do is what counts."""
    heard: list[object] = []

    def steal() -> None:
        for step in (lambda: Path("/etc/passwd").read_bytes(), socket.socket, os.fork):
            try:
                heard.append(step())
            except OSError as error:
                heard.append(errno.errorcode[error.errno or 0])

    one = threading.Thread(target=steal)
    one.start()
    one.join()
    return " ".join(map(str, heard))


def _fork() -> str:
    process = os.fork()
    if process == 0:
        os._exit(0)
    return str(process)


def _read_memory(process: str) -> str:
    held = ctypes.create_string_buffer(8)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(held), 8)
    at = ctypes.addressof(vector)
    return str(_call("read_memory", int(process), at, 1, at, 1, 0))


def _limits() -> str:
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (64_000, 64_000))
    except ValueError as error:
        raise RuntimeError("EPERM") from error
    return "raised"


TRIALS: dict[str, Callable[..., object]] = {
    "tcp": _tcp,
    "udp": _udp,
    "abstract": _abstract,
    "open": lambda path: Path(path).read_bytes(),
    "write": lambda path: Path(path).write_bytes(b"pwned"),
    "listdir": os.listdir,
    "stat": os.stat,
    "unlink": os.unlink,
    "exec": lambda: os.execv(_PROGRAM, [_PROGRAM]),  # noqa: S606
    "spawn": lambda: subprocess.run([_PROGRAM], check=True),  # noqa: S603
    "fork": _fork,
    "thread": _thread,
    "signal": lambda process: os.kill(int(process), 0),
    "signal_parent": lambda: os.kill(os.getppid(), 0),
    "become_root": lambda: os.setuid(0),
    "limits": _limits,
    "ptrace": lambda process: _call("ptrace", 16, int(process), 0, 0),
    "read_memory": _read_memory,
    "unshare": lambda: _call("unshare", 0x10000000),
    "setns": lambda: _call("setns", LINE, 0),
    "mount": lambda: _call("mount", 0, 0, 0, 0, 0),
    "bpf": lambda: _call("bpf", 0, 0, 0),
    "memfd": lambda: _call("memfd", ctypes.addressof(ctypes.create_string_buffer(b"x")), 0),
    "io_uring": lambda: _call("io_uring", 1, 0),
    "pidfd": lambda process: _call("pidfd", int(process), 0),
    "clone3": lambda: _call("clone3", 0, 0),
    "openat2": lambda: _call("openat2", 0, 0, 0, 0),
    "landlock": lambda: _call("landlock", 0, 0, 1),
}
"""What must not work; the outcome is the kernel's word."""
