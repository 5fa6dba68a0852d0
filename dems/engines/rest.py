"""A data folder at rest: held, with nothing working in it, so that its files can be read as a whole."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from dems.engines.binaries import POSTGRES_MAJOR
from dems.engines.errors import AlreadyRunning
from dems.engines.folder import DataFolder
from dems.engines.identity import choose_identity
from dems.engines.records import await_orphans, end_leftovers

ENGINE_FOLDERS = ("broker", "postgres", "store")
OF_ONE_RUN = frozenset({"lock", "engines.json", "processes.json", "run.json"})
"""Files at the top of a data folder that speak of processes, ports and addresses: in another folder they would mislead."""


@contextlib.contextmanager
def at_rest(data_dir: Path) -> Iterator[Path]:
    """Hold a data folder while nothing runs on it; what a killed run left running is ended first. Starts nothing.

    Raises `AlreadyRunning` while DEMS runs on it, else what `DataFolder.hold` raises.
    """
    folder = DataFolder(data_dir)
    try:
        folder.hold_as_it_is()
    except AlreadyRunning as error:
        raise AlreadyRunning(
            f"DEMS runs on {folder.path} (process {error.pid or 'unknown'}), and files of a running store do not fit "
            "together: stop `dems up` (Ctrl-C or SIGTERM), run this command and start it again.",
            error.pid,
        ) from error
    try:
        end_leftovers(folder.path)
        await_orphans([folder.path / name for name in ENGINE_FOLDERS if (folder.path / name).is_dir()])
        yield folder.path
    finally:
        folder.release()


def hand_over(data_dir: Path) -> None:
    """Give the engines' folders, files and all, to the id that the engines will run as on this machine.

    Only where that is not ours. Raises `UnprivilegedIdNeeded`.
    """
    identity = choose_identity(data_dir)
    if identity.owner is None:
        return
    for name in ENGINE_FOLDERS:
        for path in (data_dir / name, *(data_dir / name).rglob("*")):
            identity.hand_over(path)


def database_major(data_dir: Path) -> str | None:
    """The major version of PostgreSQL that wrote the folder's database; None before its first start."""
    try:
        return (data_dir / "postgres" / "cluster" / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


INSTALLED_MAJOR = str(POSTGRES_MAJOR)
