"""Become another program that cannot outlive us. Run as a script by its path, never imported by DEMS.

``python -I -S launcher.py PARENT SIGNAL IDENTITY FOLDER -- PROGRAM ARGUMENT…``

PARENT is the process id that must still be ours when all is set. SIGNAL is what the kernel sends when PARENT dies;
it is asked for last, because the kernel forgets the wish whenever a process changes its ids or its user namespace.
IDENTITY says as whom to run:

* ``keep``: as we are.
* ``map:UID:GID``: in a user namespace of its own in which our id is called UID. To the machine it is still us, without
  any capability; the program sees an ordinary user. No account is made and no file changes hands.
* ``drop:UID:GID``: as that id, which must own what the program writes.

FOLDER becomes the working directory. Exit status 97: refused by the kernel; the reason is on standard error.
"""

import contextlib
import ctypes
import os
import resource
import sys

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
REFUSED = 97


def main(arguments: list[str]) -> None:
    parent, signal_number, identity, folder, _, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    os.chdir(folder)
    how, *ids = identity.split(":")
    if how == "map":
        _enter_namespace(libc, uid=int(ids[0]), gid=int(ids[1]))
    elif how == "drop":
        _drop(uid=int(ids[0]), gid=int(ids[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold keys and evidence
    if how != "keep":
        _call(libc, "prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call(libc, "prctl", _PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the wish was heard
        sys.exit(REFUSED)
    os.execv(command[0], command)  # noqa: S606  (no shell is the point)


def _enter_namespace(libc: ctypes.CDLL, *, uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _call(libc, "unshare", _CLONE_NEWUSER)
    with contextlib.suppress(FileNotFoundError):  # kernels before 3.19 have no such file and need none
        _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def _drop(*, uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _call(libc: ctypes.CDLL, name: str, *arguments: int) -> None:
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.stderr.write(f"launcher: {error}\n")
        sys.exit(REFUSED)
