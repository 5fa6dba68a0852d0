"""Bytes from one file to another, hashed on the way, several files at once, in constant memory."""

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from dems.cli.screen import Failed, shown

AT_ONCE = 4
_BUFFER_BYTES = 1024 * 1024
_AHEAD = 64
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Task = TypeVar("Task")
Result = TypeVar("Result")


class Stopped(Exception):
    """Somebody else's failure, or Ctrl-C, ended this copy."""


class Moved(Exception):
    """The file is not what it was when its copy began, or no plain file at all."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one file."""

    size: int
    sha256: str


def mark_of(status: os.stat_result) -> str:
    """What changes whenever a file's content does, whoever sets its times back: `utime` itself moves the last of these."""
    return f"{status.st_ino}:{status.st_mtime_ns}:{status.st_ctime_ns}"


class Work:
    """Several files at once, and how far they are. One failure, or Ctrl-C, ends them all."""

    def __init__(self, told: Callable[[int], None] = lambda _: None) -> None:
        """`told` is given the bytes done so far, now and then, in the caller's thread."""
        self._told = told
        self._done = 0
        self._counting = threading.Lock()
        self._stop = threading.Event()

    def each(self, act: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Do `act` for every task, `AT_ONCE` at a time; results come as they are ready. Raises what `act` raises first."""
        waiting = iter(tasks)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="copy") as pool:
            try:
                running: dict[Future[Result], Task] = {}
                while True:
                    for task in islice(waiting, _AHEAD - len(running)):
                        running[pool.submit(act, task)] = task
                    if not running:
                        return
                    ready, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
                    self._told(self._done)
                    for future in ready:
                        yield running.pop(future), future.result()
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def copy(self, source: Path, target: Path, *, durable: bool = False) -> Read:
        """Copy a file to a new one of mode 0600. What is read is hashed, and the same buffer is written.

        Raises `Moved` when the source changes meanwhile or is a link, `Stopped`, `OSError`.
        """
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            read = self._read(source, lambda data: _write(descriptor, data))
            if durable:
                os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        return read

    def hash(self, source: Path) -> Read:
        """Raises `Moved`, `Stopped`, `OSError`."""
        return self._read(source, lambda _: None)

    def _read(self, source: Path, also: Callable[[memoryview], None]) -> Read:
        descriptor = _open(source)
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Moved(f"{source} is not a plain file")
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            hashing, size = hashlib.sha256(), 0
            buffer = memoryview(bytearray(min(_BUFFER_BYTES, before.st_size + 1)))
            while count := os.readv(descriptor, [buffer]):
                if self._stop.is_set():
                    raise Stopped
                hashing.update(buffer[:count])
                also(buffer[:count])
                size += count
                with self._counting:
                    self._done += count
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if size != before.st_size or mark_of(after) != mark_of(before):
            raise Moved(f"{source} was changed while it was read")
        return Read(size, hashing.hexdigest())


def _open(source: Path) -> int:
    try:
        return os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Moved(f"{source} is a symbolic link") from error
        raise


def _write(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Turn what a disk or a moving source raises into the sentence of it; `folder` is what is written to."""
    try:
        yield
    except Moved as error:
        raise Failed(f"{shown(error)}: see that nothing else works in the data folder and run it again.") from error
    except OSError as error:
        where = shown(error.filename or folder)
        if error.errno in _FULL:
            raise Failed(f"The disk that holds {folder} is full: free some space on it and run it again.") from error
        raise Failed(f"{where} cannot be used ({error.strerror}): see to that and run it again.") from error
