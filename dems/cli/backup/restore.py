"""Restoring: the files of a backup into a new data folder, each compared on the way, then all that they hold verified.

From its first moment until it was found right the folder carries a mark with which DEMS does not start on it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from dems.bootstrap import Dems
from dems.bootstrap.ledger import FSCK_BUCKET, FSCK_DATABASE, LedgerActs
from dems.cli.backup.check import difference, is_folder
from dems.cli.backup.copying import Moved, Read, Work, in_words
from dems.cli.backup.manifest import File, Manifest, read_manifest
from dems.cli.backup.shelf import CONTENT
from dems.cli.children import settings_beside
from dems.cli.screen import Failed, shown, size_text
from dems.db.engine import told_apart
from dems.db.migrate import head, migrate
from dems.engines import Engines
from dems.engines.folder import begin_restore, end_restore, free_bytes
from dems.engines.rest import INSTALLED_MAJOR, hand_over
from dems.settings import Settings
from dems.usecases.upkeep.verify_all import Looked
from storage.flush import DiskFlush

_ROOM_BESIDE = 256 * 1024 * 1024
"""A start takes some, and the database writes its log."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where sentences go: what is wrong, what was wrong before, how far it is."""

    wrong: Callable[[str], None]
    known: Callable[[str], None]
    copied: Callable[[int], None]
    looked: Callable[[Looked], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """`problems` of all kinds; `looked` is None where the files themselves were not those of the manifest."""

    manifest: Manifest
    sha256: str
    problems: int
    looked: Looked | None


def restore(
    generation: Path, settings: Settings, *, wanted: str | None, read_bytes: bool, reporting: Reporting
) -> Restored:
    """Restore into `settings.data_dir`, which must be new or empty. Raises `Failed`, `EngineError`."""
    manifest, sha256 = read_manifest(generation, wanted=wanted)
    folder = settings.data_dir.expanduser().absolute()
    if manifest.database not in {None, INSTALLED_MAJOR}:
        raise Failed(
            f"This backup holds a database of PostgreSQL {manifest.database} and {INSTALLED_MAJOR} is installed: "
            f"restore it with the release of DEMS that made it ({manifest.versions.get('dems', 'unknown')})."
        )
    with in_words(folder):
        _take_folder(folder, generation, manifest)
        problems = _copy(generation / CONTENT, folder, manifest, reporting)
        if problems:
            return Restored(manifest, sha256, problems, None)
        DiskFlush(folder)()
        hand_over(folder)
    looked, wrong = _verify(folder, settings, manifest, reporting, read_bytes=read_bytes)
    if not wrong:
        end_restore(folder)
    return Restored(manifest, sha256, wrong, looked)


def _take_folder(folder: Path, generation: Path, manifest: Manifest) -> None:
    here, there = Path(os.path.realpath(folder)), Path(os.path.realpath(generation))
    if here == there or there in here.parents or here in there.parents:
        raise Failed(f"{folder} and the backup {generation} lie in each other: name another folder with --data-dir.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise Failed(f"{error.filename} is not a folder: name a new one with --data-dir.") from error
    found = sorted({path.name for path in folder.iterdir()} - {"lost+found"})
    if found:
        raise Failed(
            f"{folder} is not empty (it holds {found[0]!r}), and a restore goes over nothing: "
            "name a new folder with --data-dir, or move this one away."
        )
    if folder.stat().st_uid != os.geteuid() or folder.stat().st_mode & 0o022:
        raise Failed(f"{folder} belongs to or can be written to by other users: name a new folder with --data-dir.")
    _check_room(folder, manifest)
    try:
        begin_restore(folder)
    except FileExistsError as error:
        raise Failed(f"Another `dems restore` writes to {folder}: name a new folder with --data-dir.") from error


def _check_room(folder: Path, manifest: Manifest) -> None:
    wanted, free = manifest.size + _ROOM_BESIDE, free_bytes(folder)
    if free < wanted:
        raise Failed(
            f"The disk that holds {folder} has {size_text(free)} free and this restore needs {size_text(wanted)}: "
            "free some space on it, or name a folder on another disk with --data-dir."
        )


def _copy(content: Path, folder: Path, manifest: Manifest, reporting: Reporting) -> int:
    """Copy every file; returns how many are not what the manifest says, each of which was reported."""
    problems = _make_folders(content, folder, manifest, reporting)
    work = Work(reporting.copied)

    def copy(file: File) -> Read | str:
        try:
            read = work.copy(content / file.path, folder / file.path)
        except Moved as error:
            return str(error)
        except FileNotFoundError:
            return "it is not in the backup"
        (folder / file.path).chmod(file.mode)
        return read

    for file, found in work.each(copy, manifest.files):
        problem = found if isinstance(found, str) else difference(file, found)
        if problem is not None:
            reporting.wrong(f"{shown(file.path)}: {shown(problem)}")
            problems += 1
    for each in reversed(manifest.folders):
        (folder / each.path).chmod(each.mode)
    return problems


def _make_folders(content: Path, folder: Path, manifest: Manifest, reporting: Reporting) -> int:
    problems = 0
    for each in manifest.folders:
        if not is_folder(content / each.path):
            reporting.wrong(f"{shown(each.path)}: it is not in the backup, or is no folder")
            problems += 1
        (folder / each.path).mkdir(mode=0o700)
    return problems


def _verify(
    folder: Path, settings: Settings, manifest: Manifest, reporting: Reporting, *, read_bytes: bool
) -> tuple[Looked, int]:
    """Start the engines on the restored folder, and nothing else, and look through all that they hold."""
    with Engines(folder, restoring=True) as engines:
        dems = Dems(settings_beside(settings, engines.connections), nudge=lambda _: None)
        try:
            wrong = _schema(dems, engines, manifest, reporting)
            looked = dems.upkeep.verify_all(
                read_bytes=read_bytes, wrong=reporting.wrong, known=reporting.known, told=reporting.looked
            )
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise Failed(
                f"The restored database refused ({reason}): it was not verified, {folder} is left for inspection, and DEMS "
                "does not start on it."
            ) from error
        else:
            return looked, wrong + looked.wrong + check_log(dems.ledger, reporting.wrong)
        finally:
            dems.close()


def check_log(ledger: LedgerActs, wrong: Callable[[str], None]) -> int:
    """Derive the custody log anew from the restored database and from the restored bucket; how many of the two do not hold.

    By the key that the restored database names: whoever was told another looks again with `dems ledger fsck --key`.
    """
    if not ledger.observe.signers():
        return 0
    kept, problems = ledger.kept(), 0
    for name, check in ((FSCK_DATABASE, ledger.check_database), (FSCK_BUCKET, ledger.check_bucket)):
        found = check(kept)
        if not found.held:
            wrong(f"{name}: {found.words()}")
            problems += 1
    return problems


def _schema(dems: Dems, engines: Engines, manifest: Manifest, reporting: Reporting) -> int:
    """Compare the schema with what the backup says, and bring it to this program's as `dems up` would."""
    wrong, current = 0, dems.schema().current
    if manifest.schema is not None and current != manifest.schema:
        reporting.wrong(f"the database's schema is {current}, and the backup says {manifest.schema}")
        wrong += 1
    if current != head():
        try:
            with told_apart():
                migrate(engines.connections.database_owner_url)
        except CommandError as error:
            raise Failed(
                f"The database's schema is {current}, which this program (at {head()}) does not know: restore it with "
                f"the release of DEMS that made the backup ({manifest.versions.get('dems', 'unknown')})."
            ) from error
    return wrong
