"""The sandbox: what a process gives up before it reads hostile bytes, how far that went, and the proof by trying.

A `Parser` computes and nothing else; a process that is to become an installed program, once, is held as `Runs`.

Two parts. `enclose` is for the nursery, once: namespaces, which cost milliseconds and are inherited. `lock` is for each
child: everything else. Neither fails where the machine does not allow a step; the level reached says so.
"""

import errno
import os
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from workers.extractors import kernel, landlock, seccomp

NOBODY = 65534
_THREADS = 512
"""Of the whole machine's nobody, hence so many; processes are refused by seccomp."""
_NET = Path("/proc/self/ns/net")
_MEMORY = Path("/proc/self/statm")


class SandboxLevel(StrEnum):
    """How much holds a reader, from nothing to everything. Each level has all that stands before it."""

    NONE = "none"
    LIMITS = "limits"
    """Memory, processor time, no new files, no gain of rights."""
    SECCOMP = "seccomp"
    """And the kernel answers only what computing needs: no file, no network, no process."""
    LANDLOCK = "landlock"
    """And no right on any file, by a second mechanism."""
    FULL = "full"
    """And a network of its own without a way out, not root, not one capability."""

    def reaches(self, required: "SandboxLevel") -> bool:
        levels = list(SandboxLevel)
        return levels.index(self) >= levels.index(required)


@dataclass(frozen=True, slots=True)
class Reached:
    """The level, and for each step that this machine did not allow, a sentence with the kernel's word."""

    level: SandboxLevel
    missing: tuple[str, ...]


class Profile(Protocol):
    """What a process may do behind the locks that all share."""

    @property
    def descriptors(self) -> int:
        """How many it may have: the next number is never given out."""
        ...

    def landlock(self) -> None:
        """Put on Landlock, after which the root directory cannot be opened. Raises `OSError` where it does not hold."""
        ...

    def seccomp(self) -> None:
        """Put on seccomp, and try it. Raises `OSError` where it does not hold."""
        ...


class Parser:
    """Opens nothing, runs nothing. Descriptor 3 is the line to the worker; nothing above it can be opened."""

    descriptors = 4

    def landlock(self) -> None:
        landlock.no_files()

    def seccomp(self) -> None:
        """EPERM is the filter's word alone: nobody may open and run the root directory anyway, but hears EACCES then."""
        seccomp.only_parse()
        _must_fail(errno.EPERM, lambda: os.close(os.open("/", os.O_RDONLY)), "a folder can still be opened")
        _no_way_out()


@dataclass(frozen=True, slots=True)
class Runs:
    """Becomes the program that is open at `descriptor`, once; opens the files that it is made of, for reading."""

    descriptor: int
    runnable: Sequence[Path]
    readable: Sequence[Path]
    descriptors: int = 64

    def landlock(self) -> None:
        landlock.only(self.runnable, self.readable)

    def seccomp(self) -> None:
        if self.descriptor < self.descriptors:
            raise OSError("its number could be given to another program")
        seccomp.only_run(self.descriptor)
        _must_fail(errno.EPERM, lambda: os.mkdir("/"), "a folder can still be made")  # noqa: PTH102 the bare call
        _no_way_out()


def _no_way_out() -> None:
    _must_fail(errno.EPERM, lambda: socket.socket().close(), "a socket can still be made")
    _must_fail(errno.EPERM, lambda: os.execv("/", ["/"]), "a program can still be run")  # noqa: S606 a folder


PARSER = Parser()


def enclose() -> str | None:
    """Namespaces for this process and all its children. Returns why not, in words, or None.

    Root makes them as root: in a user namespace without a map it could not become nobody any more.
    """
    own = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    if os.geteuid() != 0:
        own |= kernel.CLONE_NEWUSER
    try:
        before = _NET.stat().st_ino
        kernel.unshare(own)
        if _NET.stat().st_ino == before:
            return "The network is the machine's own: the kernel took the call and did nothing."
    except OSError as error:
        return f"The network is the machine's own: namespaces are refused ({error.strerror})."
    return None


def lock(*, memory: int, seconds: int, parent: int, enclosed: bool, profile: Profile = PARSER) -> Reached:
    """Lock this process, which has one thread. Afterwards it can compute, talk on what is open, end, and do what its profile allows.

    `memory` in bytes is what it may take on top of what it has; `seconds` of processor time; `parent` is the process it
    dies with. `enclosed` says that `enclose` worked before. What happened to each step is tried, not believed.
    """
    missing: list[str] = []

    def tried(what: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except (OSError, ValueError) as error:
            missing.append(f"{what} ({getattr(error, 'strerror', None) or error}).")
            return False
        return True

    nobody = tried("It could not stop being root", _leave_root)
    if not enclosed:
        enclosed = enclose() is None or _enclose_as_user() is None
        if not enclosed:
            missing.append("It has the machine's network interfaces: namespaces are refused.")
    limits = tried("Its limits could not be set", lambda: _limit(memory, seconds, profile.descriptors))
    limits &= tried("It could not be hidden from others", kernel.hide)
    limits &= tried("It could not refuse new rights", kernel.gain_nothing)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    files = tried("Landlock does not hold it", lambda: _landlock(profile))
    powerless = tried("It could not give up its capabilities", _give_up)
    calls = tried("seccomp does not hold it", profile.seccomp)
    reached = SandboxLevel.NONE
    for step, level in (
        (limits, SandboxLevel.LIMITS),
        (calls, SandboxLevel.SECCOMP),
        (files, SandboxLevel.LANDLOCK),
        (enclosed and nobody and powerless, SandboxLevel.FULL),
    ):
        if not step:
            break
        reached = level
    return Reached(reached, tuple(missing))


def _leave_root() -> None:
    if os.geteuid() != 0:
        return
    kernel.drop_bounds()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _enclose_as_user() -> str | None:
    """For one that is root where root may not make namespaces, and has just stopped being it."""
    try:
        before = _NET.stat().st_ino
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC)
        return None if _NET.stat().st_ino != before else "unchanged"
    except OSError as error:
        return str(error)


def _limit(memory: int, seconds: int, descriptors: int) -> None:
    has = int(_MEMORY.read_bytes().split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: has + memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: descriptors,
        resource.RLIMIT_NPROC: _THREADS,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, value in wanted.items():
        hard = resource.getrlimit(which)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # A second of processor time between the signal that can be told and the one that cannot be caught.
        above = most + 1 if which == resource.RLIMIT_CPU and most == value != hard else most
        resource.setrlimit(which, (most, above))
        if resource.getrlimit(which) != (most, above):
            raise OSError("the kernel keeps others")


def _landlock(profile: Profile) -> None:
    """Tried on the root directory, which anybody may read: before, to know that the trial tells something."""
    os.close(os.open("/", os.O_RDONLY))
    profile.landlock()
    _must_fail(errno.EACCES, lambda: os.close(os.open("/", os.O_RDONLY)), "a folder can still be opened")


def _give_up() -> None:
    kernel.drop_capabilities()
    if kernel.has_capabilities():
        raise OSError("some are left")
    if os.geteuid() == 0:
        raise OSError("it is root")


def _must_fail(number: int, step: Callable[[], None], otherwise: str) -> None:
    try:
        step()
    except OSError as error:
        if error.errno == number:
            return
    raise OSError(otherwise)
