"""The few calls to the kernel that Python has no function for, by way of the C library. Each raises `OSError` with the kernel's word."""

import ctypes
import os

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
"""The header has two words of 32; the kernel refuses the numbers that it does not know."""
_CAPGET = {"x86_64": 125, "aarch64": 90}
_CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def system_call(number: int, *arguments: int) -> int:
    """Any call by its number; pointers are given as addresses, and what they point to stays alive meanwhile."""
    return _checked(_libc.syscall(ctypes.c_long(number), *[ctypes.c_long(each) for each in arguments]))


def unshare(flags: int) -> None:
    """New namespaces for this process and what it forks from now on."""
    _checked(_libc.unshare(flags))


def prctl(option: int, argument: int, further: int = 0) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(argument), ctypes.c_ulong(further), zero, zero))


def die_with_parent(signal_number: int) -> None:
    """Have this signal sent when the thread that made this process ends. A change of user takes it back: set it afterwards.

    The parent may have ended before: compare `os.getppid()` after this call.
    """
    prctl(_PR_SET_PDEATHSIG, signal_number)


def hide() -> None:
    """No other process of the same user may trace this one or read its memory and environment."""
    prctl(_PR_SET_DUMPABLE, 0)


def gain_nothing() -> None:
    """No program that is run from here can have more rights than this process. Landlock and seccomp want it first."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_bounds() -> None:
    """Empty the bounding set of capabilities, as far as this process may."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            return


def drop_capabilities() -> None:
    """Give up every capability; taking fewer needs no right. Raises `OSError` where the machine's calls are not known."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    system_call(_number(_CAPSET), ctypes.addressof(header), ctypes.addressof(nothing))


def has_capabilities() -> bool:
    """Whether one is left, in effect or within reach."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    system_call(_number(_CAPGET), ctypes.addressof(header), ctypes.addressof(sets))
    return any(sets)


def _number(by_machine: dict[str, int]) -> int:
    machine = os.uname().machine
    if machine not in by_machine:
        raise OSError(f"the calls of a {machine} are not known here")
    return by_machine[machine]


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
