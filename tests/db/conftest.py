"""SQL as the reader, and as the superuser of the embedded server."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from dems.engines import Connections
from dems.settings import Settings

Run = Callable[..., list[Any]]


@pytest.fixture
def as_reader(engines: Connections, settings: Settings) -> Iterator[Run]:
    del settings  # the schema is there
    engine = create_engine(engines.database_reader_url)

    def run(statement: str) -> list[Any]:
        with engine.begin() as connection:
            return list(connection.execute(text(statement)))

    yield run
    engine.dispose()


def superuser(engines: Connections) -> URL:
    """Not in `Connections`, on purpose; its password lies with the other secrets in the engines' own folder."""
    secrets = json.loads((engines.store_path.parent.parent / "secrets.json").read_text())
    return make_url(engines.database_owner_url).set(username="dems_superuser", password=secrets["dems_superuser"])


@pytest.fixture
def as_superuser(engines: Connections, settings: Settings) -> Iterator[Run]:
    del settings  # the schema is there
    engine = create_engine(superuser(engines))

    def run(*statements: str) -> list[Any]:
        with engine.begin() as connection:
            result = [connection.execute(text(s)) for s in statements][-1]
            return list(result) if result.returns_rows else []

    yield run
    engine.dispose()
