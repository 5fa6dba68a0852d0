"""A process that has imported what several programs of ours share, and forks them. Run by `dems.engines.forking`, never imported.

``python -m dems.engines.fork_server ROOM``

Standard input is a socket. Its first message is a JSON list of the modules to import. Every later message is one byte that carries
two descriptors: a socket that says what the child is to be, and where its output goes. The server forks twice and reads no order, so
what is meant for one child is never in the memory of another. The child is adopted by the process that asked (which is a
subreaper meanwhile), asks the kernel to die with it, answers its process id and becomes the program.

ROOM is blank: in its place `ps` shows the command of each child.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_ARGUMENTS = slice(45, 47)  # fields 48 and 49 of /proc/self/stat, counted from the first one after the name
REFUSED = 97
"""Exit status where whoever asked has died meanwhile."""


def main() -> None:
    """Never ends as long as anybody may ask; in a child it is the child's whole life."""
    control = socket.socket(fileno=0)
    parent = os.getppid()
    gc.disable()  # what is loaded stays, and looking through it writes on every page that the children share
    for name in json.loads(_message(control)):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    channel, output = _serve(control)
    control.detach()
    _become(channel, output, parent)()


def _serve(control: socket.socket) -> tuple[socket.socket, int]:
    """Returns in a child, of which nobody of this process is the parent any more. Ends the process when nobody can ask."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not asked:
            sys.exit(0)
        between = os.fork()
        if between == 0:
            between = os.getpid()
            if os.fork():
                os._exit(0)
            while os.getppid() == between:
                time.sleep(0.0005)
            return socket.socket(fileno=descriptors[0]), descriptors[1]
        for descriptor in descriptors:
            os.close(descriptor)
        os.waitpid(between, 0)


def _become(channel: socket.socket, output: int, parent: int) -> Callable[[], Any]:
    """The program of the order, in a session of its own with its environment, folder, output and name."""
    with channel:
        order = json.loads(_message(channel))
        os.setsid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it died before the wish was heard
            sys.exit(REFUSED)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.close(nothing)
        os.close(output)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["env"])
        sys.argv = order["argv"][2:]  # without the interpreter and its -m
        _show(order["argv"])
        gc.enable()
        channel.sendall(f"{os.getpid()}\n".encode())
    module, _, function = order["entry"].partition(":")
    program: Callable[[], Any] = getattr(importlib.import_module(module), function)
    return program


def _message(channel: socket.socket) -> bytes:
    """A line of any length; what follows it is left."""
    with channel.makefile("rb", buffering=0) as lines:
        return lines.readline()


def _show(argv: list[str]) -> None:
    """As the command line of this process, as far as there is room for it where its own was."""
    with contextlib.suppress(OSError, ValueError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = map(int, fields[_ARGUMENTS])
        text = "\0".join(argv).encode()[: end - start - 1]
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, text, len(text))


if __name__ == "__main__":
    main()
