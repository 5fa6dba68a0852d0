"""Starts and stops the embedded PostgreSQL, SeaweedFS and Valkey. See ``docs/adr/0002-embedded-engines.md``."""

from dems.engines.connections import Connections, read_connections
from dems.engines.engines import Engines
from dems.engines.errors import (
    AlreadyRunning,
    DiskRefused,
    EngineError,
    FolderRefused,
    PlatformRefused,
    StartFailed,
    StoreExposed,
    UnprivilegedIdNeeded,
    VersionRefused,
)

__all__ = [
    "AlreadyRunning",
    "Connections",
    "DiskRefused",
    "EngineError",
    "Engines",
    "FolderRefused",
    "PlatformRefused",
    "StartFailed",
    "StoreExposed",
    "UnprivilegedIdNeeded",
    "VersionRefused",
    "read_connections",
]
