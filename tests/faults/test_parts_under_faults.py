"""One large file by parts, each effect on its way by refused, answer lost, crash: afterwards the verifier is the judge.

A crash here is one after the deed. Before it, nothing more is left than by a refusal: tests of one file have both.
"""

import os
from collections.abc import Callable, Mapping

import pytest

from tests.faults.conftest import Start
from tests.faults.faults import Fault
from tests.faults.journey import NAME, Journey
from tests.faults.parts_journey import Directly, Ended, InParts, by_abandoning, by_expiring
from tests.faults.test_one_file_under_faults import READ
from tests.faults.verifier import ONE_FILE, Expected, Verifier

CONTENT = os.urandom(8 * 2**20 + 5)

FAULTS = [Fault.REFUSED, Fault.ANSWER_LOST, Fault.CRASH_AFTER]

DECLARED = ["commit Declare.__call__", "commit LookUpUpload.__call__"]
BEGUN = ["begin", "commit begin_multiparts"]
COMPLETED = [
    "commit CompleteUpload.__call__",
    "commit Intents.write",
    "complete",
    "commit CompleteUpload._put_together",
]
TOLD = ["send discard_parts", "send verify"]
DISCARDED = ["commit DiscardParts.__call__", "abort", "commit DiscardParts.__call__ #2"]
SEALED = ["commit Seal._claim", "open", "read", "lock", "settle", "commit Seal._record"]
FOUND = ["send extract", "commit Extract._claim", "extract open", "extract read", "commit Extract.__call__"]
OUT = ["commit GrantAccess.__call__", "commit ReadContent.__call__", "content open", "content read"]

RELAYED = [
    *("commit ReceivePart._begin", "commit ReceivePart._promise"),
    *BEGUN,
    *(
        "commit ReceivePart._store",
        "part 1",
        "part 2",
        "commit ReceivePart.__call__",
        "commit ReceivePart.__call__ #2",
    ),
]
ADDRESSED = [
    *("commit IssuePartUrls.of_upload", "commit IssuePartUrls._issue"),
    *BEGUN,
    *("commit IssuePartUrls._issue #2", "direct part 1", "commit IssuePartUrls._issue #3", "direct part 2", "parts"),
]
FINISHED = [*COMPLETED, *TOLD, *DISCARDED]
BY_RELAY = [*DECLARED, *RELAYED, *FINISHED, *SEALED, *FOUND, *OUT]
BY_ADDRESS = [*DECLARED, *ADDRESSED, *FINISHED, *SEALED, *FOUND, *OUT]


def _judge(
    journey: Journey, expected: list[str], acts: Mapping[str, int] = ONE_FILE, *, then: frozenset[str] = READ
) -> None:
    assert journey.run() == journey.content
    assert journey.faults.fired == expected
    assert journey.faults.plan == {}
    wanted = {NAME: Expected(journey.content, acts, then)}
    Verifier(journey.quiet, journey.owner).judge(journey.case_id, wanted)


@pytest.mark.parametrize(("way", "effects"), [(InParts, BY_RELAY), (Directly, BY_ADDRESS)], ids=["relay", "direct"])
def test_without_a_fault_there_is_no_effect_that_the_table_does_not_name(
    start: Start, way: type[InParts], effects: list[str]
) -> None:
    journey = start(way, {}, CONTENT)
    _judge(journey, [])
    assert journey.faults.kinds == {e.split(" #")[0] for e in effects}
    assert set(effects) <= set(journey.faults.seen)
    assert journey.told == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("effect", [*RELAYED, *FINISHED])
def test_parts_through_us_get_through(start: Start, effect: str, fault: Fault) -> None:
    _judge(start(InParts, {effect: fault}, CONTENT), [effect])


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("effect", [*ADDRESSED, "commit CompleteUpload.__call__", "complete", "lock"])
def test_parts_that_go_directly_get_through(start: Start, effect: str, fault: Fault) -> None:
    _judge(start(Directly, {effect: fault}, CONTENT), [effect])


WHILE_FINISHING = [
    "commit CompleteUpload.__call__ #2",
    "commit FinishCompletion.__call__",
    "versions",
    "head",
    "commit FinishCompletion.__call__ #2",
]


@pytest.mark.parametrize(
    ("effect", "fault"),
    # What was completed is not completed again, so that its second time has no afterwards.
    [("complete #2", Fault.REFUSED), *((e, f) for e in WHILE_FINISHING for f in (Fault.REFUSED, Fault.CRASH_AFTER))],
)
def test_a_second_fault_while_the_first_is_mended_is_mended_too(start: Start, effect: str, fault: Fault) -> None:
    plan = {"complete": Fault.CRASH_AFTER, effect: fault}
    _judge(start(Directly, plan, CONTENT), ["complete", effect])


ABANDONED = {**ONE_FILE, "upload.receive": 2, "upload.abandon": 1, "upload.parts_discarded": 1, "upload.open": 1}
EXPIRED = {**ABANDONED, "upload.expire": 1}
del EXPIRED["upload.abandon"]

ENDED = ["send discard_parts", *DISCARDED, "commit OpenUpload.__call__"]


@pytest.mark.parametrize("fault", [None, *FAULTS])
@pytest.mark.parametrize(
    ("how", "end", "effect"),
    [
        *((by_abandoning, ABANDONED, e) for e in ["commit AbandonUpload.__call__", *ENDED]),
        *((by_expiring, EXPIRED, e) for e in ["commit ExpireUploads.__call__", "send discard_parts"]),
    ],
)
def test_parts_of_an_upload_that_ends_are_thrown_away_and_a_fresh_one_brings_the_file(
    start: Start, how: Callable[[Ended], None], end: Mapping[str, int], effect: str, fault: Fault | None
) -> None:
    plan = {} if fault is None else {effect: fault}
    journey = start(Ended, plan, CONTENT, how)
    _judge(journey, list(plan), end, then=frozenset())
    assert effect in journey.faults.seen
