"""Where readers of files come from: one process per worker that has all parsers imported and forks a locked reader per file."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dems.model.findings import Reading, ResultState
from workers.extractors.families import FAMILIES, IDENTIFIER
from workers.extractors.nest import MAX_MESSAGE
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import Closed, Line, Locked, Served, TimeUp
from workers.extractors.source import Bytes, Held
from workers.extractors.wire import Garbled

MEMORY = 512 * 1024 * 1024
START_SECONDS = 60.0
_TRIES = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_ANSWER_SECONDS = 10.0
_GRACE_SECONDS = 1.0
"""For a reader that closed its line, to end by itself, so that the signal it ended by is known."""
_PROBE_SECONDS = 20.0
_ROOT = Path(__file__).parents[2]
_EXTENSION = re.compile(r"[a-z0-9]{1,16}")
_ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC0"}
"""All of it: no key, no address, no path. Readers know no local time."""
_START = (
    "import json, sys; told = json.loads(sys.argv[1]); sys.path[:] = told['path']; "
    "from workers.extractors import nest; nest.run(told['descriptor'], told['worker'], told['identifier'], told['families'])"
)
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


class ChildDied(Exception):
    """The reader of a file died or broke the rules before it had a result. The message is a sentence for people."""


class SandboxTooWeak(Exception):
    """This machine does not hold readers as tightly as is required: nothing was read. The message says what is missing."""


class NurseryFailed(Exception):
    """No reader can be made, whatever the file: the parsers cannot be imported, or the machine makes no processes."""


class Nursery:
    """Makes readers, one at a time; further callers wait. Its process is started when first needed, and again when it died.

    It ends with the thread that started it: use it from a thread that lives as long as the worker. After a fork, the new
    process gets a nursery of its own.
    """

    def __init__(self, *, identifier: str = IDENTIFIER, families: Sequence[str] = FAMILIES) -> None:
        self._identifier = identifier
        self._families = tuple(families)
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = os.getpid()
        self.absent: Mapping[str, str] = {}
        """Families that cannot be imported here, and why; known once the process runs."""

    def read(
        self,
        bytes_: Bytes,
        size: int,
        extension: str,
        *,
        seconds: float,
        required: SandboxLevel,
        memory: int = MEMORY,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Reading:
        """What is in a file of `size` bytes, served by `bytes_`; `extension` of its name is only compared with what it is.

        `seconds` bound the reading, less what `bytes_` takes; `memory` is in bytes. `cancelled` is asked about every second and may raise.
        Raises `ChildDied` when the reader died of this file, ran out of time or told nonsense; `SandboxTooWeak`;
        `NurseryFailed`; `Cancelled`; and what `bytes_.at` raises, except `Refused`, which ends in a partial reading.
        """
        begun = time.monotonic()
        with self._reader(bytes_, size, extension, seconds, memory, required, cancelled) as (served, locked):
            if not locked.level.reaches(required):
                raise SandboxTooWeak(_too_weak(locked, required))
            result = served.result()
        state, reason = result.state, result.reason
        if served.refused is not None and state is ResultState.COMPLETE:
            state, reason = ResultState.PARTIAL, served.refused
        return Reading(
            state=state,
            reason=reason,
            media_type=result.media_type,
            findings=result.findings,
            warnings=result.warnings,
            renditions=result.renditions,
            tools=result.tools,
            sandbox=locked.level.value,
            bytes_read=served.bytes_read,
            requests=served.requests,
            seconds=time.monotonic() - begun,
        )

    def level(self) -> Locked:
        """What a reader reaches on this machine, tried with one, and what is missing. Raises as `read`."""
        nothing, required = Held(b""), SandboxLevel.NONE
        with self._reader(nothing, 0, "", _PROBE_SECONDS, MEMORY, required, lambda: False, probe=True) as (_, locked):
            return locked

    def close(self) -> None:
        """End the process, and a reader with it. A later reading starts it anew."""
        with self._guard:
            self._stop()

    @contextlib.contextmanager
    def _reader(
        self,
        bytes_: Bytes,
        size: int,
        extension: str,
        seconds: float,
        memory: int,
        required: SandboxLevel,
        cancelled: Callable[[], bool],
        *,
        probe: bool = False,
    ) -> Iterator[tuple[Served, Locked]]:
        """A locked reader, ended when the block is left, with its death put into words."""
        order = {
            "do": "begin",
            "size": size,
            "extension": extension if _EXTENSION.fullmatch(extension) else "",
            "seconds": max(int(seconds), 1),
            "memory": memory,
            "required": required.value,
            "probe": probe,
        }
        with self._guard:
            line = self._begin(order)
            grace = 0.0
            try:
                served = Served(Line(line, seconds=seconds, cancelled=cancelled), bytes_, size)
                yield served, served.locked()
            except Closed:
                grace = _GRACE_SECONDS
                raise ChildDied(self._how(self._end(grace), seconds)) from None
            except TimeUp:
                raise ChildDied(f"The reader of this file did not end within {seconds:g} seconds.") from None
            except Garbled as what:
                raise ChildDied(f"The reader of this file sent what no honest reader sends: {what}.") from None
            finally:
                line.close()
                if not grace:
                    self._end(0.0)

    def _begin(self, order: dict[str, Any]) -> socket.socket:
        """The worker's end of a new reader's line. Starts the nursery's process where there is none."""
        pause = _FIRST_PAUSE
        for last in (False,) * (_TRIES - 1) + (True,):
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    control = self._running()
                    socket.send_fds(control, [json.dumps(order).encode()], [theirs.fileno()])
                answer = _heard(control, _ANSWER_SECONDS)
                if "begun" in answer:
                    return ours
                raise NurseryFailed(f"No reader could be made: {answer.get('failed')}.")  # noqa: TRY301
            except (OSError, NurseryFailed) as error:
                ours.close()
                self._stop()
                if last:
                    raise NurseryFailed(f"No reader could be made, in {_TRIES} tries: {error}") from error
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        raise AssertionError

    def _end(self, grace: float) -> dict[str, Any] | None:
        """How the reader ended, or None where the nursery's process is gone too; then it is started anew next time."""
        try:
            assert self._control is not None
            self._control.send(json.dumps({"do": "end", "grace": grace}).encode())
            return _heard(self._control, grace + _ANSWER_SECONDS)
        except OSError:
            self._stop()
            return None

    def _how(self, ended: dict[str, Any] | None, seconds: float) -> str:
        who = "The reader of this file"
        if ended is None:
            return f"{who} was lost: the process that makes readers died with it."
        if ended["killed"]:
            return f"{who} closed its line and went on: it was killed."
        number = ended["signal"]
        if not number:
            return f"{who} ended without a result (exit {ended['exit']})."
        how = _ENDINGS.get(number, f"was ended by signal {number}")
        more = f" of {max(int(seconds), 1)} seconds" if number == signal.SIGXCPU else ""
        return f"{who} {how}{more}."

    def _running(self) -> socket.socket:
        if self._owner != os.getpid():
            # Forked: what we hold belongs to the process that we come from.
            self._owner, self._process = os.getpid(), None
            if self._control is not None:
                self._control.close()
                self._control = None
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        return self._control or self._started()

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            told = {
                "path": [str(_ROOT), *(each for each in sys.path if each)],
                "descriptor": theirs.fileno(),
                "worker": os.getpid(),
                "identifier": self._identifier,
                "families": self._families,
            }
            self._process = subprocess.Popen(  # noqa: S603 our own interpreter
                # -S, since sys.path is given whole: no file of site-packages runs at start.
                [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START, json.dumps(told)],
                pass_fds=(theirs.fileno(),),
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._control = ours
        hello = _heard(ours, START_SECONDS)
        if "failed" in hello:
            raise NurseryFailed(f"The parsers cannot be imported: {hello['failed']}.")
        self.absent = hello["absent"]
        return ours

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = None


def _heard(control: socket.socket, seconds: float) -> dict[str, Any]:
    """One message of the nursery's process, which is ours and read no file. Raises `OSError` when it is gone or silent."""
    control.settimeout(seconds)
    message = control.recv(MAX_MESSAGE)
    if not message:
        raise ConnectionResetError("its process ended")
    told: dict[str, Any] = json.loads(message)
    return told


def _too_weak(locked: Locked, required: SandboxLevel) -> str:
    missing = " ".join(locked.missing) or "Nothing else was told."
    return (
        f"Files are read here from sandbox level {required.value} on, and this machine reaches {locked.level.value}: "
        f"nothing was read. {missing}"
    )
