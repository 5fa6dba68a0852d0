"""The real engines, started once per run; a database and a core for each test that asks for them."""

import gc
import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine
from xdist.remote import Producer

from dems.bootstrap import Dems
from dems.db.migrate import migrate
from dems.engines import Connections, Engines
from dems.model.cases import Case
from dems.ports import Job
from dems.settings import ApiSettings, BrokerSettings, DatabaseSettings, EvidenceSettings, Settings
from storage.settings import S3Identity, S3Settings
from storage.setup import prepare
from tests import logbook
from tests.browser.chromium import say_what_was_left_out
from tests.scheduling import Scheduling, longest_first, share_out
from tests.workers.installed.programs import say_which_tools_were_left_out
from tests.world import Somebody, World

# What the developer's shell says must not decide what the tests find.
for _variable in [v for v in os.environ if v.startswith("DEMS_") and v != "DEMS_CORPUS"]:
    del os.environ[_variable]

# Nor how the run was started: with `&` in a script the signal of Ctrl-C is ignored, and every program started here
# would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

Owner = Callable[[str], list[Any]]
"""Runs one statement, as `as_owner` and `as_application` do; the rows it gives."""


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there now stays: walking thousands of tests again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return share_out(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    say_what_was_left_out(terminalreporter, config)
    say_which_tools_were_left_out(terminalreporter, config)


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connections]:
    """PostgreSQL, SeaweedFS and Valkey from the wheels. A missing one fails the run."""
    with Engines(tmp_path_factory.mktemp("engines") / "data") as running:
        yield running.connections


@pytest.fixture(scope="session")
def s3(engines: Connections) -> S3Settings:
    """The store with its three buckets, with both identities (as `dems doctor` has them)."""
    settings = S3Settings(
        endpoint=engines.s3_endpoint,
        access_key=engines.s3_app[0],
        secret_key=SecretStr(engines.s3_app[1]),
        setup=S3Identity(access_key=engines.s3_setup[0], secret_key=SecretStr(engines.s3_setup[1])),
        sync_path=engines.store_path,
        attempts=2,
    )
    prepare(settings)
    return settings


@pytest.fixture(scope="session")
def settings(engines: Connections, s3: S3Settings) -> Settings:
    """Settings of the application: without the owner's and the set-up identity's credentials."""
    migrate(engines.database_owner_url)
    return Settings(
        embedded=True,
        # Who waits for somebody else is to wait: a stall of some seconds is no failure. Tests of the bounds set their own.
        database=DatabaseSettings(
            url=SecretStr(engines.database_url),
            lock_timeout_ms=60_000,
            pool_timeout_seconds=60,
            statement_timeout_ms=120_000,
        ),
        s3=s3.model_copy(update={"setup": None}),
        broker=BrokerSettings(url=SecretStr(engines.broker_url)),
        api=ApiSettings(failed_tokens_per_minute=100_000, stall_seconds=60),
        evidence=EvidenceSettings(min_free_bytes=0, lease_seconds=300),
    )


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """What a test that starts a program of ours in this process does to the logs does not reach the next."""
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = [h for h in root.handlers if h in before or type(h) is not logging.StreamHandler]


@dataclass
class Time:
    """A clock that tests move. It runs on by itself, as clocks do."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Sent:
    """Where nudges go when no worker runs: a test looks at them, loses them or carries them out."""

    jobs: list[Job] = field(default_factory=list)
    refuse: Callable[[Job], None] | None = None

    def __call__(self, job: Job) -> None:
        if self.refuse is not None:
            self.refuse(job)
        self.jobs.append(job)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture(scope="session")
def connected(settings: Settings, checked_store: None) -> Iterator[Dems]:
    """The connections to database and store that the cores of all tests share, as the threads of one process do."""
    del checked_store
    core = Dems(settings, nudge=lambda _: None)
    yield core
    core.close()


@pytest.fixture
def dems(settings: Settings, connected: Dems, time: Time, sent: Sent) -> Dems:
    """The core on the real database and store, with a clock to move and nudges to look at."""
    engine, store, exports = connected.engine, connected.store, connected.exports
    return Dems(settings, nudge=sent, clock=time, engine=engine, store=store, exports=exports)


@pytest.fixture(scope="session")
def checked_store(settings: Settings, s3: S3Settings) -> None:
    """The store's self-check was run, as `dems up` runs it before anything is taken in."""
    core = Dems(settings.model_copy(update={"s3": s3}), nudge=lambda _: None)
    assert core.upkeep.check_store().held
    core.close()


@pytest.fixture(scope="session")
def empty_log(engines: Connections) -> Iterator[str]:
    """The database that each test with a log of its own copies."""
    with logbook.migrated(engines) as name:
        yield name


@pytest.fixture
def book(engines: Connections, s3: S3Settings, empty_log: str) -> Iterator[logbook.Logbook]:
    """A log of this test's own."""
    with logbook.logbook(engines, s3, empty_log) as its_own:
        yield its_own


@pytest.fixture
def as_owner(engines: Connections, settings: Settings) -> Owner:
    """Run SQL as the owner of the schema."""
    del settings  # the schema is there
    return _sql(engines.database_owner_url)


@pytest.fixture
def as_application(engines: Connections, settings: Settings) -> Owner:
    """Run SQL with the application's rights."""
    del settings  # the schema is there
    return _sql(engines.database_url)


def _sql(url: str) -> Owner:
    engine = _engine(url)

    def run(statement: str) -> list[object]:
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

    return run


@lru_cache
def _engine(url: str) -> Engine:
    """One for all tests. Each statement is a transaction, and goes to the server as it is."""
    return create_engine(url, isolation_level="AUTOCOMMIT", execution_options={"no_parameters": True})


@pytest.fixture
def world(dems: Dems) -> World:
    return World(dems)


@dataclass(frozen=True)
class Team:
    """A case with the people most tests need: who runs it, who works on it, and somebody who is not on it."""

    case: Case
    manager: Somebody
    investigator: Somebody
    world: World

    @cached_property
    def outsider(self) -> Somebody:
        """Made when a test asks for them: few do."""
        return self.world.somebody("investigator", "case_manager")


@pytest.fixture
def team(world: World) -> Team:
    return team_of(world)


def team_of(world: World) -> Team:
    manager = world.somebody("case_manager")
    investigator = world.somebody("investigator")
    case = world.case(manager)
    world.join(case, investigator, "investigator", by=manager)
    return Team(case, manager, investigator, world)
