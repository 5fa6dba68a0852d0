"""Processes that end with us, and the certainty that a process is the one we started.

A process id says little: ids are reused. A process is ours when the id, its start time and the boot
of the machine agree with our record *and* it works inside our data folder. It is then signalled
through a pidfd that was opened before the check, so that no other process can slip in between.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dems.engines import launcher
from dems.engines.identity import KEEP, Identity

_PROC = Path("/proc")
_LAUNCHER = Path(launcher.__file__)
_START_TIME_FIELD = 19  # field 22 of /proc/pid/stat, counted from the first one after the name


@dataclass(frozen=True, slots=True)
class Record:
    """What tells one process from any other that this machine has run."""

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Record":
        """Raises `ProcessLookupError` when there is no such process."""
        return cls(pid, _started(pid), _boot())

    @classmethod
    def self(cls) -> "Record":
        return cls.of(os.getpid())

    def alive(self) -> bool:
        """Whether that very process still runs; a zombie does not."""
        try:
            return _boot() == self.boot and _started(self.pid) == self.started
        except ProcessLookupError:
            return False


def spawn(
    argv: Sequence[str],
    *,
    folder: Path,
    log: Path | int,
    env: Mapping[str, str],
    identity: Identity = KEEP,
    on_our_death: signal.Signals = signal.SIGKILL,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in `folder`, in a session of its own, its output appended to `log`.

    The kernel sends it `on_our_death` when this process ends, however it ends. May be called from any thread: the
    kernel ties the child to the *thread* that forked it, so a thread that lives as long as the process does it.
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        str(_LAUNCHER),
        str(os.getpid()),
        str(int(on_our_death)),
        identity.word,
        str(folder),
        "--",
        *argv,
    ]
    if isinstance(log, int):
        return _spawner().run(command, stdin, log, env)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        return _spawner().run(command, stdin, descriptor, env)
    finally:
        os.close(descriptor)


class _Spawner:
    """The thread that forks. It never ends before the process does."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._requests: queue.SimpleQueue[tuple[list[str], int, int, Mapping[str, str], _Answer]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="engine-spawner", daemon=True).start()

    def run(self, command: list[str], stdin: int, output: int, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        answer: _Answer = queue.SimpleQueue()
        self._requests.put((command, stdin, output, env, answer))
        result = answer.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _work(self) -> None:
        while True:
            command, stdin, output, env, answer = self._requests.get()
            try:
                answer.put(
                    subprocess.Popen(  # noqa: S603  (the program is ours, from a wheel pinned by hash)
                        command,
                        stdin=stdin,
                        stdout=output,
                        stderr=output,
                        env=dict(env),
                        start_new_session=True,
                    )
                )
            except BaseException as error:  # noqa: BLE001  (handed to the thread that asked)
                answer.put(error)


_Answer = queue.SimpleQueue[subprocess.Popen[bytes] | BaseException]
_spawners: list[_Spawner] = []
_spawners_lock = threading.Lock()


def _spawner() -> _Spawner:
    with _spawners_lock:
        if not _spawners or _spawners[-1].pid != os.getpid():  # a fork copies the object and not its thread
            _spawners.append(_Spawner())
        return _spawners[-1]


class Running(Protocol):
    """A child of this process, however it was started: what `subprocess.Popen` promises of these."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...


def has_ended(process: Running) -> bool:
    """Whether a child has ended. It is not reaped, so that its id stays its own until `end`."""
    if process.returncode is not None:
        return True
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:
        return process.poll() is not None


def end(process: Running, *steps: tuple[signal.Signals, float]) -> None:
    """End a child: send each signal in turn, waiting at most its seconds, then SIGKILL to its whole group."""
    for number, seconds in steps:
        if _ends_within(process, 0):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        _ends_within(process, seconds)
    if process.returncode is not None:
        return
    # Not reaped yet, so the id, and the group of that number, can be nobody else's.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)


def _ends_within(process: Running, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not has_ended(process):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def end_recorded(record: Record, folder: Path, *steps: tuple[signal.Signals, float]) -> None:
    """End a process of an earlier run, if it is that process and works inside `folder`; any other is left alone."""
    try:
        handle = os.pidfd_open(record.pid)
    except (ProcessLookupError, OSError):
        return
    try:
        for number, seconds in (*steps, (signal.SIGKILL, 10.0)):
            if not (record.alive() and works_inside(record.pid, folder)):
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(handle, number)
            deadline = time.monotonic() + seconds
            while record.alive() and time.monotonic() < deadline:
                time.sleep(0.02)
    finally:
        os.close(handle)


def works_inside(pid: int, folder: Path) -> bool:
    """Whether the working directory of a process is `folder` or below it."""
    try:
        return (_PROC / str(pid) / "cwd").readlink().is_relative_to(folder.resolve())
    except OSError:
        return False


def processes_inside(folder: Path) -> list[int]:
    """Ids of all living processes that work inside `folder`, this one excepted."""
    pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [pid for pid in pids if pid != os.getpid() and works_inside(pid, folder)]


def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _started(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError as error:
        raise ProcessLookupError(pid) from error
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        raise ProcessLookupError(pid)
    return int(fields[_START_TIME_FIELD])
