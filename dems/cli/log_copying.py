"""A copy of the custody log for whoever wants to hold one: brought up to date each time, and never set back.

It is laid out as C2SP tlog-tiles says, so that other people's tools read it, too. `dems verify` says whether it holds.
"""

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dems.cli.client import Client, Problem, Unreachable
from dems.cli.screen import Failed, shown, warn
from dems.ledger.bundles import MAX_BUNDLE_BYTES, bundle_path, from_bundle, new_bundles
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.note import MAX_NOTE_BYTES, Note
from dems.ledger.policy import MAX_POLICY_BYTES
from dems.ledger.tiles import TILE_WIDTH, Tile
from dems.package.log_copy import NEWEST
from dems.package.places import POLICY

_TRIES = 6
_LONGEST_PAUSE = 20.0
_TEMPORARY = ".copying.part"
_PARTS = {NEWEST, POLICY, "checkpoints", "tile", _TEMPORARY}


@dataclass(frozen=True, slots=True)
class Copied:
    """How many entries the copy has now, and how many of them are new in it."""

    entries: int
    new: int


def copy_log(client: Client, folder: Path) -> Copied:
    """Take what is new of the log into a copy of it, or begin one.

    A checkpoint is laid down after the entries that it covers: whenever it ends, the copy is as it was or as it will be. Each
    checkpoint is kept, so that the next check compares them all.
    Raises `Failed`: also where what is offered does not go on from what the copy has, which is then kept beside it.
    """
    try:
        return _Copying(client, folder).run()
    except OSError as error:
        where = folder if error.filename is None else error.filename
        raise Failed(f"{shown(where)} cannot be read or written ({error.strerror}).") from error


class _Copying:
    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder

    def run(self) -> Copied:
        self._folder.mkdir(parents=True, exist_ok=True)
        ours = self._ours()
        note = self._fetched(NEWEST, MAX_NOTE_BYTES)
        try:
            offered = _checkpoint(note)
        except LedgerInvalid as error:
            raise Failed(f"What answers at {self._client.url}/ledger/{NEWEST} is no log: {error}.") from error
        self._must_go_on(ours, offered, note)
        had = 0 if ours is None else ours.size
        for tile in new_bundles(had, offered.size):
            self._take(tile, had, note)
        self._keep(offered, note)
        self._write(NEWEST, note)
        if not (self._folder / POLICY).exists():
            self._write(POLICY, self._fetched("policy", MAX_POLICY_BYTES))
        if had % TILE_WIDTH and had < offered.size:
            self._partial(had).unlink(missing_ok=True)
        return Copied(offered.size, offered.size - had)

    def _ours(self) -> Checkpoint | None:
        path = self._folder / NEWEST
        if not path.exists():
            if any(each.name not in _PARTS for each in self._folder.iterdir()):
                raise Failed(f"{shown(self._folder)} holds something else than a copy of a log: name another folder.")
            return None
        try:
            return _checkpoint(path.read_bytes())
        except LedgerInvalid as error:
            raise Failed(
                f"{shown(path)} is no checkpoint ({error}): name another folder, and look what happened to it."
            ) from error

    def _must_go_on(self, ours: Checkpoint | None, offered: Checkpoint, note: bytes) -> None:
        """What is plainly another log is not taken in. Whether it goes on from ours the tree proves, which `dems verify` makes."""
        if ours is None or offered == ours:
            return
        if offered.origin != ours.origin:
            raise Failed(
                f"This is a copy of the log {shown(ours.origin)}, and at {self._client.url} is the log "
                f"{shown(offered.origin)}: name another folder."
            )
        if offered.size < ours.size:
            raise self._other(note, f"has {offered.size} entries, and the copy {ours.size}: it was set back")
        if offered.size == ours.size:
            raise self._other(
                note, f"says another tree of {offered.size} entries than the copy: it tells two histories"
            )

    def _take(self, tile: Tile, had: int, note: bytes) -> None:
        path, start = bundle_path(tile), tile.index * TILE_WIDTH
        if (self._folder / path).exists():
            return
        data = self._fetched(path, MAX_BUNDLE_BYTES)
        try:
            from_bundle(data, tile.width)
        except LedgerInvalid as error:
            raise Failed(
                f"{self._client.url}/ledger/{path}: {error}. Try again; if it stays so, tell the log's owner."
            ) from error
        if start < had and not data.startswith(self._partial(had).read_bytes()):
            raise self._other(note, f"has other entries from {start} on than the copy: it was changed since")
        self._write(path, data)

    def _partial(self, size: int) -> Path:
        """The bundle of a log of so many entries that is not full."""
        return self._folder / bundle_path(Tile(0, size // TILE_WIDTH, size % TILE_WIDTH))

    def _other(self, note: bytes, what: str) -> Failed:
        kept = self._keep(_checkpoint(note), note)
        return Failed(
            f"The log at {self._client.url} {what}. The copy is as it was; beside it is now {kept}, what the log says today. Keep "
            "both, which together prove it if the log signed both (`dems verify`), and ask the log's owner."
        )

    def _keep(self, checkpoint: Checkpoint, note: bytes) -> str:
        """Lay a checkpoint beside those that were seen before; of two of one tree the first stays. Where it is then."""
        path = f"checkpoints/{checkpoint.size:020d}"
        seen = self._folder / path
        if seen.exists():
            with suppress(LedgerInvalid):
                if _checkpoint(seen.read_bytes()) == checkpoint:
                    return path
            path += f"_{hashlib.sha256(note).hexdigest()}"
        self._write(path, note)
        return path

    def _write(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / _TEMPORARY
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _fetched(self, path: str, most: int) -> bytes:
        """What comes after the checkpoint is asked for again where it does not come at once: there may be thousands of it."""
        for attempt in range(1, _TRIES):
            try:
                return self._client.read(f"/ledger/{path}", most=most)
            except (Unreachable, Problem) as failure:
                if path == NEWEST or (isinstance(failure, Problem) and not failure.passing):
                    raise
                warn(f"{failure} Trying again.")
                time.sleep(min(0.5 * 2**attempt, _LONGEST_PAUSE))
        return self._client.read(f"/ledger/{path}", most=most)


def _checkpoint(note: bytes) -> Checkpoint:
    """Raises `LedgerInvalid`. Who signed it is looked at when the copy is verified."""
    return Checkpoint.from_text(Note.from_bytes(note).text)
