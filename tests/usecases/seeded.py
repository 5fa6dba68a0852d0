"""A database of its own with a synthetic history in it, and people who look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from dems.bootstrap import Dems
from dems.cli.seed.history import History
from dems.cli.seed.loading import load
from dems.cli.seed.telling import SyntheticCase
from dems.db.migrate import migrate
from dems.engines import Connections
from dems.model.life.lives import Life
from dems.settings import Settings
from tests.db.conftest import superuser
from tests.model.calendars import EW_CALENDAR
from tests.world import Somebody, World

NOW = datetime(2022, 4, 5, 9, tzinfo=UTC)
"""A few days after the history's last."""


@contextmanager
def database(engines: Connections) -> Iterator[str]:
    """A new one with the whole schema; the address of its owner."""
    name = f"measures_{uuid4().hex}"
    owner = make_url(engines.database_owner_url)
    engine = create_engine(superuser(engines), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER {owner.username}"))
        try:
            address = owner.set(database=name).render_as_string(hide_password=False)
            migrate(address)
            yield address
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@dataclass(frozen=True)
class Seeded:
    dems: Dems
    owner_url: str
    cases: tuple[SyntheticCase, ...]
    auditor: Somebody
    administrator: Somebody

    @property
    def lives(self) -> list[Life]:
        return [Life(c.id, c.facts) for c in self.cases]


@contextmanager
def seeded(engines: Connections, settings: Settings, history: History | None = None) -> Iterator[Seeded]:
    """A history of some hundred cases, on the day after it was looked at last."""
    history = history or History(5, 1, 0.035, EW_CALENDAR)
    with database(engines) as owner_url:
        load(owner_url, history)
        ours = make_url(settings.database.url.get_secret_value()).set(database=make_url(owner_url).database)
        url = SecretStr(ours.render_as_string(hide_password=False))
        here = settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})
        dems = Dems(here, nudge=lambda _: None, clock=lambda: NOW)
        try:
            world = World(dems)
            people = world.somebody("auditor"), world.somebody("administrator")
            yield Seeded(dems, owner_url, tuple(history.cases()), *people)
        finally:
            dems.close()
