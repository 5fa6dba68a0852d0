"""Every effect on the way of one file by refused, answer lost, crash: afterwards the verifier is the judge."""

import os
from collections.abc import Callable

import pytest

from tests.faults.conftest import Start
from tests.faults.faults import Fault
from tests.faults.journey import NAME, Journey
from tests.faults.verifier import Expected, Verifier

# The reader of these tests makes two pictures of what begins so.
SMALL = b"pictures " + os.urandom(70_000)
LARGE = b"pictures " + os.urandom(8 * 2**20 + 5)

AROUND = ["commit Declare.__call__", "commit LookUpUpload.__call__", "commit Receive._begin"]
STORED_ONCE = ["commit Intents.write", "put"]
IN_PARTS = ["begin", "part 1", "part 2", "commit Intents.write", "complete"]
RECORDED = ["commit Receive.__call__", "send verify", "commit Seal._claim", "open", "read"]
LOCKED = ["lock"]
SEALED = ["settle", "commit Seal._record"]
FOUND = [
    "send extract",
    "commit Extract._claim",
    "extract open",
    "extract read",
    "extract put",
    "commit Extract.__call__",
]
"""From the sealed bytes, by way of the pictures made of them, to the record of what was found."""
OUT = ["commit GrantAccess.__call__", "commit ReadContent.__call__", "content open", "content read"]

ONE_PUT = [*AROUND, *STORED_ONCE, *RECORDED, *SEALED, *FOUND, *OUT]
MULTIPART = [*AROUND, *IN_PARTS, *RECORDED, *LOCKED, *SEALED, *FOUND, *OUT]

Travel = Callable[..., Journey]
READ = frozenset({"evidence.access", "evidence.content"})


@pytest.fixture
def travel(start: Start) -> Travel:
    return lambda content, plan: start(Journey, plan, content)


def _judge(journey: Journey, expected: list[str]) -> None:
    assert journey.run() == journey.content
    assert journey.faults.fired == expected
    assert journey.faults.plan == {}
    Verifier(journey.quiet, journey.owner).judge(journey.case_id, {NAME: Expected(journey.content, then=READ)})


@pytest.mark.parametrize(
    ("content", "effects"),
    [(b"", ONE_PUT), (SMALL, ONE_PUT), (LARGE, MULTIPART)],
    ids=["empty", "one put", "multipart"],
)
def test_without_a_fault_there_is_no_effect_that_the_table_does_not_name(
    travel: Travel, content: bytes, effects: list[str]
) -> None:
    journey = travel(content, {})
    _judge(journey, [])
    seen = [e for e in journey.faults.seen if not e.endswith("#2")]
    assert set(seen) <= set(effects)
    if content:
        assert set(seen) == set(effects)
    assert journey.told == []


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", ONE_PUT)
def test_a_file_of_one_put_gets_through(travel: Travel, effect: str, fault: Fault) -> None:
    _judge(travel(SMALL, {effect: fault}), [effect])


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", [e for e in MULTIPART if e not in ONE_PUT or "eceive" in e or "Seal" in e])
def test_a_file_in_parts_gets_through(travel: Travel, effect: str, fault: Fault) -> None:
    _judge(travel(LARGE, {effect: fault}), [effect])


@pytest.mark.parametrize("first", Fault)
def test_a_picture_is_kept_once_whatever_was_heard_of_it(travel: Travel, first: Fault) -> None:
    plan = {"extract put": first, "extract put #2": Fault.REFUSED}
    _judge(travel(SMALL, plan), list(plan))


WHILE_FINISHING = [
    "commit CompleteUpload.__call__",
    "send finish_completion",
    "commit FinishCompletion.__call__",
    "versions",
    "head",
    "commit FinishCompletion.__call__ #2",
]


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", WHILE_FINISHING)
def test_a_second_fault_while_the_first_is_mended_is_mended_too(travel: Travel, effect: str, fault: Fault) -> None:
    plan = {"put": Fault.CRASH_AFTER, effect: fault}
    _judge(travel(SMALL, plan), ["put", effect])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Fault.REFUSED, Fault.REFUSED),
        (Fault.REFUSED, Fault.CRASH_AFTER),
        (Fault.ANSWER_LOST, Fault.REFUSED),
        (Fault.ANSWER_LOST, Fault.CRASH_BEFORE),
    ],
)
def test_parts_are_put_together_once_whatever_was_heard_of_it(travel: Travel, first: Fault, second: Fault) -> None:
    _judge(travel(LARGE, {"complete": first, "complete #2": second}), ["complete", "complete #2"])


@pytest.mark.parametrize("second", [Fault.REFUSED, Fault.CRASH_AFTER])
@pytest.mark.parametrize("first", Fault)
def test_sealing_that_fails_twice_is_sealed_once(travel: Travel, first: Fault, second: Fault) -> None:
    plan = {"commit Seal._record": first, "commit Seal._record #2": second}
    if not first.before:
        del plan["commit Seal._record #2"]  # it was committed, so there is no second time
    _judge(travel(SMALL, plan), list(plan))
