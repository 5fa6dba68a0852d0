"""What an upload remembers between its runs: which file became which item. One small file for each, whole or absent.

The record is written before the item is declared, with everything that is about to be said: after a crash in between,
saying exactly the same again makes nothing twice.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from dems.cli.screen import Failed
from dems.cli.upload.content import Mark


@dataclass(frozen=True, slots=True)
class Remembered:
    """`body` is what was, or is about to be, declared under `key`; the rest comes with the answer."""

    body: dict[str, Any]
    key: str
    evidence_id: str | None = None
    upload_id: str | None = None
    upload_token: str | None = field(default=None, repr=False)
    done: bool = False
    found: bool = False
    """The case had it already; it was not declared from here."""

    @property
    def sha256(self) -> str:
        return str(self.body["file"]["sha256"])


def state_folder() -> Path:
    """DEMS_STATE_DIR, else where the XDG rules put the state of programs."""
    given = os.environ.get("DEMS_STATE_DIR", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    home = os.environ.get("XDG_STATE_HOME", "").strip()
    return (Path(home) if home else Path.home() / ".local" / "state") / "dems"


class Memory:
    """The records of one case, held by one process at a time.

    A case's id is unique everywhere, and the address of its server may change: `dems up` takes the first free port.
    """

    def __init__(self, case_id: str) -> None:
        self._case_id = case_id
        self._folder = state_folder() / "uploads" / _name(self._case_id)

    @contextmanager
    def held(self) -> Iterator[Self]:
        """Raises `Failed` while another upload into the case runs on this machine."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Failed(
                f"What was taken in cannot be remembered in {self._folder} ({error.strerror}): set DEMS_STATE_DIR."
            ) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failed("Another `dems upload` into this case runs here: wait until it is done.") from None
            yield self
        finally:
            os.close(descriptor)

    def key(self, path: Path, mark: Mark) -> str:
        """What a file is remembered by; another size or time is another file."""
        told = (self._case_id.encode(), os.fsencode(path), str(mark.size).encode(), str(mark.mtime_ns).encode())
        return hashlib.sha256(b"\0".join(told)).hexdigest()

    def recall(self, key: str) -> Remembered | None:
        try:
            return Remembered(**json.loads((self._folder / f"{key}.json").read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise Failed(
                f"{self._folder / key}.json cannot be read: whether this file was taken in is no longer known here. "
                "Look at `dems evidence list`, then remove that file."
            ) from error

    def keep(self, key: str, remembered: Remembered) -> None:
        path = self._folder / f"{key}.json"
        temporary = path.with_suffix(".new")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(asdict(remembered)).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise Failed(
                f"{path} cannot be written ({error.strerror}): set DEMS_STATE_DIR to a folder of yours."
            ) from error


def _name(case_id: str) -> str:
    return hashlib.sha256(case_id.encode()).hexdigest()[:32]
