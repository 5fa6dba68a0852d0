"""Fetch an item's bytes: hashed while they come, and given their name only when they are what was sealed."""

import base64
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import httpx

from dems.cli.client import Client, Problem, check
from dems.cli.screen import Failed, shown, warn
from dems.model.names import OriginalName

_BLOCK = 1024 * 1024
_TRIES = 8
_LONGEST_PAUSE = 20.0
_PARTIAL, _EXPIRED = 206, 409


@dataclass(frozen=True, slots=True)
class Received:
    """`path` is None where the bytes went to standard output."""

    path: Path | None
    size: int
    sha256: str


def original_name(item: dict[str, Any]) -> OriginalName | None:
    """The exact name of an item's file, from the item as the API shows it."""
    if item.get("name_base64"):
        return OriginalName(base64.b64decode(item["name_base64"]))
    return OriginalName(item["name"].encode()) if item.get("name") else None


def receive(
    client: Client, evidence_id: UUID, *, reason: str, purpose: str, output: Path | None, overwrite: bool
) -> Received:
    """Raises `Failed` when the bytes are not what was sealed, or the file is there already; nothing is then left behind."""
    item = client.get(f"/v1/evidence/{evidence_id}")
    to_stdout = output is not None and str(output) == "-"
    target = None if to_stdout else _target(item, output)
    if target is not None and not overwrite and target.exists():
        raise Failed(f"{shown(target)} is there already: give another name with -o, or say --overwrite.")
    try:
        folder = None if target is None else target.parent
        descriptor, name = tempfile.mkstemp(prefix=".dems-", suffix=".part", dir=folder)
    except OSError as error:
        raise Failed(f"Nothing can be written to {shown(folder)} ({error.strerror}).") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            sha256, size = _Fetch(client, evidence_id, {"reason": reason, "purpose": purpose}, item, file).run()
            if target is None:
                file.seek(0)
                shutil.copyfileobj(file, sys.stdout.buffer, _BLOCK)
                sys.stdout.buffer.flush()
                return Received(None, size, sha256)
            os.fsync(file.fileno())
        place(temporary, target, overwrite=overwrite)
    except OSError as error:
        raise Failed(f"{shown(target or 'Standard output')} could not be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Received(target, size, sha256)


def _target(item: dict[str, Any], output: Path | None) -> Path:
    name = original_name(item)
    safe = "evidence.bin" if name is None else name.safe
    if output is None:
        return Path.cwd() / safe
    return output / safe if output.is_dir() else output


def place(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give a finished file its name. Raises `Failed` if that is taken, and it is not to be replaced."""
    if overwrite:
        temporary.replace(target)
        return
    try:
        target.hardlink_to(temporary)  # unlike a rename, this never replaces what came in between
    except FileExistsError as error:
        raise Failed(f"{shown(target)} is there already: give another name with -o, or say --overwrite.") from error
    except OSError:  # a file system without links
        temporary.rename(target)


class _Fetch:
    """The bytes of one item into a file, over as many connections as it takes."""

    def __init__(
        self, client: Client, evidence_id: UUID, why: dict[str, str], item: dict[str, Any], file: BinaryIO
    ) -> None:
        self._client = client
        self._path = f"/v1/evidence/{evidence_id}"
        self._why = why
        self._sealed = str(item["digests"].get("sha256", ""))
        self._size = int(item["size"] or 0)
        self._file = file
        self._hashing = hashlib.sha256()
        self._got = 0

    def run(self) -> tuple[str, int]:
        url = self._granted()
        for attempt in range(1, _TRIES + 1):
            before = self._got
            try:
                self._take(url)
                return self._checked(), self._got
            except httpx.HTTPError as error:
                failure: Failed = self._client.unreachable(error)
            except Problem as problem:
                if self._got and problem.status == _EXPIRED:  # the grant ran out on the way
                    url = self._granted()
                elif not problem.passing:
                    raise
                failure = problem
            if attempt == _TRIES:
                raise failure
            warn(f"{failure} Going on from byte {self._got}.")
            time.sleep(0.2 if self._got > before else min(0.5 * 2**attempt, _LONGEST_PAUSE))
        raise RuntimeError("the last try returns or raises")

    def _granted(self) -> str:
        grant = self._client.post(f"{self._path}/access", self._why)
        if not self._got:
            for warning in grant["warnings"]:
                warn(f"Warning: {shown(warning)}.")
        url: str = grant["url"]
        return url

    def _take(self, url: str) -> None:
        headers = {"Range": f"bytes={self._got}-"} if self._got else {}
        headers["Accept-Encoding"] = "identity"
        with self._client.stream(url, headers) as answer:
            if not answer.is_success:
                with contextlib.suppress(httpx.HTTPError):
                    answer.read()
                check(answer)
            if answer.status_code != _PARTIAL and self._got:  # the server starts again, so do we
                self._file.seek(0)
                self._file.truncate()
                self._hashing, self._got = hashlib.sha256(), 0
            self._agrees(answer.headers.get("Repr-Digest", ""))
            for block in answer.iter_raw(_BLOCK):
                self._file.write(block)
                self._hashing.update(block)
                self._got += len(block)
        if self._got < self._size:
            raise httpx.RemoteProtocolError("the answer ended early")

    def _agrees(self, header: str) -> None:
        if header != f"sha-256=:{base64.b64encode(bytes.fromhex(self._sealed)).decode()}:":
            raise Failed(
                "The server says one digest of the item and another of its bytes: nothing was kept. Report this."
            )

    def _checked(self) -> str:
        found = self._hashing.hexdigest()
        self._file.flush()
        if self._got != self._size or found != self._sealed:
            raise Failed(
                f"What came is not what was sealed ({self._got} bytes with SHA-256 {found}, sealed were {self._size} "
                f"with {self._sealed}): nothing was kept. Report this."
            )
        return found
