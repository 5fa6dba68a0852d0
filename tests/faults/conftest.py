"""Who travels: a case of its own for each journey, and a core without faults to judge by."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

import pytest
from sqlalchemy import Engine

from dems.bootstrap import Dems
from dems.db.engine import connect
from dems.settings import Settings
from tests.conftest import Owner
from tests.faults.faults import Fault, Faults
from tests.faults.simulated import Simulated
from tests.world import Somebody, World

Way = TypeVar("Way", bound=Simulated)


class Start(Protocol):
    def __call__(self, way: type[Way], plan: Mapping[str, Fault], *more: Any) -> Way: ...


@pytest.fixture(scope="session")
def quiet(connected: Dems) -> Dems:
    """A core without faults, for the verifier."""
    return connected


@pytest.fixture(scope="module")
def people(quiet: Dems) -> tuple[Somebody, Somebody]:
    world = World(quiet)
    return world.somebody("case_manager"), world.somebody("investigator")


@pytest.fixture(scope="session")
def fallible(settings: Settings) -> Iterator[Engine]:
    """Connections apart from those of the verifier."""
    engine = connect(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def start(
    settings: Settings, fallible: Engine, quiet: Dems, people: tuple[Somebody, Somebody], as_owner: Owner
) -> Iterator[Start]:
    made: list[Simulated] = []

    def begin(way: type[Way], plan: Mapping[str, Fault], *more: Any) -> Way:
        world, (manager, investigator) = World(quiet), people
        case = world.case(manager)
        world.join(case, investigator, "investigator", by=manager)
        journey = way(settings, fallible, quiet, investigator.actor, case.id, as_owner, Faults(dict(plan)), *more)
        journey.alone()
        made.append(journey)
        return journey

    yield begin
    for journey in made:
        journey.close()
        assert journey.faults.broken == []
