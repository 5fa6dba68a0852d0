"""The commands `dems backup` and `dems restore`."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_fields, say_json, size_text, warn

if TYPE_CHECKING:
    from dems.cli.backup.restore import Restored
    from dems.usecases.upkeep.verify_all import Looked

_MOST_NAMED = 1000
_SAY_EVERY = 5.0

Sha256 = Annotated[
    str | None,
    typer.Option(
        "--sha256", help="The manifest's SHA-256 as it was written down; another is refused", show_default=False
    ),
]


class _Named:
    """Sentences about what is wrong, each as it is found; of very many the first thousand."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self._more = 0

    def __call__(self, problem: str) -> None:
        if len(self.first) < _MOST_NAMED:
            self.first.append(problem)
            warn(f"WRONG: {problem}")
        elif not self._more:
            self._more = 1
            warn(f"More than {_MOST_NAMED} things are wrong; the rest is counted only.")


def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where backups are kept; with --check, one of them will do, too")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Take none: read the newest one again and compare it with its manifest")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Copy what did not change since the backup before, too")] = False,
    sha256: Sha256 = None,
    as_json: Json = False,
) -> None:
    """Copy a stopped installation (DEMS_DATA_DIR) as a whole: database, store and keys. The copy holds all of them.

    Each backup is whole in itself; what did not change since the one before takes no room twice. After any interruption
    run the same command again.

    Example: DEMS_DATA_DIR=/srv/dems dems backup /mnt/backups
    """
    if check:
        _check(folder, sha256, as_json=as_json)
        return
    if sha256 is not None:
        raise typer.BadParameter("--sha256 goes with --check: a new backup has a manifest of its own")
    from dems.cli.backup.take import take  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.cli.beside import plain_words, read_settings  # noqa: PLC0415

    with plain_words():
        settings = read_settings()
        taken = take(settings.data_dir.expanduser().absolute(), folder, anew=anew, told=_Bytes("copied"))
    fields = {
        "backup": taken.folder,
        "files": len(taken.manifest.files),
        "copied": taken.copied,
        "kept": taken.kept,
        "schema": taken.manifest.schema,
        "manifest_sha256": taken.sha256,
    }
    if as_json:
        say_json(fields)
        return
    say_fields({**fields, "copied": size_text(taken.copied), "kept": size_text(taken.kept)})
    say("Write the manifest's SHA-256 down elsewhere: who changes a backup can change its manifest, too.")
    if taken.kept:
        say("What was kept from the backup before was not read again: `dems backup --check` does, while DEMS may run.")


def _check(folder: Path, sha256: str | None, *, as_json: bool) -> None:
    from dems.cli.backup.check import check  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.cli.backup.copying import in_words  # noqa: PLC0415
    from dems.cli.backup.shelf import generation_in  # noqa: PLC0415

    named = _Named()
    with in_words(folder):
        generation = generation_in(folder)
        found = check(generation, wanted=sha256, wrong=named, told=_Bytes("read"))
    fields = {
        "backup": generation,
        "files": len(found.manifest.files),
        "bytes": found.manifest.size,
        "manifest_sha256": found.sha256,
        "wrong": found.problems,
    }
    say_json({**fields, "problems": named.first}) if as_json else say_fields(
        {**fields, "bytes": size_text(found.manifest.size)}
    )
    if found.problems:
        raise Failed(
            f"{generation} is not what was backed up ({_things(found.problems)} wrong): keep it, use another one, "
            "and take the next with --anew, which copies everything."
        )


def restore(
    folder: Annotated[
        Path, typer.Argument(metavar="BACKUP", help="A backup, or the folder of backups, of which the newest is taken")
    ],
    data_dir: Annotated[
        Path | None, typer.Option(help="The new data folder; else DEMS_DATA_DIR, else ./data", show_default=False)
    ] = None,
    skip_bytes: Annotated[
        bool, typer.Option("--skip-bytes", help="Do not read the evidence back from the store: for very large ones")
    ] = False,
    sha256: Sha256 = None,
    as_json: Json = False,
) -> None:
    """Restore a backup into a new folder, and verify all that it holds: chains, digests, versions and locks.

    Exit code 1 when anything is not as it should be; the folder is then left for inspection, and DEMS does not start on it.

    Example: dems restore /mnt/backups --data-dir /srv/dems-restored
    """
    from dems.cli.backup.restore import Reporting  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.cli.backup.restore import restore as bring_back  # noqa: PLC0415
    from dems.cli.backup.shelf import generation_in  # noqa: PLC0415
    from dems.cli.beside import plain_words, read_settings  # noqa: PLC0415

    named = _Named()
    reporting = Reporting(named, lambda text: warn(f"as before: {text}"), _Bytes("copied"), _Items())
    with plain_words():
        settings = read_settings(data_dir=data_dir)
        generation = generation_in(folder)
        target = settings.data_dir.expanduser().absolute()
        done = bring_back(generation, settings, wanted=sha256, read_bytes=not skip_bytes, reporting=reporting)
    fields = _counts(generation, target, done)
    say_json({**fields, "bytes_read_back": not skip_bytes, "problems": named.first}) if as_json else say_fields(fields)
    if done.looked is not None and skip_bytes:
        warn(
            f"NOT CHECKED: the bytes of {_items(done.looked.sealed)} were not read back from the store (--skip-bytes); "
            "that each version is there, its size and its lock were. Run it without --skip-bytes to know."
        )
    if done.problems:
        raise Failed(
            f"The restore is not right ({_things(done.problems)} wrong, named above): {target} is left for inspection, "
            "and DEMS does not start on it."
        )
    if not as_json:
        say(f"All of it holds. Start it with: dems up --data-dir {_quoted(target)}")


def _counts(generation: Path, target: Path, done: "Restored") -> dict[str, object]:
    fields: dict[str, object] = {
        "backup": generation,
        "taken_at": done.manifest.at,
        "manifest_sha256": done.sha256,
        "data_dir": target,
        "files": len(done.manifest.files),
    }
    if done.looked is not None:
        fields |= {
            "chains": done.looked.chains,
            "entries": done.looked.entries,
            "items": done.looked.items,
            "sealed_items": done.looked.sealed,
            "bytes_compared": done.looked.read,
            "uploads_with_a_version": done.looked.uploads,
            "as_before": done.looked.known,
            "details_destroyed": done.looked.destroyed,
        }
    return {**fields, "wrong": done.problems}


def _things(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count} things are"


def _items(count: int) -> str:
    return "1 sealed item" if count == 1 else f"{count} sealed items"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


class _Every:
    """Says how far it is on standard error, every few seconds and only to a person."""

    def __init__(self) -> None:
        self._person = sys.stderr.isatty()
        self._next = time.monotonic() + _SAY_EVERY

    def say(self, text: str) -> None:
        if self._person and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SAY_EVERY
            warn(text)


class _Bytes(_Every):
    def __init__(self, verb: str) -> None:
        super().__init__()
        self._verb = verb

    def __call__(self, done: int) -> None:
        self.say(f"{size_text(done)} {self._verb} …")


class _Items(_Every):
    def __call__(self, looked: "Looked") -> None:
        self.say(
            f"{looked.entries} entries of {looked.chains} chains, {looked.sealed} sealed items, "
            f"{size_text(looked.read)} compared …"
        )
