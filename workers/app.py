"""The Celery application that workers and beat run: ``celery -A workers.app:app worker -Q verify,upkeep``."""

from functools import lru_cache

from celery.signals import beat_init, setup_logging, worker_process_shutdown, worker_ready

from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import Dems
from workers.client import Client, configured
from workers.schedule import schedule
from workers.tasks import register

settings = dems_settings.load()
app = configured(settings.broker, "dems")
app.conf.beat_schedule = schedule(settings)


@lru_cache(maxsize=1)
def dems() -> Dems:
    """Built in the process that runs the tasks, after the fork: connections are not shared between processes."""
    return Dems(settings, nudge=client().nudge)


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


@worker_process_shutdown.connect
def _close(**_: object) -> None:
    if dems.cache_info().currsize:
        dems().close()
