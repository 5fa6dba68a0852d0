"""The generated passwords and keys of one data folder, made once and kept in ``secrets.json`` (0600)."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from dems.engines.errors import FolderRefused
from dems.engines.folder import write_private

FILE = "secrets.json"
_NAMES = (
    "dems_superuser",
    "dems_owner",
    "dems_app",
    "dems_reader",
    "dems_sequencer",
    "dems_signer",
    "broker",
    "s3_app_access",
    "s3_app_secret",
    "s3_setup_access",
    "s3_setup_secret",
)
_LATER = frozenset({"dems_sequencer", "dems_signer"})
"""Not in the folders of every release."""


def load_or_make_secrets(folder: Path) -> Mapping[str, str]:
    """The secrets of this folder. Every value is safe in a URL, in a configuration file and in JSON.

    A folder that an earlier release made gets those that it did not know yet.

    Raises `FolderRefused` when the file is damaged: made anew, it would shut us out of the database it belongs to.
    """
    path = folder / FILE
    if not path.exists():
        if (folder / "postgres" / "cluster").exists():
            raise FolderRefused(f"{path} is missing, and the database in {folder} needs it: restore it from a backup.")
        _write(path, {name: _made(name) for name in _NAMES})
    try:
        found = json.loads(path.read_bytes())
        kept = {name: _text(found[name]) for name in _NAMES if name in found or name not in _LATER}
    except (ValueError, KeyError, TypeError) as error:
        raise FolderRefused(f"{path} is damaged: restore it from a backup.") from error
    lacking = {name: _made(name) for name in _NAMES if name not in kept}
    if lacking:
        _write(path, {**kept, **lacking})
    return {**kept, **lacking}


def _made(name: str) -> str:
    return secrets.token_hex(10 if name.endswith("_access") else 24)


def _write(path: Path, values: Mapping[str, str]) -> None:
    write_private(path, json.dumps(values, indent=1).encode())


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isalnum():
        raise ValueError(value)
    return value
