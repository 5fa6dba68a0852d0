"""The nursery's own process: imports all parsers once, then forks one reader per file, as the worker tells it to. One thread.

It reads no byte of any file, and does what the worker says only: `begin` forks, `end` tells how the reader ended, and `run`
forks a process that becomes one of the installed programs.
"""

import gc
import json
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workers.extractors import child, kernel, sandbox, tool_child
from workers.extractors.families import Registry, load
from workers.extractors.programs import Program
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.tools import find
from workers.extractors.versions import versions

MAX_MESSAGE = 64 * 1024
_THREADS = Path("/proc/self/task")
_FIRST_TO_GO = Path("/proc/self/oom_score_adj")
"""Where memory runs out, readers go before everything else of the machine."""


def run(descriptor: int, worker: int, identifier: str, families: Sequence[str], tools: Sequence[str]) -> None:
    """Until the worker closes its end or dies. `worker` is its process id."""
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != worker:
        return
    _FIRST_TO_GO.write_bytes(b"1000")
    # Sent to the whole group or service, they are the worker's business: it may finish the file in hand.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    try:
        registry = _loaded(identifier, families)
        programs, without = find(tools)
    except Exception as error:  # noqa: BLE001 - there is nowhere else to tell it
        _tell(control, {"failed": f"{type(error).__name__}: {error}"[:2000]})
        return
    # Not before: libraries read their own /proc/self while they load.
    kernel.hide()
    open_network = sandbox.enclose()
    # Signals of ended readers wait until they are asked for.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD,))
    gc.collect()
    gc.freeze()
    hello = {
        "absent": dict(registry.absent),
        "absent_tools": without,
        "tools": {name: program.version for name, program in programs.items()},
        "versions": dict(versions()),
        "open_network": open_network,
    }
    _tell(control, hello)
    _Nest(control, registry, programs, enclosed=open_network is None).serve()


def _loaded(identifier: str, families: Sequence[str]) -> Registry:
    registry = load(identifier, families)
    threads = len(list(_THREADS.iterdir()))
    if threads != 1:
        raise ImportError(
            f"the parsers started {threads - 1} threads, and a process with threads cannot be forked safely"
        )
    return registry


class _Nest:
    """At most one reader at a time."""

    def __init__(
        self, control: socket.socket, registry: Registry, programs: Mapping[str, Program], *, enclosed: bool
    ) -> None:
        self._control = control
        self._registry = registry
        self._programs = programs
        self._enclosed = enclosed
        self._reader: int | None = None

    def serve(self) -> None:
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_MESSAGE, 2)
            if not message:
                self._end(0)
                return
            told = json.loads(message)
            if told["do"] in {"begin", "run"}:
                self._begin(told, descriptors)
            else:
                _tell(self._control, self._end(told["grace"]))

    def _begin(self, told: dict[str, Any], descriptors: list[int]) -> None:
        """The first descriptor is the line; the second, for a program, the file."""
        self._end(0)
        order = child.Order(
            told["size"],
            told["extension"],
            told["seconds"],
            told["memory"],
            SandboxLevel(told["required"]),
            told["probe"],
        )
        program = None if told["do"] == "begin" else self._programs.get(told["tool"])
        if told["do"] == "run" and program is None:
            _close(descriptors)
            _tell(self._control, {"failed": f"{told['tool']} is not here any more"})
            return
        parent = os.getpid()
        try:
            reader = os.fork()
        except OSError as error:
            _close(descriptors)
            _tell(self._control, {"failed": f"no process could be made: {error.strerror}"})
            return
        if reader == 0:
            if told["do"] == "begin":
                child.run(order, self._registry, line=descriptors[0], parent=parent, enclosed=self._enclosed)
            assert program is not None
            line, file = descriptors
            tool_child.run(order, program, line=line, file=file, parent=parent, enclosed=self._enclosed)
        _close(descriptors)
        self._reader = reader
        _tell(self._control, {"begun": reader})

    def _end(self, grace: float) -> dict[str, Any]:
        """How the reader ended, by itself within `grace` seconds or killed now."""
        if self._reader is None:
            return {"signal": 0, "exit": 0, "killed": False, "memory": 0}
        reader, self._reader = self._reader, None
        ends_at = time.monotonic() + grace
        killed = False
        while True:
            process, status, usage = os.wait4(reader, 0 if killed else os.WNOHANG)
            if process:
                break
            left = ends_at - time.monotonic()
            if left <= 0:
                os.kill(reader, signal.SIGKILL)
                killed = True
            else:
                signal.sigtimedwait((signal.SIGCHLD,), left)
        return {
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
            "killed": killed,
            "memory": usage.ru_maxrss * 1024,
        }


def _close(descriptors: Sequence[int]) -> None:
    for each in descriptors:
        os.close(each)


def _tell(control: socket.socket, what: dict[str, Any]) -> None:
    control.send(json.dumps(what).encode())
