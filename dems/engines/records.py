"""What an earlier run left running: written before it is needed, believed only when the process proves it."""

import json
import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from dems.engines.errors import EngineError
from dems.engines.folder import write_private
from dems.engines.process import Record, end_recorded, processes_inside

_FILE = "processes.json"
_ORPHAN_SECONDS = 15.0

_LAST_WORDS: Mapping[str, tuple[tuple[signal.Signals, float], ...]] = {
    "postgres": ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)),
    "valkey": ((signal.SIGTERM, 3.0),),
    "seaweedfs": ((signal.SIGTERM, 5.0),),
}


def write_records(folder: Path, records: Mapping[str, Record], ports: Mapping[str, int]) -> None:
    """Remember the processes and ports of this run."""
    processes = {name: [record.pid, record.started, record.boot] for name, record in records.items()}
    write_private(folder / _FILE, json.dumps({"processes": processes, "ports": dict(ports)}, indent=1).encode())


def last_ports(folder: Path) -> dict[str, int]:
    """The ports of the run before; empty when there was none, or its file cannot be read."""
    ports = _read(folder).get("ports")
    if not isinstance(ports, dict):
        return {}
    return {str(name): port for name, port in ports.items() if isinstance(port, int) and 1024 <= port < 55_535}  # noqa: PLR2004


def end_leftovers(folder: Path) -> None:
    """End what an earlier run of this folder left behind. Called with the folder's lock held, and nothing started yet.

    A process that is not in the record, or whose id has passed to another program, is never signalled.
    """
    processes = _read(folder).get("processes")
    if isinstance(processes, dict):
        for name, fields in processes.items():
            record = _record(fields)
            if record is not None and record.alive():
                end_recorded(record, folder, *_LAST_WORDS.get(str(name), ()))


def await_orphans(engine_folders: Iterable[Path]) -> None:
    """Return when no process works in these folders: the children of a dead PostgreSQL end by themselves.

    Raises `EngineError` when one stays; it is not ours to end.
    """
    deadline = time.monotonic() + _ORPHAN_SECONDS
    for folder in engine_folders:
        while staying := processes_inside(folder):
            if time.monotonic() > deadline:
                raise EngineError(
                    f"Process {staying[0]} works in {folder}, and DEMS did not start it or cannot end it: "
                    "end it and start again."
                )
            time.sleep(0.05)


def _read(folder: Path) -> dict[str, object]:
    try:
        document = json.loads((folder / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _record(fields: object) -> Record | None:
    match fields:
        case [int(pid), int(started), str(boot)] if pid > 1:
            return Record(pid, started, boot)
        case _:
            return None
