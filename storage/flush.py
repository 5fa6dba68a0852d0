"""Bringing acknowledged bytes to the disk, where the store's disks are ours."""

import ctypes
import errno
import os
import threading
from pathlib import Path

from storage.errors import StorageError, StoreFull


class DiskFlush:
    """`syncfs(2)` on one file system. Safe from several threads.

    After a failed flush the kernel marks the lost pages clean, so a later success would say nothing about them:
    one failure therefore makes every later call of this process fail too, until someone has looked.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._failure: str | None = None
        self._guard = threading.Lock()

    def __call__(self) -> None:
        """Return when all that was written to the file system so far is on its disk. Raises `StorageError`."""
        if self._failure is not None:
            raise StorageError(self._failure)
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise StorageError(f"sync_path {self._path} cannot be opened: {error}") from error
        try:
            ctypes.set_errno(0)
            if self._libc.syncfs(handle) == 0:
                return
            number = ctypes.get_errno()
        finally:
            os.close(handle)
        message = f"syncfs of {self._path} failed: {os.strerror(number)}; acknowledged bytes may be lost"
        with self._guard:
            self._failure = message
        raise (StoreFull if number in {errno.ENOSPC, errno.EDQUOT} else StorageError)(message)
