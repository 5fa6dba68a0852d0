"""Every effect on the way of one file × refused, answer lost, crash: afterwards the verifier is the judge."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.settings import Settings
from tests.conftest import Team
from tests.faults.faults import Fault, Faults
from tests.faults.journey import Journey
from tests.faults.verifier import Owner, Verifier

SMALL = os.urandom(70_000)
LARGE = os.urandom(8 * 2**20 + 5)

AROUND = ["commit Declare.__call__", "commit LookUpUpload.__call__", "commit Receive._begin"]
STORED_ONCE = ["commit Receive._intend", "put"]
IN_PARTS = ["begin", "part 1", "part 2", "commit Receive._intend", "complete"]
RECORDED = ["commit Receive.__call__", "send verify", "commit Seal._claim", "open", "read"]
LOCKED = ["lock"]
SEALED = ["settle", "commit Seal._record"]
OUT = ["commit GrantAccess.__call__", "commit ReadContent.__call__", "content open", "content read"]

ONE_PUT = [*AROUND, *STORED_ONCE, *RECORDED, *SEALED, *OUT]
MULTIPART = [*AROUND, *IN_PARTS, *RECORDED, *LOCKED, *SEALED, *OUT]

Travel = Callable[[bytes, dict[str, Fault]], Journey]


@pytest.fixture
def travel(settings: Settings, team: Team, as_owner: Owner) -> Iterator[Travel]:
    made: list[Journey] = []

    def start(content: bytes, plan: dict[str, Fault]) -> Journey:
        made.append(Journey(settings, team, as_owner, Faults(dict(plan)), content))
        return made[-1]

    yield start
    for journey in made:
        journey.close()
        assert journey.faults.broken == []


def _judge(journey: Journey, dems: Dems, as_owner: Owner, expected: list[str]) -> None:
    assert journey.run() == journey.content
    assert journey.faults.fired == expected
    assert journey.faults.plan == {}
    Verifier(dems, as_owner).judge(journey.team.case.id, journey.content)


@pytest.mark.parametrize(
    ("content", "effects"), [(b"", ONE_PUT), (SMALL, ONE_PUT), (LARGE, MULTIPART)], ids=["empty", "one put", "multipart"]
)
def test_without_a_fault_there_is_no_effect_that_the_table_does_not_name(
    travel: Travel, dems: Dems, as_owner: Owner, content: bytes, effects: list[str]
) -> None:
    journey = travel(content, {})
    _judge(journey, dems, as_owner, [])
    seen = [e for e in journey.faults.seen if not e.endswith("#2")]
    assert set(seen) <= set(effects)
    if content:
        assert set(seen) == set(effects)
    assert journey.told == []


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", ONE_PUT)
def test_a_file_of_one_put_gets_through(
    travel: Travel, dems: Dems, as_owner: Owner, effect: str, fault: Fault
) -> None:
    _judge(travel(SMALL, {effect: fault}), dems, as_owner, [effect])


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", [e for e in MULTIPART if e not in ONE_PUT or "eceive" in e or "Seal" in e])
def test_a_file_in_parts_gets_through(travel: Travel, dems: Dems, as_owner: Owner, effect: str, fault: Fault) -> None:
    _judge(travel(LARGE, {effect: fault}), dems, as_owner, [effect])
