"""A real Celery worker in a process of its own, on the real engines."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from dems.engines import Connections
from dems.settings import Settings

ROOT = Path(__file__).parents[2]


def environment(settings: Settings) -> dict[str, str]:
    """The settings of the tests, as a process of its own reads them."""
    s3, evidence = settings.s3, settings.evidence
    return {
        "PATH": os.environ["PATH"],
        "DEMS_EMBEDDED": "true",  # the store was checked already
        "DEMS_DATABASE__URL": settings.database.url.get_secret_value(),
        "DEMS_DATABASE__LOCK_TIMEOUT_MS": str(settings.database.lock_timeout_ms),
        "DEMS_BROKER__URL": settings.broker.url.get_secret_value(),
        "DEMS_S3__ENDPOINT": s3.endpoint or "",
        "DEMS_S3__ACCESS_KEY": s3.access_key,
        "DEMS_S3__SECRET_KEY": s3.secret_key.get_secret_value(),
        "DEMS_S3__SYNC_PATH": str(s3.sync_path),
        "DEMS_EVIDENCE__LEASE_SECONDS": str(evidence.lease_seconds),
        "DEMS_LOG_LEVEL": "DEBUG",
    }


class Worker:
    """``celery -A workers.app:app worker``, one process for the tasks beside the one that takes messages."""

    def __init__(self, settings: Settings, log: Path, queues: str = "verify,upkeep") -> None:
        self.log = log
        self._output = log.open("ab")
        command = [sys.executable, "-m", "celery", "-A", "workers.app:app", "worker", "-Q", queues, "-c", "1"]
        self.process = subprocess.Popen(  # noqa: S603 our own interpreter
            [*command, "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env=environment(settings),
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """kill -9, to the whole group: neither process says goodbye."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
        self.process.wait(60)
        self._output.close()

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@pytest.fixture
def start_worker(settings: Settings, checked_store: None, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    del checked_store
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(settings, tmp_path / f"worker{len(started)}.log"))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def broker(engines: Connections, as_owner: Callable[[str], list[object]]) -> Iterator[Redis]:
    """Empty queues, and no work that other tests left: a worker sweeps as soon as it starts."""
    as_owner("DELETE FROM jobs")
    as_owner("DELETE FROM upload_completions")
    with Redis.from_url(engines.broker_url) as client:
        for queue in ("verify", "upkeep"):
            client.delete(queue)
        yield client


def until(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
