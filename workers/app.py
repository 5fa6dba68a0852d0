"""The Celery application that workers and beat run: ``celery -A workers.app:app worker -Q verify,upkeep``."""

import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from celery.signals import (
    beat_init,
    celeryd_init,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)

from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import Dems
from storage.interface import ObjectStore
from workers.anchoring import asks
from workers.client import EXTRACT, EXTRACT_LARGE, Client, configured
from workers.reading import NICENESS, ReadsInNursery, keep_reporting
from workers.schedule import schedule
from workers.tasks import register

settings = dems_settings.load()
app = configured(settings.broker, "dems")
app.conf.beat_schedule = schedule(settings)

_queues: set[str] = set()
"""Of this worker; its processes are forked from the one that was told."""
_ending = threading.Event()


@lru_cache(maxsize=1)
def dems() -> Dems:
    """Built in the process that runs the tasks, after the fork: connections are not shared between processes."""
    return Dems(settings, nudge=client().nudge, reads=reads, asks=asks)


def reads(store: ObjectStore) -> ReadsInNursery:
    """What reads files in this process; one for each core. What tools are here before any was used is said here."""
    return ReadsInNursery(store, settings.findings)


@lru_cache(maxsize=1)
def client() -> Client:
    return Client(settings.broker)


register(app, dems, lambda job: client().nudge(job))


@setup_logging.connect
def _logs(**_: object) -> None:
    logs.configure(settings.log_level, process="worker")


@worker_ready.connect
def _catch_up(**_: object) -> None:
    """Ask at once for what a stopped worker may have missed, instead of waiting for the clock."""
    names = ["sweep", "find_overdue_completions", "expire_uploads"]
    if not settings.embedded:  # `dems up` checks its own store before it takes anything in
        names.append("check_store")
    for name in names:
        app.send_task(name)


@beat_init.connect
def _beat(**_: object) -> None:
    logs.configure(settings.log_level, process="beat")


@celeryd_init.connect
def _told(options: Mapping[str, Any], **_: object) -> None:
    _queues.update(options.get("queues") or ())


@worker_process_init.connect
def _reader(sender: str, **_: object) -> None:
    """A process that reads files steps back behind the others, and says how it holds its readers."""
    if _queues & {EXTRACT, EXTRACT_LARGE}:
        os.nice(NICENESS)
        keep_reporting(_nursery(), sender, dems().findings.report_readers, _ending)


def _nursery() -> ReadsInNursery:
    found = dems().reads
    assert isinstance(found, ReadsInNursery), "it was made with one"
    return found


@worker_process_shutdown.connect
def _close(**_: object) -> None:
    _ending.set()
    if dems.cache_info().currsize:
        _nursery().close()
        dems().close()
