"""Starts programs of ours by forking a process that has imported what they share: see `dems.engines.fork_server`."""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dems.engines.process import end, has_ended, spawn

_PR_SET_CHILD_SUBREAPER = 36
_ANSWER_SECONDS = 60.0
_STOP_SECONDS = 5.0
_ROOM = " " * 500


class Forked:
    """A child that this process has adopted; see `dems.engines.process.Running`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status, as `subprocess` has it, once it has ended."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return status


class ForkServer:
    """Forks children of this process that have imported `modules` already. One thread at a time may ask.

    The server holds no secret: what a child is told goes to that child alone. It ends when this process does; a child does
    not end with it. When it has died, another one is started for the next child.
    """

    def __init__(self, modules: Sequence[str], *, folder: Path, log: Path, env: Mapping[str, str]) -> None:
        self._modules = list(modules)
        self._folder = folder
        self._log = log
        self._env = env
        self._server: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def fork(self, entry: str, argv: Sequence[str], *, folder: Path, log: Path, env: Mapping[str, str]) -> Forked:
        """Start ``module:function`` as the program that `argv` shows, in `folder`, with `env` alone, output appended to `log`.

        The kernel kills it when this process ends. Raises `OSError` when it was not started.
        """
        order = {"entry": entry, "argv": list(argv), "folder": str(folder), "env": dict(env)}
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            for _ in range(2):  # the server may have died just now
                pid = self._asked(json.dumps(order).encode(), output)
                if pid is not None:
                    return Forked(pid)
                self._stop()
        finally:
            os.close(output)
        raise OSError(f"what it is forked from does not answer: read the end of {self._log}")

    def _asked(self, order: bytes, output: int) -> int | None:
        """The child's process id. Without an answer there is no child: one that finds nobody to answer to ends."""
        if self._server is None or has_ended(self._server[0]):
            self._stop()
            self._begin()
        assert self._server is not None
        ours, theirs = socket.socketpair()
        with ours, _adopting(), contextlib.suppress(OSError):
            with theirs:
                socket.send_fds(self._server[1], [b"."], [theirs.fileno(), output])
            ours.settimeout(_ANSWER_SECONDS)
            ours.sendall(order + b"\n")
            with ours.makefile("rb") as answers:
                answer = answers.readline()
            return int(answer) if answer.endswith(b"\n") else None
        return None

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            argv = (sys.executable, "-m", "dems.engines.fork_server", _ROOM)
            process = spawn(argv, folder=self._folder, log=self._log, env=self._env, stdin=theirs.fileno())
        self._server = process, ours
        with contextlib.suppress(OSError):  # whoever asks for a child hears of it
            ours.sendall(json.dumps(self._modules).encode() + b"\n")

    def _stop(self) -> None:
        if self._server is not None:
            process, control = self._server
            self._server = None
            control.close()  # which tells it
            end(process, (signal.SIGTERM, _STOP_SECONDS))


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Meanwhile what loses its parent among our descendants becomes our child. Not for longer: others are init's to bury."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
