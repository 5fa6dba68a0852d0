"""The data folder: whose it is, that one process holds it, and files in it that are whole or absent.

Everything of an embedded installation lies in one folder. It is made with mode 0700; a folder that
was there before is taken only when it is empty and ours, and its mode is never changed.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from dems.engines.errors import AlreadyRunning, DiskRefused, EngineError, FolderRefused, VersionRefused

_MARKER = "dems-data.json"
_LOCK = "lock"
_UNFINISHED = "restore-unfinished"
_FORMAT = 1
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOG_LIMIT = 10 * 1024 * 1024
# The database alone takes 70 MB before it holds anything; a start that runs out half-way helps nobody.
_FLOOR_FIRST_START = 256 * 1024 * 1024
_FLOOR_LATER_START = 48 * 1024 * 1024


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, mode 0600, durably: after a crash it holds the old bytes or the new, never a part.

    Raises `OSError`.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def bound_log(path: Path) -> None:
    """Keep a log below about 20 MB in all: what is longer than 10 MB is copied to ``.1`` and emptied in place.

    Writers hold it open for appending, so it cannot be moved away under them; a line written in between is lost.
    """
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_LIMIT:
            shutil.copyfile(path, path.with_name(path.name + ".1"))
            os.truncate(path, 0)


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what a full or read-only disk raises into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(folder) from error
        if error.errno == errno.EROFS:
            raise disk_read_only(folder) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise FolderRefused(
                f"{error.filename or folder} cannot be used by user id {os.geteuid()}: "
                "give DEMS_DATA_DIR a folder that belongs to the user who runs DEMS."
            ) from error
        raise EngineError(f"The data folder {folder} cannot be used ({error}): check the disk.") from error


def free_bytes(folder: Path) -> int:
    """What users who are not root may still write on the disk that holds a folder."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def disk_full(folder: Path) -> DiskRefused:
    return DiskRefused(f"The disk that holds {folder} is full: free some space on it and start again.")


def disk_read_only(folder: Path) -> DiskRefused:
    return DiskRefused(f"The disk that holds {folder} is read-only: make it writable and start again.")


def begin_restore(folder: Path) -> None:
    """Mark a folder as not to be used until `end_restore`: `hold` refuses it meanwhile.

    Raises `FileExistsError` when somebody else restores into it.
    """
    os.close(os.open(folder / _UNFINISHED, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    sync_folder(folder)


def end_restore(folder: Path) -> None:
    (folder / _UNFINISHED).unlink()
    sync_folder(folder)


class DataFolder:
    """One data folder, once `hold` has returned held by this process alone until `release` or its death."""

    def __init__(self, path: Path, *, restoring: bool = False) -> None:
        """Only whoever is `restoring` may hold a folder whose restore is not finished."""
        self.path = path.expanduser().absolute()
        self._restoring = restoring
        self._lock: int | None = None

    @property
    def held(self) -> bool:
        return self._lock is not None

    def hold(self) -> None:
        """Make or check the folder and take its lock.

        Raises `AlreadyRunning`, `FolderRefused`, `VersionRefused`, `DiskRefused`.
        """
        with disk_errors(self.path):
            self._make()
            self._check_finished()
            self._check_owner()
            self._take_lock()
            try:
                first = not (self.path / _MARKER).exists()
                self._check_space(_FLOOR_FIRST_START if first else _FLOOR_LATER_START)
                if first:
                    write_private(self.path / _MARKER, json.dumps({"format": _FORMAT}).encode())
                self._check_marker()
            except BaseException:
                self.release()
                raise

    def hold_as_it_is(self) -> None:
        """Take the lock of a folder that DEMS made, to read it: nothing is made, and no room on its disk is asked for.

        Raises what `hold` raises.
        """
        with disk_errors(self.path):
            self._check_finished()
            if not (self.path / _MARKER).is_file():
                raise FolderRefused(f"There is no installation of DEMS in {self.path}: name its folder.")
            self._check_owner()
            self._take_lock()
            try:
                self._check_marker()
            except BaseException:
                self.release()
                raise

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def subfolder(self, name: str) -> Path:
        """A folder of ours inside it, mode 0700."""
        path = self.path / name
        with disk_errors(self.path):
            path.mkdir(mode=0o700, exist_ok=True)
        return path

    def _make(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            raise FolderRefused(f"{error.filename} is not a folder: give DEMS_DATA_DIR another path.") from error

    def _check_owner(self) -> None:
        status = self.path.stat()
        if status.st_uid != os.geteuid():
            raise FolderRefused(
                f"{self.path} belongs to user id {status.st_uid} and DEMS runs as {os.geteuid()}: "
                "run DEMS as its owner, or give DEMS_DATA_DIR another folder."
            )
        if status.st_mode & 0o022:
            raise FolderRefused(
                f"{self.path} can be written to by other users: run `chmod go-w` on it, "
                "or give DEMS_DATA_DIR a folder that does not exist yet."
            )
        if (self.path / _MARKER).exists():
            return
        foreign = sorted({path.name for path in self.path.iterdir()} - {_LOCK, f".{_MARKER}.new", "lost+found"})
        if foreign:
            raise FolderRefused(
                f"{self.path} is not empty and was not made by DEMS (it holds {foreign[0]!r}): "
                "give DEMS_DATA_DIR an empty or new folder."
            )

    def _take_lock(self) -> None:
        path = self.path / _LOCK
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        deadline = time.monotonic() + 1
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
                os.close(descriptor)
                pid = int(holder) if holder.isdecimal() else 0
                raise AlreadyRunning(
                    f"DEMS is already running on {self.path} (process {pid or 'unknown'}): "
                    "stop that one first, or give DEMS_DATA_DIR another folder.",
                    pid,
                ) from None
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            os.close(descriptor)
            raise
        self._lock = descriptor

    def _check_finished(self) -> None:
        mark = self.path / _UNFINISHED
        if mark.exists() and not self._restoring:
            raise FolderRefused(
                f"{self.path} holds a restore that was interrupted or not found right: run `dems restore` again into a "
                f"new folder. Who wants to use this one in spite of that removes {mark} first."
            )

    def _check_space(self, floor: int) -> None:
        if os.statvfs(self.path).f_flag & os.ST_RDONLY:
            raise disk_read_only(self.path)
        free = free_bytes(self.path)
        if free < floor:
            raise DiskRefused(
                f"The disk that holds {self.path} has {free // 2**20} MB free and a start needs {floor // 2**20} MB: "
                "free some space on it and start again."
            )

    def _check_marker(self) -> None:
        try:
            found = json.loads((self.path / _MARKER).read_bytes())["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise FolderRefused(
                f"{self.path / _MARKER} is damaged: restore it from a backup, its content is "
                f"{json.dumps({'format': _FORMAT})}."
            ) from error
        if found != _FORMAT:
            raise VersionRefused(
                f"{self.path} was written by another version of DEMS (format {found}, this one reads {_FORMAT}): "
                "run the version that wrote it."
            )
