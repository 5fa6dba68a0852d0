"""Landlock: after `no_files` this process opens, makes and runs nothing in any file system, whoever it is; after `only` the named files."""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from workers.extractors.kernel import system_call

# The same numbers on every machine.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1
_RUN, _READ, _LIST = 1 << 0, 1 << 2, 1 << 3

_RIGHTS_ON_FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files each version knows; each is one bit from the lowest on."""
_NEWEST_KNOWN = 6
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2
_WITH_NET, _WITH_SCOPES = 4, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def version() -> int:
    """Of the running kernel's Landlock; 0 where it has none or it is switched off."""
    try:
        return system_call(_CREATE_RULESET, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def no_files() -> None:
    """Refuse every right that this kernel's Landlock handles: files, TCP, and from version 6 abstract sockets and signals of others.

    Descriptors that are open stay usable. Needs `gain_nothing` before. Raises `OSError` where there is no Landlock.
    """
    only((), ())


def only(runnable: Sequence[Path], readable: Sequence[Path]) -> None:
    """As `no_files`, except that the first may be run and read, and the second read: files, and folders with all in them.

    What is not there is left out. Files that have no name (as of `memfd_create`) are out of Landlock's reach.
    """
    running = min(version(), _NEWEST_KNOWN)
    if not running:
        raise OSError("this kernel has no Landlock, or it is switched off")
    ruleset = _Ruleset(files=(1 << _RIGHTS_ON_FILES.get(running, 16)) - 1)
    words = 1
    if running >= _WITH_NET:
        ruleset.net, words = _BIND_TCP | _CONNECT_TCP, 2
    if running >= _WITH_SCOPES:
        ruleset.scoped, words = _ABSTRACT_SOCKETS | _SIGNALS, 3
    # What is handled is refused everywhere but where a rule gives it back.
    descriptor = system_call(_CREATE_RULESET, ctypes.addressof(ruleset), words * 8, 0)
    try:
        for rights, paths in ((_RUN | _READ, runnable), (_READ, readable)):
            for path in paths:
                _allow(descriptor, path, rights)
        system_call(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = _Rule(rights | _LIST if path.is_dir() else rights, place)
        system_call(_ADD_RULE, ruleset, _BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(place)
