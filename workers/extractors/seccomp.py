"""seccomp: after `only_parse` the kernel answers this process's calls from a short list and refuses all others with EPERM.

On the list is what computing on bytes needs: memory, reading and writing what is already open, clocks, threads of its own
(the HEIC decoder cannot do without one), ending. Nothing opens a file or a socket, starts a process, looks at another
process or changes a limit.

`only_run` is for one that becomes another program, once: it may open files by name (Landlock says which), and no more.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable, Mapping
from typing import TypeAlias

from workers.extractors.kernel import prctl

Numbers: TypeAlias = tuple[int | None, int | None]
"""Of one call on x86-64 and on ARM; None where it has none."""
Further: TypeAlias = Callable[[int], list[bytes]]
"""Steps of a filter for calls that depend on their arguments, by the column of the machine."""

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE = _ERROR | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000
"""Calls of the x32 way on x86-64 have this bit, and would slip by a list of numbers."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

_ALLOWED: Mapping[str, Numbers] = {
    "read": (0, 63),
    "write": (1, 64),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "futex": (202, 98),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "readv": (19, 65),
    "writev": (20, 66),
    "poll": (7, None),
    "ppoll": (271, 73),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "membarrier": (324, 283),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
_OF_PROGRAMS: Mapping[str, Numbers] = {
    "openat": (257, 56),
    "open": (2, None),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "pread64": (17, 67),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "arch_prctl": (158, None),
    "set_tid_address": (218, 96),
}
"""What a program needs to load itself, beside computing. Whether a path exists can be asked; Landlock says what is opened."""
_EXECVEAT, _IOCTL, _FCNTL = (322, 281), (16, 29), (72, 25)
_OF_THE_DESCRIPTOR = 0x1000
_IS_TERMINAL = 0x5401
_OF_DESCRIPTORS = (0, 1, 2, 3, 1030)
"""What may be asked of `fcntl`: another number for a descriptor, and the flags of one."""
_TGKILL, _PRLIMIT, _CLONE, _CLONE3 = (234, 131), (302, 261), (56, 220), 435
_THREAD = 0x3D0F00
"""What the C library asks of `clone` for a thread: all is shared with this process, limits and filter included."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def only_parse() -> None:
    """Put the filter on this process, for good. It has one thread. Needs `gain_nothing` before.

    Raises `OSError` where the kernel has no seccomp or the machine's numbers are not known here.
    """
    # Limits may be read (no new ones given: a null pointer), of this process only.
    _put_on(_ALLOWED, lambda column: _where(_PRLIMIT[column], (0, 0), (2, 0)))


def only_run(program: int) -> None:
    """As `only_parse`, for a process that is to become the program open at this descriptor.

    Where no later descriptor can have this number (it is above the limit, and closed when the program begins), it is the
    only program that is ever run from here, and once.
    """

    def further(column: int) -> list[bytes]:
        # Limits can only be lowered by a process without capabilities.
        steps = _where(_PRLIMIT[column], (0, 0))
        steps += _where(_EXECVEAT[column], (0, program), (4, _OF_THE_DESCRIPTOR))
        steps += _where(_IOCTL[column], (1, _IS_TERMINAL))
        for asked in _OF_DESCRIPTORS:
            steps += _where(_FCNTL[column], (1, asked))
        return steps

    _put_on({**_ALLOWED, **_OF_PROGRAMS}, further)


def _put_on(allowed: Mapping[str, Numbers], further: Further) -> None:
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        raise OSError(f"the calls of a {machine} are not known here")
    steps = _program(machine, allowed, further)
    held = ctypes.create_string_buffer(steps, len(steps))
    program = _Program(len(steps) // 8, ctypes.addressof(held))
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))


def _program(machine: str, allowed: Mapping[str, Numbers], further: Further) -> bytes:
    column = _COLUMN[machine]
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _step(_ANSWER, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, 0, 1), _step(_ANSWER, _KILL)]
    for numbers in allowed.values():
        if (number := numbers[column]) is not None:
            steps += [_step(_EQUAL, number, 0, 1), _step(_ANSWER, _ALLOW)]
    # abort() signals its own thread; no other process gets one.
    steps += _where(_TGKILL[column], (0, os.getpid()))
    steps += further(column)
    steps += _where(_CLONE[column], (0, _THREAD))
    # What it is asked for stands in memory, where no filter looks: as if there were none, the C library takes the other.
    steps += [_step(_EQUAL, _CLONE3, 0, 1), _step(_ANSWER, _ERROR | errno.ENOSYS)]
    steps.append(_step(_ANSWER, _REFUSE))
    return b"".join(steps)


def _where(number: int, *arguments: tuple[int, int]) -> list[bytes]:
    """Allow a call where these of its arguments (from 0) have these values, in both their halves; else go on."""
    tests: list[bytes] = []
    count = 4 * len(arguments)
    for index, wanted in arguments:
        for half in (0, 1):
            left = count - len(tests)
            tests.append(_step(_LOAD, _ARGUMENTS + 8 * index + 4 * half))
            # Past the remaining tests and the ALLOW after them, to where the number is looked at again.
            tests.append(_step(_EQUAL, (wanted >> 32 * half) & 0xFFFFFFFF, 0, left - 1))
    return [_step(_EQUAL, number, 0, count + 2), *tests, _step(_ANSWER, _ALLOW), _step(_LOAD, _NUMBER)]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
