"""How to reach the running engines, and the file in which a running instance says so to other commands."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dems.engines.folder import write_private
from dems.engines.process import Record

_FILE = "engines.json"


@dataclass(frozen=True, slots=True)
class Connections:
    """What the rest of DEMS needs to reach running engines. Holds secrets: never log one."""

    database_url: str
    database_owner_url: str
    database_reader_url: str
    database_sequencer_url: str
    database_signer_url: str
    s3_endpoint: str
    s3_app: tuple[str, str]
    s3_setup: tuple[str, str]
    broker_url: str
    store_path: Path

    def __repr__(self) -> str:
        return f"Connections(s3_endpoint={self.s3_endpoint!r}, store_path={self.store_path!r}, …)"


def read_connections(data_dir: Path) -> Connections | None:
    """The connections of the instance that runs on this folder; None when none does.

    A file left behind by a killed instance counts as none: the process it names must be that process, and alive.
    """
    try:
        document = json.loads((data_dir.expanduser().absolute() / _FILE).read_bytes())
        holder = Record(**document["holder"])
        connections = _from_json(document["connections"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None
    return connections if holder.alive() else None


def write_connections(folder: Path, connections: Connections, holder: Record, processes: dict[str, int]) -> None:
    document = {
        "holder": {"pid": holder.pid, "started": holder.started, "boot": holder.boot},
        "processes": processes,
        "connections": {
            "database_url": connections.database_url,
            "database_owner_url": connections.database_owner_url,
            "database_reader_url": connections.database_reader_url,
            "database_sequencer_url": connections.database_sequencer_url,
            "database_signer_url": connections.database_signer_url,
            "s3_endpoint": connections.s3_endpoint,
            "s3_app": list(connections.s3_app),
            "s3_setup": list(connections.s3_setup),
            "broker_url": connections.broker_url,
            "store_path": str(connections.store_path),
        },
    }
    write_private(folder / _FILE, json.dumps(document, indent=1).encode())


def remove_connections(folder: Path) -> None:
    (folder / _FILE).unlink(missing_ok=True)


def _from_json(values: dict[str, Any]) -> Connections:
    app, setup = values.pop("s3_app"), values.pop("s3_setup")
    path = Path(values.pop("store_path"))
    return Connections(**values, s3_app=(app[0], app[1]), s3_setup=(setup[0], setup[1]), store_path=path)
