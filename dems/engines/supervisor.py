"""Keeps engines and other child processes running until told to stop. Used by ``dems up``.

The loop runs in the caller's thread, which must be the main one: that is where Python handles signals.
"""

import contextlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Protocol

from dems.engines.errors import EngineError, StartFailed
from dems.engines.folder import bound_log
from dems.engines.forking import ForkServer
from dems.engines.process import Running, end, has_ended, spawn
from dems.engines.signals import when_told_to_stop

_STEP_SECONDS = 0.1
_CHECK_SECONDS = 2.0
_LOG_SECONDS = 60.0


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running: `env` is its whole environment, `log` receives its output.

    Where `entry` (``module:function``) is given, it is forked from what has imported it already, if there is such a process.

    `ready` is asked until it says yes when the child is first started; `stop_seconds` is how long it may take to end
    after SIGTERM, before its whole process group is killed. Neighbours of the same `kind` are ended at once, all others one
    after the other.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    folder: Path = field(default_factory=Path.cwd)
    ready: Callable[[], bool] = _always
    ready_seconds: float = 60.0
    stop_seconds: float = 20.0
    kind: str | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before the next restart, in seconds: doubled each time, from `first` to `most`; forgotten when healthy.

    An engine that runs and does not answer is left alone for `silent_for`: on a machine with too much to do it is only slow,
    and starting it again takes what it was about to answer from everybody.
    """

    first: float = 1.0
    most: float = 30.0
    healthy_after: float = 60.0
    silent_for: float = 20.0


class Watched(Protocol):
    """What the supervisor needs of `dems.engines.Engines`."""

    def check(self) -> list[str]: ...

    def died(self) -> list[str]: ...

    def restart(self, name: str) -> None: ...

    def stop(self) -> None: ...


class _Patience:
    """When one thing may next be started again."""

    def __init__(self, back_off: BackOff) -> None:
        self._back_off = back_off
        self._pause = back_off.first
        self._since = time.monotonic()
        self.due: float | None = None

    def fell(self) -> float:
        """It died: the seconds until it may be started again."""
        now = time.monotonic()
        if now - self._since >= self._back_off.healthy_after:
            self._pause = self._back_off.first
        pause, self._pause = self._pause, min(self._pause * 2, self._back_off.most)
        self.due = now + pause
        return pause

    def started(self) -> None:
        self._since, self.due = time.monotonic(), None

    def is_due(self) -> bool:
        return self.due is not None and time.monotonic() >= self.due


class Supervisor:
    """Runs `children` in order beside engines that were started already, and ends both.

    Children end when this process does, however it ends.
    """

    def __init__(
        self,
        engines: Watched,
        children: Sequence[Child],
        *,
        on_ready: Callable[[], None] = lambda: None,
        on_stopping: Callable[[], None] = lambda: None,
        report: Callable[[str], None] = lambda _: None,
        back_off: BackOff = BackOff(),
        forks: ForkServer | None = None,
    ) -> None:
        self._engines = engines
        self._children = {child.name: child for child in children}
        self._running: dict[str, Running] = {}
        self._forks = forks
        self._on_ready = on_ready
        self._on_stopping = on_stopping
        self._report = report
        self._back_off = back_off
        self._patience: dict[str, _Patience] = {}
        self._silent: dict[str, float] = {}
        self._stopping = False

    def run(self) -> None:
        """Start the children, call `on_ready`, restart what dies; return after SIGTERM or SIGINT, when all has ended.

        `on_stopping` is called before anything is ended, also when a child does not become ready and `StartFailed`
        is raised. A second signal changes nothing: the stop is bounded as it is.
        """
        with when_told_to_stop(self._told_to_stop):
            try:
                if self._start_children():
                    self._on_ready()
                    self._watch()
            finally:
                self._stop_all()

    def processes(self) -> dict[str, int]:
        """Process ids by child."""
        return {name: process.pid for name, process in self._running.items()}

    def _start_children(self) -> bool:
        """Whether all became ready before we were asked to stop."""
        for child in self._children.values():
            self._start(child)
            deadline = time.monotonic() + child.ready_seconds
            while not child.ready():
                if self._stopping:
                    return False
                if has_ended(self._running[child.name]) or time.monotonic() > deadline:
                    raise StartFailed(f"{child.name} did not start: read the end of {child.log}.")
                time.sleep(_STEP_SECONDS)
        return not self._stopping

    def _watch(self) -> None:
        next_check = next_log = time.monotonic()
        while not self._stopping:
            now = time.monotonic()
            if now >= next_check:  # engines first: the others are nothing without them
                self._tend_engines()
                next_check = time.monotonic() + _CHECK_SECONDS
            if now >= next_log:
                for child in self._children.values():
                    bound_log(child.log)
                next_log = now + _LOG_SECONDS
            for child in self._children.values():
                self._tend(child)
            time.sleep(_STEP_SECONDS)

    def _tend(self, child: Child) -> None:
        patience = self._patience_of(child.name)
        process = self._running.get(child.name)
        if process is not None and has_ended(process):
            end(self._running.pop(child.name))  # its group too: what it left would get in the way of the next
            pause = patience.fell()
            self._report(
                f"{child.name} ended with status {process.returncode}; it is started again in {pause:.0f} s "
                f"(log: {child.log})."
            )
        if child.name not in self._running and patience.is_due():
            self._start(child)

    def _start(self, child: Child) -> None:
        patience = self._patience_of(child.name)
        try:
            bound_log(child.log)
            self._running[child.name] = self._begun(child)
        except OSError as error:
            if child.name not in self._running and patience.due is None:
                raise StartFailed(f"{child.name} did not start ({error}): check the path and the disk.") from error
            self._report(f"{child.name} did not start ({error}); it is tried again in {patience.fell():.0f} s.")
        else:
            patience.started()

    def _begun(self, child: Child) -> Running:
        if child.entry is None or self._forks is None:
            return spawn(child.argv, folder=child.folder, log=child.log, env=child.env)
        return self._forks.fork(child.entry, child.argv, folder=child.folder, log=child.log, env=child.env)

    def _tend_engines(self) -> None:
        asked = time.monotonic()
        failing = self._engines.check()
        died = self._engines.died()
        self._silent = {name: self._silent.get(name, asked) for name in failing}
        for name, since in self._silent.items():
            patience = self._patience_of(name)
            if (name not in died and time.monotonic() - since < self._back_off.silent_for) or self._stopping:
                continue
            if patience.due is None:
                self._report(f"{name} {'died' if name in died else 'does not answer'}; it is started again.")
                patience.fell()
            if not patience.is_due():
                continue
            try:
                self._engines.restart(name)
            except EngineError as error:
                self._report(f"{error} It is tried again in {patience.fell():.0f} s.")
            else:
                patience.started()
                self._report(f"{name} is back.")

    def _patience_of(self, name: str) -> _Patience:
        return self._patience.setdefault(name, _Patience(self._back_off))

    def _stop_all(self) -> None:
        self._stopping = True
        with contextlib.ExitStack() as stack:  # each step is taken whatever becomes of the one before
            stack.callback(self._engines.stop)
            for names in self._in_order_of_stopping():
                stack.callback(self._stop_at_once, names)
            stack.callback(self._on_stopping)

    def _in_order_of_stopping(self) -> list[list[str]]:
        """Running children, those together that are ended together; the last is ended first."""
        running = [c for c in self._children.values() if c.name in self._running]
        return [[c.name for c in kind] for _, kind in groupby(running, key=lambda c: c.kind or c.name)]

    def _stop_at_once(self, names: Sequence[str]) -> None:
        with ThreadPoolExecutor(len(names)) as pool:
            for stopped in [pool.submit(self._stop, name) for name in names]:
                stopped.result()

    def _stop(self, name: str) -> None:
        end(self._running.pop(name), (signal.SIGTERM, self._children[name].stop_seconds))

    def _told_to_stop(self) -> None:
        """A signal only raises a flag: whatever it interrupts is finished first."""
        self._stopping = True
