"""The process that holds the log's key: ``python -m workers.signer``. It signs what goes on from what it signed, and publishes it."""

import logging
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import utc_now
from dems.bootstrap.ledger import Signing, ledger_store
from dems.db.engine import connect
from dems.db.listening import Bell
from dems.db.sequencing import CHECKPOINT_MADE
from dems.db.transaction import DatabaseTransactions
from dems.errors import DemsError, LogRefused
from dems.layout import CHECKPOINT_PREFIX
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.keys import Signer, SigningKey
from dems.settings import Settings
from dems.steps.signing_key import load_key, make_key
from dems.usecases.ledger.sign import SAY_IT
from storage.errors import StorageError
from storage.interface import ObjectStore
from workers.sequencer import until_told

log = logging.getLogger(__name__)

REPORTER = "signer"
REPORTED_EVERY_SECONDS = 30.0
SILENT_AFTER_SECONDS = 120.0
PATIENCE_SECONDS = 5.0
"""After something went wrong; twice as long each time that it goes on."""
LONGEST_PATIENCE_SECONDS = 60.0
TOLD_AFTER_SECONDS = 60.0
"""What goes wrong for so long is told to whoever watches, though it may end by itself."""


def key_path(settings: Settings) -> Path:
    """Where the key is, or will be."""
    return settings.ledger.key_file or settings.data_dir.expanduser().absolute() / "ledger-key"


def the_key(settings: Settings, store: ObjectStore) -> SigningKey:
    """The log's key. One is made only where nothing was ever signed: under another key the log would be another log.

    Raises `LogRefused` where it is lost, cannot be read or cannot be made.
    """
    path = key_path(settings)
    key = load_key(path)
    if key is not None:
        return key
    if next(store.versions(CHECKPOINT_PREFIX, at_once=1), None) is not None:
        raise LogRefused(
            f"The log's key {path} is not there, and checkpoints were signed with it: restore it, or begin a new key as "
            "docs/ledger.md says."
        )
    try:
        return make_key(path, settings.ledger.origin)
    except OSError as error:
        raise LogRefused(
            f"The log's key cannot be made at {path} ({error.strerror}): nothing is signed. Make its folder "
            "writable for the signer, or name another file in DEMS_LEDGER__KEY_FILE."
        ) from error


@dataclass
class Signs:
    """One turn after another: sign, publish, and say how it went when that changes, or when it was long ago."""

    signing: Signing
    said: tuple[bool, str] | None = field(default=None, init=False)
    said_at: float = field(default=0.0, init=False)
    told_after: float = TOLD_AFTER_SECONDS
    failing_since: float | None = field(default=None, init=False)

    def turn(self, *, at_the_end: bool = False) -> bool:
        """Whether all went well. Raises nothing that a later turn may not mend."""
        try:
            kept = self.signing.sign()
            spoilt = self.signing.publish(kept, at_the_end=at_the_end) if kept else []
        except LogRefused as error:
            return self._say(error.message, held=False)
        except LedgerInvalid as error:
            return self._say(f"The database does not hold the log that was signed: {error}. {SAY_IT}", held=False)
        except (DemsError, StorageError, DBAPIError, OSError) as error:
            log.warning("log_not_signed_now", extra={"error": type(error).__name__, "message_text": str(error)[:300]})
            return self._failed(type(error).__name__)
        if spoilt:
            where = ", ".join(spoilt[:5])
            told = f"Something else lies in the ledger bucket at {where}. What belongs there lies beside it; find out who writes there."
            return self._say(told, held=False)
        return self._say("signs" if kept else "waits for the first entry", held=True)

    def _failed(self, error: str) -> bool:
        since = self.failing_since = self.failing_since or time.monotonic()
        if time.monotonic() - since < self.told_after:
            return False
        told = (
            f"Nothing can be signed for now ({error}), and entries wait: see that database, ledger bucket and key's holder answer, "
            "that there is room, and that the clock is right. It goes on by itself."
        )
        self._say(told, held=False)
        self.failing_since = since
        return False

    def _say(self, detail: str, *, held: bool) -> bool:
        self.failing_since = None
        if not held and self.said != (held, detail):
            log.critical("log_not_signed", extra={"why": detail})
        if self.said != (held, detail) or time.monotonic() - self.said_at > REPORTED_EVERY_SECONDS:
            try:
                self.signing.report(
                    REPORTER, detail, held=held, figures={"vkey": self.signing.sign.signer.key.to_text()}
                )
            except (DemsError, DBAPIError) as error:
                log.warning("signer_not_reported", extra={"error": type(error).__name__})
            else:
                self.said, self.said_at = (held, detail), time.monotonic()
        return held


def run(settings: Settings, ended: threading.Event, signer: Signer | None = None) -> None:
    """Sign whenever the database tells of a new checkpoint, no more often than `sign_seconds`, until `ended`.

    With the key of `signer` where one is given: hardware, or a service that holds it; else with that of the file.
    """
    store = ledger_store(settings.s3)
    engine = connect(settings.database.model_copy(update={"pool_size": 1}))
    bell = Bell(settings.database.url.get_secret_value(), CHECKPOINT_MADE, ended)
    try:
        signs = Signs(Signing.of(settings, signer or _key_when_it_can_be_had(settings, store, ended), engine, store))
        patience = PATIENCE_SECONDS
        while not ended.is_set():
            if signs.turn():
                ended.wait(settings.ledger.sign_seconds)
                bell.wait(REPORTED_EVERY_SECONDS / 2)
                patience = PATIENCE_SECONDS
            else:
                ended.wait(patience)
                patience = min(2 * patience, LONGEST_PATIENCE_SECONDS)
        signs.turn(at_the_end=True)
    finally:
        bell.close()
        engine.dispose()


def check(settings: Settings) -> bool:
    """Whether it said something of late, be it that it refuses: what a health check asks."""
    engine = connect(settings.database.model_copy(update={"pool_size": 1}))
    try:
        with DatabaseTransactions(engine, utc_now, lambda _: None)() as tx:
            said = tx.ledger.reports().get(REPORTER)
    except DemsError:
        return False
    finally:
        engine.dispose()
    return said is not None and abs(utc_now() - said.at).total_seconds() < SILENT_AFTER_SECONDS


def _key_when_it_can_be_had(settings: Settings, store: ObjectStore, ended: threading.Event) -> SigningKey:
    """A store that does not answer is waited for; a key that is lost ends the process, which says so each time."""
    while True:
        try:
            return the_key(settings, store)
        except StorageError as error:
            log.warning("log_not_signed_now", extra={"error": type(error).__name__})
            if ended.wait(PATIENCE_SECONDS):
                raise SystemExit(0) from error


def main() -> None:
    settings = dems_settings.load()
    logs.configure(settings.log_level, process="signer")
    if sys.argv[1:] == ["--check"]:
        raise SystemExit(0 if check(settings) else 1)
    try:
        run(settings, until_told())
    except LogRefused as error:
        log.critical("log_not_signed", extra={"why": error.message})
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
