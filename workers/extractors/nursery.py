"""Where readers of files come from: one process per worker that has all parsers imported and forks a locked reader per file."""

import contextlib
import dataclasses
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dems.model.findings import Reading, ResultState
from workers.extractors.endings import how, too_weak
from workers.extractors.failures import ChildDied, NurseryFailed, SandboxTooWeak
from workers.extractors.families import FAMILIES, IDENTIFIER
from workers.extractors.file_copy import Copy
from workers.extractors.nest import MAX_MESSAGE
from workers.extractors.opinions import with_opinions
from workers.extractors.results import only_its_own
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import Closed, Line, Locked, Served, TimeUp, told_lock
from workers.extractors.source import Bytes
from workers.extractors.tools import TOOLS, asked_about
from workers.extractors.wire import Garbled

__all__ = ["MEMORY", "ChildDied", "Nursery", "NurseryFailed", "SandboxTooWeak"]

MEMORY = 512 * 1024 * 1024
START_SECONDS = 60.0
SCANNER = "clamd"
"""Asked by the worker, and by no reader."""
_TRIES = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_ANSWER_SECONDS = 10.0
_GRACE_SECONDS = 1.0
"""For a reader that closed its line, to end by itself, so that the signal it ended by is known."""
_PROBE_SECONDS = 20.0
_ROOT = Path(__file__).parents[2]
MAX_OUTPUT = 2 * 1024 * 1024
"""Bytes that an installed program may write about a file."""
_EXTENSION = re.compile(r"[a-z0-9]{1,16}")
_ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC0"}
"""All of it: no key, no address, no path. Readers know no local time."""
_START = (
    "import json, sys; told = json.loads(sys.argv[1]); sys.path[:] = told['path']; "
    "from workers.extractors import nest; nest.run(told['descriptor'], told['worker'], told['identifier'], told['families'], told['tools'])"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one reading: seconds, bytes of memory, the sandbox it must be in, and whether it is still wanted."""

    seconds: float
    memory: int
    required: SandboxLevel
    cancelled: Callable[[], bool]


class Nursery:
    """Makes readers, one at a time; further callers wait. Its process is started when first needed, and again when it died.

    It ends with the thread that started it: use it from a thread that lives as long as the worker. After a fork, the new
    process gets a nursery of its own.
    """

    def __init__(
        self, *, identifier: str = IDENTIFIER, families: Sequence[str] = FAMILIES, tools: Sequence[str] = TOOLS
    ) -> None:
        self._identifier = identifier
        self._families = tuple(families)
        self._tools = tuple(tools)
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = os.getpid()
        self.absent: Mapping[str, str] = {}
        """Families that cannot be imported here, and why; known once the process runs."""
        self.absent_tools: Mapping[str, str] = {}
        """Installed programs that would be used, and why they are not; known once the process runs."""
        self.peak = 0
        """Bytes of memory that a reader had at most until now, with the parsers that all share."""
        self._programs: Mapping[str, str] = {}
        self._versions: Mapping[str, str] = {}

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

        `seconds` bound the reading, less what `bytes_` takes, and each installed program that is asked too, which has 20 at most;
        `memory` is in bytes. `cancelled` is asked about every second and may raise.
        Raises `ChildDied` when the reader died of this file, ran out of time or told nonsense; `SandboxTooWeak`;
        `NurseryFailed`; `Cancelled`; and what `bytes_.at` raises, except `Refused`, which ends in a partial reading.
        """
        bounds = Bounds(seconds, memory, required, cancelled)
        if not self._tools or (self._control is not None and not self._programs):
            return self._read(bytes_, size, extension, bounds)
        with Copy(bytes_, size) as copy:
            reading = self._read(copy, size, extension, bounds)
            asked = [(each, self._programs.get(each.TOOL)) for each in asked_about(self._tools, reading.media_type)]
            here = [(each, version) for each, version in asked if version is not None]
            return with_opinions(reading, copy, here, lambda name, file, left: self._run(name, file, bounds, left))

    def _read(self, bytes_: Bytes, size: int, extension: str, bounds: Bounds) -> Reading:
        begun = time.monotonic()
        order = {"do": "begin", "size": size, "extension": extension if _EXTENSION.fullmatch(extension) else ""}
        with self._reader(order, bounds) as (line, locked):
            served = Served(line, bytes_, size)
            result = served.result()
            only_its_own(result, self._versions, {*self._programs, *self.absent_tools, SCANNER})
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

    def _run(self, tool: str, file: int, bounds: Bounds, seconds: float) -> tuple[bytes, SandboxLevel]:
        """What an installed program writes about the file open at this descriptor, and how it was held. Raises as `read`."""
        # Without Landlock it could open any file.
        required = bounds.required if bounds.required.reaches(SandboxLevel.LANDLOCK) else SandboxLevel.LANDLOCK
        tighter = dataclasses.replace(bounds, seconds=min(seconds, bounds.seconds), required=required)
        with self._reader({"do": "run", "tool": tool, "size": 0, "extension": ""}, tighter, file) as (line, locked):
            return line.rest(MAX_OUTPUT), locked.level

    def versions(self) -> Mapping[str, str]:
        """The version of every tool that a reading made now can name, by the names of `Reading.tools`. Raises `NurseryFailed`."""
        self.level()
        return {**self._versions, **self._programs}

    def level(self) -> Locked:
        """What a reader reaches on this machine, tried with one, and what is missing. Raises as `read`."""
        bounds = Bounds(_PROBE_SECONDS, MEMORY, SandboxLevel.NONE, lambda: False)
        with self._reader({"do": "begin", "size": 0, "extension": "", "probe": True}, bounds) as (_, locked):
            return locked

    def close(self) -> None:
        """End the process, and a reader with it. A later reading starts it anew."""
        with self._guard:
            self._stop()

    @contextlib.contextmanager
    def _reader(self, order: dict[str, Any], bounds: Bounds, *files: int) -> Iterator[tuple[Line, Locked]]:
        """A locked reader, ended when the block is left, with its death put into words. Raises `SandboxTooWeak`."""
        seconds, required = bounds.seconds, bounds.required
        limits = {"seconds": max(int(seconds), 1), "memory": bounds.memory, "required": required.value}
        with self._guard:
            connection = self._begin({"probe": False, **order, **limits}, files)
            grace = 0.0
            try:
                line = Line(connection, seconds=seconds, cancelled=bounds.cancelled)
                locked = told_lock(line)
                if not locked.level.reaches(required):
                    raise SandboxTooWeak(too_weak(locked, required))
                yield line, locked
            except Closed:
                grace = _GRACE_SECONDS
                raise ChildDied(how(self._end(grace), seconds)) from None
            except TimeUp:
                raise ChildDied(f"The reader of this file did not end within {seconds:g} seconds.") from None
            except Garbled as what:
                raise ChildDied(f"The reader of this file sent what no honest reader sends: {what}.") from None
            finally:
                connection.close()
                if not grace:
                    self._end(0.0)

    def _begin(self, order: dict[str, Any], files: Sequence[int]) -> socket.socket:
        """The worker's end of a new reader's line. Starts the nursery's process where there is none."""
        pause = _FIRST_PAUSE
        for last in (False,) * (_TRIES - 1) + (True,):
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    control = self._running()
                    socket.send_fds(control, [json.dumps(order).encode()], [theirs.fileno(), *files])
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
            ended = _heard(self._control, grace + _ANSWER_SECONDS)
        except OSError:
            self._stop()
            return None
        self.peak = max(self.peak, ended["memory"])
        return ended

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
                "tools": self._tools,
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
        self.absent, self.absent_tools = hello["absent"], hello["absent_tools"]
        self._programs, self._versions = hello["tools"], hello["versions"]
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
