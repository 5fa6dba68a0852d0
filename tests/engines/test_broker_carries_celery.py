"""Celery's whole way through the broker's access list: tasks, delays, results, remote control."""

import subprocess
import sys
from pathlib import Path

from celery import Celery

from dems.engines import Engines

WORKER = """
import sys
from celery import Celery
app = Celery("probe", broker=sys.argv[1], backend=sys.argv[1])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True)
@app.task(name="double")
def double(number):
    return number * 2
app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING"])
"""


def test_a_real_worker_does_tasks_through_the_broker(engines: Engines, tmp_path: Path) -> None:
    url = engines.connections.broker_url
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(  # noqa: S603  (this interpreter)
            [sys.executable, "-W", "ignore", "-c", WORKER, url], cwd=tmp_path, stdout=log, stderr=log
        )
    app = Celery("probe", broker=url, backend=url)
    try:
        assert app.send_task("double", (21,)).get(timeout=120) == 42
        assert app.send_task("double", (4,), countdown=0.5).get(timeout=120) == 8
        assert app.control.inspect(timeout=60, limit=1).ping()
        assert app.control.purge() == 0
    finally:
        app.close()
        worker.terminate()
        worker.wait(120)
    said = (tmp_path / "worker.log").read_text()
    assert "permission" not in said
    assert "Unrecoverable" not in said
