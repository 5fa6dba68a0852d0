"""The process that takes entries into the log: ``python -m workers.sequencer``. Any number may run; one works at a time."""

import logging
import signal
import sys
import threading
import time

import psycopg
from sqlalchemy.exc import DBAPIError

from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import utc_now
from dems.db.engine import connect
from dems.db.sequencing import MOST_AT_ONCE, Sequencer
from dems.db.transaction import DatabaseTransactions
from dems.errors import DemsError
from dems.ledger.invalid import LedgerInvalid
from dems.settings import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""After something went wrong."""
STUCK_AFTER_SECONDS = 60.0


def run(settings: Settings, ended: threading.Event, *, told_after: float = STUCK_AFTER_SECONDS) -> None:
    """Take in what waits, look again every `sequence_seconds`, until `ended`. What went wrong is logged and tried again.

    Only after a full batch it goes on at once. A batch costs as much as a hundred entries: one after the other, each with the
    few that came during the one before, they would take from those who write what they need themselves.

    What goes wrong for `told_after` seconds is critical, and told once.
    """
    engine = connect(settings.database.model_copy(update={"pool_size": 1}))
    sequencer = Sequencer(engine)
    failing_since: float | None = None
    told = False
    try:
        while not ended.is_set():
            pause = settings.ledger.sequence_seconds
            try:
                taken = sequencer.integrate(MOST_AT_ONCE)
                failing_since, told = None, False
                if taken >= MOST_AT_ONCE:
                    continue
            except (DemsError, DBAPIError, psycopg.Error) as error:
                log.warning("not_sequenced", extra={"error": type(error).__name__, "message_text": _reason(error)})
                pause = PATIENCE_SECONDS
                failing_since = failing_since or time.monotonic()
                if not told and time.monotonic() - failing_since >= told_after:
                    told = True
                    log.critical(
                        "log_not_sequenced", extra={"why": f"Nothing can be taken in for now ({_reason(error)})."}
                    )
            except LedgerInvalid as error:
                log.critical("log_not_sequenced", extra={"why": f"The tree in the database is damaged: {error}."})
                pause = STUCK_AFTER_SECONDS
            ended.wait(pause)
    finally:
        engine.dispose()


def _reason(error: Exception) -> str:
    """What the database said, where it did: its first line, which tells of no entry."""
    said = error.__cause__ or error
    return str(said).partition("\n")[0][:300] or type(error).__name__


def check(settings: Settings) -> bool:
    """Whether the queue moves: what a health check asks."""
    engine = connect(settings.database.model_copy(update={"pool_size": 1}))
    try:
        with DatabaseTransactions(engine, utc_now, lambda _: None)() as tx:
            return tx.ledger.waiting()[1] < STUCK_AFTER_SECONDS
    except DemsError:
        return False
    finally:
        engine.dispose()


def until_told() -> threading.Event:
    """Set when SIGTERM or SIGINT comes."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended


def main() -> None:
    settings = dems_settings.load()
    logs.configure(settings.log_level, process="sequencer")
    if sys.argv[1:] == ["--check"]:
        raise SystemExit(0 if check(settings) else 1)
    run(settings, until_told())


if __name__ == "__main__":
    main()
