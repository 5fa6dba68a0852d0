"""Fetch a package: over as many connections as it takes, and given its name only when its digest is right."""

import contextlib
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from dems.cli.client import Client, Problem, check
from dems.cli.receive import place
from dems.cli.screen import Failed, shown, warn

_BLOCK = 1024 * 1024
_TRIES = 8
_LONGEST_PAUSE = 20.0
_PARTIAL = 206


def fetch_package(client: Client, export: dict[str, Any], output: Path, *, overwrite: bool) -> Path:
    """Where it is then. Raises `Failed` when what came is not the package, or the file is there already."""
    target = output / f"dems-export-{export['id']}.zip" if output.is_dir() else output
    if not overwrite and target.exists():
        raise Failed(f"{shown(target)} is there already: give another name with -o, or say --overwrite.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=".dems-", suffix=".part", dir=target.parent)
    except OSError as error:
        raise Failed(f"Nothing can be written to {shown(target.parent)} ({error.strerror}).") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            _all(client, export, file)
            os.fsync(file.fileno())
        place(temporary, target, overwrite=overwrite)
    except OSError as error:
        raise Failed(f"{shown(target)} could not be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _all(client: Client, export: dict[str, Any], file: BinaryIO) -> None:
    hashing, got = hashlib.sha256(), 0
    for attempt in range(1, _TRIES + 1):
        before = got
        try:
            for block in _from(client, export, got):
                file.write(block)
                hashing.update(block)
                got += len(block)
        except httpx.HTTPError as error:
            failure: Failed = client.unreachable(error)
        except Problem as problem:
            if not problem.passing:
                raise
            failure = problem
        else:
            if got == export["size"]:
                break
            failure = Failed("The connection ended early.")
        if attempt == _TRIES:
            raise failure
        warn(f"{failure} Going on from byte {got}.")
        time.sleep(0.2 if got > before else min(0.5 * 2**attempt, _LONGEST_PAUSE))
    if hashing.hexdigest() != export["sha256"]:
        raise Failed("What came is not the package that was made: nothing was kept. Report this.")


def _from(client: Client, export: dict[str, Any], start: int) -> Any:
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with client.stream(f"/v1/exports/{export['id']}/content", headers) as answer:
        if not answer.is_success:
            with contextlib.suppress(httpx.HTTPError):
                answer.read()
            check(answer)
        if start and answer.status_code != _PARTIAL:
            raise Failed("The server does not go on from where it was: fetch the package again.")
        yield from answer.iter_raw(_BLOCK)
