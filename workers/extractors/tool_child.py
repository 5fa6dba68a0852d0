"""Becomes an installed program that reads one file: locks itself, tells the level, and runs it with the file as standard input.

What the program writes goes to the worker as it is. It is the only program that can run from here, and it runs once.
"""

import fcntl
import json
import os
import resource
import signal
from typing import NoReturn

from workers.extractors import sandbox
from workers.extractors.child import Order
from workers.extractors.programs import ENVIRONMENT, Program
from workers.extractors.sandbox import Runs
from workers.extractors.wire import HEADER, Kind

PROGRAM = 128
"""Its descriptor's number: above what the limit allows, so that nothing opened later can have it."""
_NOTHING = "/dev/null"


def run(order: Order, program: Program, *, line: int, file: int, parent: int, enclosed: bool) -> NoReturn:
    """Everything, in a process just forked by `parent`. `file` is open at the copy in memory; the process ends with the program."""
    try:
        os.setsid()
        _arrange(program, line, file)
        profile = Runs(PROGRAM, program.runnable, program.readable)
        reached = sandbox.lock(
            memory=order.memory, seconds=order.seconds, parent=parent, enclosed=enclosed, profile=profile
        )
        told = json.dumps({"level": reached.level.value, "missing": reached.missing}).encode()
        os.write(1, HEADER.pack(Kind.LOCKED, len(told)) + told)
        if reached.level.reaches(order.required):
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
                signal.signal(each, signal.SIG_DFL)
            # Of the program alone: what this process has goes with it.
            resource.setrlimit(resource.RLIMIT_AS, (order.memory, order.memory))
            os.execve(PROGRAM, [program.name, *program.arguments], ENVIRONMENT)  # noqa: S606 by its descriptor, in the sandbox
    except BaseException:  # noqa: BLE001 - the worker sees the line end, and nothing may run on in this process
        os._exit(1)
    os._exit(0)


def _arrange(program: Program, line: int, file: int) -> None:
    """Standard input is the file, standard output the line, errors go nowhere; the program is open, and nothing else."""
    binary = os.open(program.path, os.O_RDONLY)
    nothing = os.open(_NOTHING, os.O_WRONLY)
    # Out of the way first: the numbers that are wanted may be taken by one another.
    os.lseek(file, 0, os.SEEK_SET)
    above = [fcntl.fcntl(each, fcntl.F_DUPFD, PROGRAM + 1) for each in (file, line, nothing, binary)]
    for wanted, each in zip((0, 1, 2, PROGRAM), above, strict=True):
        os.dup2(each, wanted, inheritable=wanted != PROGRAM)
    os.closerange(3, PROGRAM)
    os.closerange(PROGRAM + 1, os.sysconf("SC_OPEN_MAX"))
