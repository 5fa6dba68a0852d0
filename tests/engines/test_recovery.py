"""After kill -9 of the process that holds the engines; and what a start must never touch."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from dems.engines import EngineError, Engines, read_connections
from dems.engines.process import Record
from dems.engines.records import end_leftovers, write_records
from tests.engines import s3
from tests.engines.conftest import AWKWARD
from tests.engines.test_life import connect

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]

HOLD = """
import json, sys, threading
from pathlib import Path
from dems.engines import Engines
engines = Engines(Path(sys.argv[1]))
# from a thread that ends at once: the engines must live as long as the process, not as long as the thread
thread = threading.Thread(target=engines.start)
thread.start()
thread.join()
print(json.dumps(engines.processes()), flush=True)
sys.stdin.read()
"""


def test_a_killed_holder_takes_its_engines_along_and_the_next_start_recovers(
    tmp_path: Path, script: Callable[..., Any], until: Callable[[Callable[[], bool]], None]
) -> None:
    folder = tmp_path / AWKWARD
    holder = script(HOLD, str(folder))
    pids = json.loads(holder.line())
    connections = read_connections(folder)
    assert connections is not None
    with connect(connections.database_owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'acknowledged' AS word")
    s3.make_buckets(connections, "evidence")
    version = s3.put_locked(connections)
    with connect(connections.database_url):  # a backend that is in use when it happens
        holder.process.kill()
        holder.process.wait()
        assert (folder / "engines.json").exists()
        assert read_connections(folder) is None
        with Engines(folder) as engines:
            assert engines.connections == connections
            with connect(connections.database_owner_url) as connection:
                assert connection.execute("SELECT word FROM kept").fetchall() == [("acknowledged",)]
            assert s3.read(connections, version) == s3.BODY
            assert not set(pids.values()) & set(engines.processes().values())
    until(lambda: not [pid for pid in pids.values() if psutil.pid_exists(pid)])


def leave_half_a_first_start(folder: Path) -> None:
    """What a start that was cut off leaves must be no obstacle to the next."""
    (folder / "postgres/cluster.new/base").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "postgres/password").write_text("half")
    (folder / "dems-data.json").write_text('{"format": 1}')
    (folder / ".secrets.json.new").write_text('{"dems_ow')
    (folder / "processes.json").write_text('{"processes": {"postgres": [1, 2')


def test_processes_that_are_not_ours_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    leave_half_a_first_start(folder)
    with Engines(folder):
        pass
    assert not (folder / "postgres/password").exists()
    monkeypatch.setattr("dems.engines.records._ORPHAN_SECONDS", 0.2)
    with subprocess.Popen(SLEEP, cwd=folder / "postgres") as stranger:  # noqa: S603
        with pytest.raises(EngineError, match=f"Process {stranger.pid} works in"):
            Engines(folder).start()
        assert stranger.poll() is None
        stranger.kill()
    monkeypatch.undo()
    with subprocess.Popen(SLEEP, cwd="/") as foreign:  # noqa: S603
        truth = Record.of(foreign.pid)
        ports = json.loads((folder / "processes.json").read_text())["ports"]
        # another start time, another boot, and everything right except that it does not work in our folder
        for record in (Record(truth.pid, truth.started - 1, truth.boot), Record(truth.pid, truth.started, "x"), truth):
            write_records(folder, {"postgres": record, "seaweedfs": record, "valkey": record}, ports)
            end_leftovers(folder)
            assert foreign.poll() is None
        # PostgreSQL's own record of a dead server whose id this process has now
        cluster = folder / "postgres/cluster"
        (cluster / "postmaster.pid").write_text(
            f"{foreign.pid}\n{cluster}\n1700000000\n{ports['postgres']}\n\n127.0.0.1\n    12345         0\nready\n"
        )
        with Engines(folder) as engines:
            assert engines.check() == []
        assert foreign.poll() is None
        foreign.kill()


def test_a_leftover_of_ours_is_ended(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with subprocess.Popen(SLEEP, cwd=tmp_path / "store") as leftover:  # noqa: S603
        write_records(tmp_path, {"seaweedfs": Record.of(leftover.pid)}, {})
        end_leftovers(tmp_path)
        assert leftover.wait(5) == -signal.SIGTERM


def test_a_process_is_told_from_another_with_its_id() -> None:
    own = Record.self()
    assert own.alive()
    assert not Record(own.pid, own.started + 1, own.boot).alive()
    assert not Record(own.pid, own.started, "another boot").alive()
    child = os.fork()
    if child == 0:
        os._exit(0)
    while Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    with pytest.raises(ProcessLookupError):  # a zombie is no process
        Record.of(child)
    os.waitpid(child, 0)
