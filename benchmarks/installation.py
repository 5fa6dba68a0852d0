"""One DEMS in a temporary folder: the engines, and the API and the worker as the processes that `dems up` runs."""

import json
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from dems.bootstrap import Dems
from dems.cli.children import children, settings_beside, unready, url_of
from dems.cli.installation import free_port
from dems.db.migrate import migrate
from dems.engines import Connections, Engines
from dems.engines.process import end, has_ended, spawn
from dems.engines.supervisor import Child
from dems.model.actors import Actor, ActorKind
from dems.model.cases import Case
from dems.model.people import OrganisationRole, Person, TokenKind
from dems.settings import Settings
from storage.interface import ObjectStore
from storage.setup import prepare

OPERATOR = Actor(ActorKind.OPERATOR, "benchmarks")
_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process of ours, and where it listens if it is the API."""

    pid: int
    url: str = ""


class Installation:
    """Everything is gone when it is left, locks or not: the folder is ours."""

    def __init__(self, *, lasting: bool = False) -> None:
        """Where it is `lasting`, the API is started once and goes on from one benchmark to the next."""
        self._lasting = lasting
        self._api_that_lasts: Running | None = None
        self._stack = ExitStack()
        self.folder = Path()
        self.connections: Connections
        self.settings: Settings
        self.dems: Dems

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="dems-bench-"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.connections = stack.enter_context(Engines(self.folder / "data")).connections
            # One process that verifies, so that what is compared meets the same one.
            plain = Settings(data_dir=self.folder / "data", workers=1, log_level="WARNING")
            self.settings = settings_beside(plain, self.connections)
            migrate(self.connections.database_owner_url)
            prepare(self.settings.s3)
            self.dems = self.core()
            stack.callback(self.dems.close)
            if not self.dems.upkeep.check_store().held:
                raise RuntimeError("the store's Object Lock does not hold: nothing would be taken in")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def core(self, store: ObjectStore | None = None) -> Dems:
        """A core of this process on these engines; its nudges go nowhere, so nothing happens but what is asked for."""
        return Dems(self.settings, nudge=lambda _: None, store=store)

    def person(self) -> tuple[Person, Actor, dict[str, str]]:
        """Somebody who may run and work on cases, as an actor in the core and as headers over HTTP."""
        roles = [OrganisationRole.CASE_MANAGER, OrganisationRole.INVESTIGATOR]
        person = self.dems.people.add(OPERATOR, name="Bench", email=f"b{time.time_ns()}@example.org", roles=roles)
        _, token = self.dems.people.issue_token(OPERATOR, person.id, lasts=timedelta(days=1), kind=TokenKind.PERSON)
        return person, Actor(ActorKind.PERSON, person.name, person), {"Authorization": f"Bearer {token}"}

    def case(self, actor: Actor) -> Case:
        return self.dems.cases.open(actor, reference=f"B/{time.time_ns()}", title="A case of the benchmarks")

    def engine_pids(self) -> Mapping[str, int]:
        document = json.loads((self.folder / "data" / "engines.json").read_bytes())
        return {str(name): int(pid) for name, pid in document["processes"].items()}

    def api(self) -> AbstractContextManager[Running]:
        """The API as a process of its own, ready."""
        if not self._lasting:
            return self._api()
        if self._api_that_lasts is None:
            self._api_that_lasts = self._stack.enter_context(self._api())
        return nullcontext(self._api_that_lasts)

    @contextmanager
    def _api(self) -> Iterator[Running]:
        port = free_port(self.settings.api.host, 0)
        url = url_of(self.settings.api.host, port)
        with self._process("api", port) as pid:
            deadline = time.monotonic() + _READY_SECONDS
            while unready(url) - {"broker", "workers"}:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the API is not ready: {sorted(unready(url))}")
                time.sleep(0.05)
            yield Running(pid, url)

    @contextmanager
    def worker(self) -> Iterator[Running]:
        """The worker that verifies, as a process with children of its own."""
        with self._process("worker-verify", 0) as pid:
            yield Running(pid)

    @contextmanager
    def sequencer(self) -> Iterator[Running]:
        """The process that takes entries into the custody log."""
        with self._process("sequencer", 0) as pid:
            yield Running(pid)

    @contextmanager
    def _process(self, name: str, port: int) -> Iterator[int]:
        child = self._child(name, port)
        process = spawn(child.argv, folder=child.folder, log=child.log, env=child.env)
        try:
            yield process.pid
            if has_ended(process):
                raise RuntimeError(f"{name} ended by itself: {child.log.read_text()[-2000:]}")
        finally:
            end(process, (signal.SIGTERM, child.stop_seconds))

    def _child(self, name: str, port: int) -> Child:
        found = {c.name: c for c in children(self.settings, self.connections, self.folder / "data", port)}
        return found[name]


def secret(value: SecretStr) -> str:
    return value.get_secret_value()
