"""The three engines of one data folder as one thing that is started, watched and stopped."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Protocol, Self

from dems.engines import postgres, seaweedfs, valkey
from dems.engines.connections import Connections, remove_connections, write_connections
from dems.engines.credentials import load_or_make_secrets
from dems.engines.errors import PlatformRefused, StartFailed
from dems.engines.folder import DataFolder, bound_log, disk_errors
from dems.engines.identity import KEEP, choose_identity, prepare_folders
from dems.engines.ports import STORE_PORTS, is_free, remove_grpc_sockets, reserve
from dems.engines.process import Record, end, has_ended
from dems.engines.records import await_orphans, end_leftovers, last_ports, write_records
from dems.engines.waiting import EngineLog

_TRIES = 3


class _Engine(Protocol):
    def launch(self, ports: dict[str, int]) -> subprocess.Popen[bytes]: ...

    def wait_ready(self, process: subprocess.Popen[bytes], ports: dict[str, int]) -> None: ...

    def answers(self, ports: dict[str, int]) -> bool: ...


# The order in which they are stopped: who may still write before where it is written.
_STOP_STEPS: dict[str, Sequence[tuple[Signals, float]]] = {
    "valkey": valkey.STOP_STEPS,
    "seaweedfs": seaweedfs.STOP_STEPS,
    "postgres": postgres.STOP_STEPS,
}
_FOLDERS = {"valkey": "broker", "seaweedfs": "store", "postgres": "postgres"}
_PORTS_OF = {"valkey": ("valkey",), "postgres": ("postgres",), "seaweedfs": STORE_PORTS}


class Engines:
    """PostgreSQL, SeaweedFS and Valkey of one data folder, as children of this process.

    They end when this process does, however it ends. Not for use by several threads at once.
    """

    connections: Connections

    def __init__(self, data_dir: Path, *, restoring: bool = False) -> None:
        """A folder whose restore is not finished is started only for whoever is `restoring` it."""
        self._folder = DataFolder(data_dir, restoring=restoring)
        self._engines: dict[str, _Engine] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}
        self._logs: list[Path] = []
        self._identity = KEEP
        self._recording = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Connections:
        """Take the folder, clear up after an earlier crash, start all three and return when all are ready.

        Raises a subclass of `EngineError` whose message is a sentence that says what to do; nothing then runs, and
        nothing half-made stands in the way of a later start.
        """
        if self._children:
            raise RuntimeError("the engines are started already")
        if sys.platform != "linux":
            raise PlatformRefused(
                "The embedded engines run on Linux only: set DEMS_DATABASE__URL, DEMS_S3__ENDPOINT and the broker's "
                "address to servers of your own."
            )
        self._folder.hold()
        try:
            with disk_errors(self._folder.path):
                self._prepare()
                self._start_all()
                self._publish()
        except BaseException:
            self.stop()
            raise
        return self.connections

    def check(self) -> list[str]:
        """Names of the engines that have died or do not answer; takes a few seconds at most. Bounds the logs, too."""
        for log in self._logs:
            bound_log(log)
        return [
            name
            for name, child in self._children.items()
            if has_ended(child) or not self._engines[name].answers(self._ports)
        ]

    def died(self) -> list[str]:
        """Names of the engines whose process has ended; the others of `check` may only be slow."""
        return [name for name, child in self._children.items() if has_ended(child)]

    def restart(self, name: str) -> None:
        """End what is left of one engine and start it again on the same ports. Raises `EngineError`."""
        if name not in self._children:
            raise RuntimeError(f"{name!r} was not started")
        end(self._children[name], *_STOP_STEPS[name])
        with disk_errors(self._folder.path):
            await_orphans([self._folder.path / _FOLDERS[name]])
            remove_grpc_sockets({port: self._ports[port] for port in _PORTS_OF[name]}, self._identity)
            if not all(is_free(port, self._ports[port], self._identity) for port in _PORTS_OF[name]):
                raise StartFailed(
                    f"A port of {name} was taken by another program while {name} was down: end that program, or stop "
                    "DEMS and start it again on other ports."
                )
            try:
                self._start(name)
            except BaseException:
                end(self._children[name])
                raise
            self._publish()

    def stop(self) -> None:
        """Stop Valkey, SeaweedFS and PostgreSQL, in this order, within 40 seconds. Stopping twice is no error."""
        for name, steps in _STOP_STEPS.items():
            if name in self._children:
                end(self._children.pop(name), *steps)
        remove_grpc_sockets(self._ports, self._identity)
        if self._folder.held:
            with contextlib.suppress(OSError):
                remove_connections(self._folder.path)
                write_records(self._folder.path, {}, self._ports or last_ports(self._folder.path))
        self._folder.release()

    def processes(self) -> dict[str, int]:
        """Process ids by engine."""
        return {name: child.pid for name, child in self._children.items()}

    def _prepare(self) -> None:
        path = self._folder.path
        logs = self._folder.subfolder("logs")
        folders = {name: self._folder.subfolder(folder) for name, folder in _FOLDERS.items()}
        remove_connections(path)
        end_leftovers(path)
        await_orphans(folders.values())
        self._identity = identity = choose_identity(path)
        prepare_folders(identity, path, list(folders.values()))
        remove_grpc_sockets(last_ports(path), identity)
        secrets = load_or_make_secrets(path)
        self._logs = [logs / f"{name}.log" for name in folders]
        log = {name: EngineLog(logs / f"{name}.log", path) for name in folders}
        self._postgres = postgres.Postgres(folders["postgres"], log["postgres"], identity, secrets)
        self._postgres.check_version()
        self._store = seaweedfs.SeaweedFS(folders["seaweedfs"], log["seaweedfs"], identity, secrets)
        self._broker = valkey.Valkey(folders["valkey"], log["valkey"], identity, secrets)
        self._engines = {"postgres": self._postgres, "seaweedfs": self._store, "valkey": self._broker}

    def _start_all(self) -> None:
        """Start all at once; ports lost to another program between choosing and listening are chosen anew."""
        for attempt in range(1, _TRIES + 1):
            self._ports = reserve(last_ports(self._folder.path) if attempt == 1 else {}, self._identity)
            try:
                self._in_parallel(self._start)
            except StartFailed:
                lost = [name for name in self._children if has_ended(self._children[name])]
                self._in_parallel(lambda name: end(self._children[name], *_STOP_STEPS[name]))
                self._children.clear()
                if attempt == _TRIES or not lost:
                    raise
            else:
                return

    def _start(self, name: str) -> None:
        engine = self._engines[name]
        child = engine.launch(self._ports)
        self._children[name] = child
        self._record()
        engine.wait_ready(child, self._ports)

    def _in_parallel(self, act: Callable[[str], None]) -> None:
        """Do something for each engine at once; raises the most telling of the errors once all are done."""
        with ThreadPoolExecutor(len(self._engines)) as pool:
            futures = [pool.submit(act, name) for name in self._engines]
        errors = [error for future in futures if (error := future.exception()) is not None]
        errors.sort(key=lambda error: isinstance(error, StartFailed))
        if errors:
            raise errors[0]

    def _record(self) -> None:
        with self._recording:
            records = {}
            for name, child in list(self._children.items()):
                with contextlib.suppress(ProcessLookupError):
                    records[name] = Record.of(child.pid)
            write_records(self._folder.path, records, self._ports)

    def _publish(self) -> None:
        self.connections = Connections(
            database_url=self._postgres.url(self._ports, postgres.APP),
            database_owner_url=self._postgres.url(self._ports, postgres.OWNER),
            database_reader_url=self._postgres.url(self._ports, postgres.READER),
            database_sequencer_url=self._postgres.url(self._ports, postgres.SEQUENCER),
            database_signer_url=self._postgres.url(self._ports, postgres.SIGNER),
            s3_endpoint=f"http://127.0.0.1:{self._ports['s3']}",
            s3_app=self._store.app,
            s3_setup=self._store.setup,
            broker_url=self._broker.url(self._ports),
            store_path=self._store.data,
        )
        write_connections(self._folder.path, self.connections, Record.self(), self.processes())
