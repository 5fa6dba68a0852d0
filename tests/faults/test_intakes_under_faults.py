"""An intake, each effect on the way of its files by refused, answer lost, crash: afterwards the verifier is the judge."""

import os

import pytest

from tests.faults.conftest import Start
from tests.faults.faults import Fault
from tests.faults.intake_journey import IntakeJourney
from tests.faults.verifier import Expected, Verifier

SMALL = {b"small.jpg": os.urandom(70_000)}
MIXED = {
    b"empty": b"",
    b"small": os.urandom(20_000),
    b"one part exactly": os.urandom(8 * 2**20),
    b"two parts": os.urandom(8 * 2**20 + 5),
    b"\xff\n": os.urandom(100),
}

QUICK = {**MIXED, b"one part exactly": os.urandom(100_000)}
"""What is one part by its size goes one way whatever its size: that of a whole part is sent where there is no fault."""

SMALL_ACTS = {"evidence.declare": 1, "upload.complete": 1, "evidence.seal": 1}
LARGE_ACTS = {**SMALL_ACTS, "upload.receive": 1, "digest declared": 1}

ONE_SMALL = [
    "commit DeclareIntake.__call__",
    "commit LookUpIntake.items",
    "commit IssuePartUrls._issue",
    "direct put 1",
    "commit CompleteMany.__call__",
    "send verify_many",
    "commit SealMany._batch",
    "open",
    "read",
    "settle",
    "commit SealMany._batch #2",
]

OF_THE_LARGE = [
    "commit LookUpUpload.__call__",
    "begin",
    "commit begin_multiparts",
    "commit CompleteUpload.__call__",
    "parts",
    "commit Intents.write",
    "complete",
    "commit CompleteUpload._put_together",
    "send discard_parts",
    "send verify",
    "commit DiscardParts.__call__",
    "abort",
    "commit Seal._claim",
    "lock",
    "commit Seal._record",
]
FOUND = ["send extract", "commit Extract._claim", "extract open", "extract read", "commit Extract.__call__"]
LATER = [
    "commit IssuePartUrls._issue #2",
    "direct put 4",
    "open #3",
    "read #4",
    "settle #2",
]
ALL_MIXED = [*ONE_SMALL, *OF_THE_LARGE, *LATER, *FOUND]


def _judge(journey: IntakeJourney, expected: list[str]) -> None:
    journey.run()
    assert journey.faults.fired == expected
    assert journey.faults.plan == {}
    wanted = {n: Expected(c, LARGE_ACTS if len(c) > 8 * 2**20 else SMALL_ACTS) for n, c in journey.contents.items()}
    Verifier(journey.quiet, journey.owner).judge(journey.case_id, wanted)
    _, counts = journey.quiet.intakes.look_up.one(journey.who, journey.intake)
    assert (counts.declared, counts.sealed) == (len(wanted), len(wanted))


def test_without_a_fault_a_small_file_has_no_effect_that_the_table_does_not_name(start: Start) -> None:
    journey = start(IntakeJourney, {}, SMALL)
    _judge(journey, [])
    named = {e for e in (*ONE_SMALL, *FOUND) if "LookUp" not in e}
    assert {e for e in journey.faults.seen if "LookUp" not in e} == named
    assert "lock" not in journey.faults.kinds, "the lock came with the bytes, and the headers of the read confirm it"
    assert journey.told == []


def test_without_a_fault_files_of_all_sizes_have_no_effect_that_the_table_does_not_name(start: Start) -> None:
    journey = start(IntakeJourney, {}, MIXED)
    _judge(journey, [])
    assert journey.faults.kinds - {f"direct put {n}" for n in range(7)} == {
        e.split(" #")[0] for e in ALL_MIXED if not e.startswith("direct put")
    }
    assert set(ALL_MIXED) <= set(journey.faults.seen)
    assert journey.told == []


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", [*ONE_SMALL, *FOUND])
def test_a_small_file_of_an_intake_gets_through(start: Start, effect: str, fault: Fault) -> None:
    _judge(start(IntakeJourney, {effect: fault}, SMALL), [effect])


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.CRASH_AFTER])
@pytest.mark.parametrize("effect", ["commit CompleteMany.__call__", "commit SealMany._batch #2", *OF_THE_LARGE, *LATER])
def test_files_of_all_sizes_get_through_together(start: Start, effect: str, fault: Fault) -> None:
    _judge(start(IntakeJourney, {effect: fault}, QUICK), [effect])


WHILE_FINISHING = [
    "send finish_completion",
    "commit FinishCompletion.__call__",
    "versions",
    "head",
    "commit FinishCompletion.__call__ #2",
    "commit Seal._claim",
    "open #2",
    "commit Seal._record",
]


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("effect", WHILE_FINISHING)
def test_where_nobody_read_it_back_in_time_it_is_looked_for_and_found(start: Start, effect: str, fault: Fault) -> None:
    """Also where the reader died and what it was to confirm is confirmed by somebody else meanwhile."""
    plan = {"commit SealMany._batch #2": Fault.CRASH_BEFORE, effect: fault}
    _judge(start(IntakeJourney, plan, SMALL), ["commit SealMany._batch #2", effect])
