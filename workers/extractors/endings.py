"""How a process that read a file ended, in words for people."""

import signal
from collections.abc import Mapping
from typing import Any

from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import Locked

_ENDINGS = {
    signal.SIGXCPU: "used up its processor time",
    signal.SIGSEGV: "crashed: it reached for memory that is not its own (SIGSEGV)",
    signal.SIGBUS: "crashed: it reached for memory that is not there (SIGBUS)",
    signal.SIGABRT: "gave up by itself (SIGABRT), as C libraries do when their memory is damaged or used up",
    signal.SIGFPE: "crashed over a calculation (SIGFPE)",
    signal.SIGILL: "crashed: what it ran is no program (SIGILL)",
    signal.SIGSYS: "called the kernel in a way that no reader may (SIGSYS)",
    signal.SIGKILL: "was killed by the system, most likely since the machine had no memory left",
}


def how(ended: Mapping[str, Any] | None, seconds: float) -> str:
    """What the nursery told of a reader's end; None where its process is gone too."""
    who = "The reader of this file"
    if ended is None:
        return f"{who} was lost: the process that makes readers died with it."
    if ended["killed"]:
        return f"{who} closed its line and went on: it was killed."
    number = ended["signal"]
    if not number:
        return f"{who} ended without a result (exit {ended['exit']})."
    words = _ENDINGS.get(number, f"was ended by signal {number}")
    more = f" of {max(int(seconds), 1)} seconds" if number == signal.SIGXCPU else ""
    return f"{who} {words}{more}."


def too_weak(locked: Locked, required: SandboxLevel) -> str:
    missing = " ".join(locked.missing) or "Nothing else was told."
    return (
        f"Files are read here from sandbox level {required.value} on, and this machine reaches {locked.level.value}: "
        f"nothing was read. {missing}"
    )
