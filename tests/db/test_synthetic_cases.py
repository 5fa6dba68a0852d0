"""A synthetic history goes into a database that holds no case, and its marks cannot be forged or taken away."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from dems.cli.seed.history import History
from dems.cli.seed.loading import Loaded, load
from dems.engines import Connections
from dems.errors import WrongState
from dems.settings import Settings
from tests.model.calendars import EW_CALENDAR
from tests.usecases.seeded import Seeded, seeded
from tests.world import World

SMALLEST = History(1, 1, 0.001, EW_CALENDAR)


@pytest.fixture(scope="module")
def history(engines: Connections, settings: Settings) -> Iterator[Seeded]:
    with seeded(engines, settings, SMALLEST) as made:
        yield made


def run(url: str, statement: str) -> list[tuple[int, ...]]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def test_every_case_of_a_history_is_marked_with_its_seed(history: Seeded) -> None:
    assert run(history.owner_url, "SELECT count(*), min(seed), max(seed) FROM synthetic_cases") == [
        (len(history.cases), 1, 1)
    ]
    unmarked = "SELECT count(*) FROM cases WHERE reference NOT LIKE 'SYNTHETIC/%' OR title NOT LIKE 'SYNTHETIC%'"
    assert run(history.owner_url, unmarked) == [(0,)]
    assert run(history.owner_url, "SELECT count(*) FROM people WHERE active AND email LIKE 'synthetic-%'") == [(0,)]


def test_nobody_forges_a_mark_and_nobody_takes_one_away(history: Seeded) -> None:
    ours = history.dems.settings.database.url.get_secret_value()
    with pytest.raises(DBAPIError) as refused:
        run(ours, "INSERT INTO synthetic_cases SELECT case_id, 2 FROM synthetic_cases")
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    for attack in ("UPDATE synthetic_cases SET seed = 2", "DELETE FROM synthetic_cases", "TRUNCATE synthetic_cases"):
        with pytest.raises(IntegrityError, match="insert-only"):
            run(history.owner_url, attack)


def test_a_second_history_and_one_beside_real_cases_are_refused_and_change_nothing(history: Seeded) -> None:
    told: list[Loaded] = []
    with pytest.raises(WrongState, match="holds a synthetic history already"):
        load(history.owner_url, SMALLEST, told=told.append)
    manager = World(history.dems).somebody("case_manager")
    case = World(history.dems).case(manager)
    with pytest.raises(WrongState, match="holds real cases"):
        load(history.owner_url, SMALLEST, told=told.append)
    assert told == []
    assert run(history.owner_url, "SELECT count(*) FROM cases") == [(len(history.cases) + 1,)]
    assert history.dems.cases.look_up.one(manager.actor, case.id).reference == case.reference
