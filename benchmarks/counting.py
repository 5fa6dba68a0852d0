"""Counting what an act asks of the database and of the store: figures that do not depend on the machine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, event

from api.main import create_app
from dems.bootstrap import Dems
from dems.settings import Settings
from storage.s3 import S3ObjectStore
from storage.s3_client import client_for


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement as the driver gets it, with its parameters."""

    statement: str
    parameters: Any


@dataclass(slots=True)
class Counts:
    """`sql` without BEGIN and COMMIT, of which each transaction has one each; `s3` by operation, retries included."""

    sql: list[Asked] = field(default_factory=list)
    transactions: int = 0
    s3: list[str] = field(default_factory=list)


class Counted:
    """A core whose questions are counted, on a connection to the store of its own."""

    def __init__(self, settings: Settings) -> None:
        self._client = client_for(settings.s3)
        self._client.meta.events.register("before-send.s3", self._asked_store)
        store = S3ObjectStore(self._client, settings.s3.buckets.evidence, settings.s3)
        self.settings = settings
        self.dems = Dems(settings, nudge=lambda _: None, store=store)
        with self.dems.transaction():
            """The first of a process also looks whether the schema is one for it."""
        self._engine: Engine = self.dems.engine
        event.listen(self._engine, "before_cursor_execute", self._asked_database)
        event.listen(self._engine, "begin", self._began)
        self._counts = Counts()

    @contextmanager
    def counting(self) -> Iterator[Counts]:
        self._counts = Counts()
        yield self._counts
        self._counts = Counts()

    @asynccontextmanager
    async def http(self) -> Any:
        """The API on this core, in this process and without a socket."""
        app = create_app(self.settings, dems=self.dems)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://dems") as client,
        ):
            yield client

    def close(self) -> None:
        self.dems.close()
        self._client.close()

    def plan_nodes(self, asked: Sequence[Asked]) -> list[dict[str, Any]]:
        """Every node of the plan of every SELECT among these, each run once more to see what its nodes really read."""
        with self._engine.connect() as connection:
            plans = [
                connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {a.statement}", a.parameters).scalar_one()
                for a in asked
                if a.statement.startswith("SELECT")
            ]
        return [node for plan in plans for node in _nodes(plan[0]["Plan"])]

    def _asked_store(self, event_name: str, **_: Any) -> None:
        self._counts.s3.append(event_name.rsplit(".", 1)[-1])

    def _asked_database(
        self, _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        self._counts.sql.append(Asked(statement, parameters))

    def _began(self, _connection: Connection) -> None:
        self._counts.transactions += 1


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def by_name(names: Sequence[str]) -> Mapping[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}
