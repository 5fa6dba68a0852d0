"""Intakes: how far an item has come, what is counted, and why something is not sealed."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dems.errors import Incomplete, Invalid, TooLarge, WrongState
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, IntakeId, PersonId, UploadId, new_id
from dems.model.intakes import Counts, Intake, IntakeKind, Outcome, counts_of, outcome_of_item, reason_for
from dems.model.uploads import MIN_PART_SIZE, Upload, UploadState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE, PERSON, ITEM = CaseId(new_id()), PersonId(new_id()), EvidenceId(new_id())
SUM = Digest.sha256(bytes(32))


def item(state: EvidenceState, integrity: Integrity = Integrity.UNCHECKED, *, read_back: bool = False) -> Evidence:
    made = Evidence(ITEM, CASE, ExhibitRef("ABC/1"), "", Kind.DIGITAL, state, PERSON, NOW, integrity=integrity)
    return replace(made, digests={"sha256": SUM} if read_back else {})


def upload(state: UploadState, size: int = 3) -> Upload:
    end = NOW + timedelta(days=7)
    return Upload(UploadId(new_id()), ITEM, CASE, state, size, MIN_PART_SIZE, None, PERSON, NOW, end)


@pytest.mark.parametrize(
    ("state", "integrity", "read_back", "outcome"),
    [
        (EvidenceState.DECLARED, Integrity.UNCHECKED, False, Outcome.MISSING),
        (EvidenceState.UPLOADING, Integrity.UNCHECKED, False, Outcome.MISSING),
        (EvidenceState.VERIFYING, Integrity.UNCHECKED, False, Outcome.RECEIVED),
        (EvidenceState.SEALED, Integrity.INTACT, True, Outcome.SEALED),
        (EvidenceState.MISMATCH, Integrity.UNCHECKED, True, Outcome.DIFFERENT),
        (EvidenceState.MISMATCH, Integrity.UNCHECKED, False, Outcome.FAILED),
        (EvidenceState.SEALED, Integrity.MISSING, True, Outcome.FAILED),
        (EvidenceState.SEALED, Integrity.UNREADABLE, True, Outcome.FAILED),
        (EvidenceState.FROZEN, Integrity.ALTERED, True, Outcome.FAILED),
    ],
)
def test_every_item_has_come_exactly_so_far(
    state: EvidenceState, integrity: Integrity, read_back: bool, outcome: Outcome
) -> None:
    assert outcome_of_item(state, integrity, read_back=read_back) is outcome


def test_no_state_is_without_an_outcome() -> None:
    for state, integrity, read_back in itertools.product(EvidenceState, Integrity, (True, False)):
        assert outcome_of_item(state, integrity, read_back=read_back) in Outcome


def test_the_counts_add_up() -> None:
    outcomes = {Outcome.MISSING: 4, Outcome.RECEIVED: 3, Outcome.SEALED: 10, Outcome.DIFFERENT: 2, Outcome.FAILED: 1}
    counts = counts_of(outcomes, extra=5)
    assert counts == Counts(declared=15, received=16, sealed=10, missing=4, different=2, failed=1, extra=5)
    assert counts.declared + counts.extra == counts.received + counts.missing
    assert counts_of({}, 0) == Counts(0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("evidence", "of", "announced", "words"),
    [
        (item(EvidenceState.MISMATCH, read_back=True), UploadState.COMPLETED, True, "not what was declared"),
        (item(EvidenceState.MISMATCH), UploadState.COMPLETED, True, "The store lost the bytes"),
        (item(EvidenceState.FROZEN, Integrity.ALTERED), UploadState.COMPLETED, True, "an administrator must look"),
        (item(EvidenceState.DECLARED), UploadState.EXPIRED, False, "its time was over"),
        (item(EvidenceState.UPLOADING), UploadState.ABANDONED, False, "abandoned before"),
        (item(EvidenceState.DECLARED), UploadState.COMPLETING, True, "being looked for"),
        (item(EvidenceState.UPLOADING), UploadState.OPEN, True, "send what is missing"),
        (item(EvidenceState.DECLARED), UploadState.OPEN, False, "have not come yet"),
    ],
)
def test_what_is_not_sealed_has_a_reason(evidence: Evidence, of: UploadState, announced: bool, words: str) -> None:
    outcome = outcome_of_item(evidence.state, evidence.integrity, read_back=bool(evidence.digests))
    assert words in (reason_for(evidence, upload(of), outcome, announced=announced) or "")


def test_what_is_well_has_none() -> None:
    sealed = item(EvidenceState.SEALED, Integrity.INTACT, read_back=True)
    assert reason_for(sealed, upload(UploadState.COMPLETED), Outcome.SEALED, announced=True) is None
    assert reason_for(item(EvidenceState.DECLARED), None, Outcome.MISSING, announced=False) is None


def test_an_intake_takes_items_until_its_time_is_over() -> None:
    end = NOW + timedelta(days=7)
    intake = Intake(IntakeId(new_id()), CASE, IntakeKind.MANIFEST, None, 1, PERSON, NOW, end)
    intake.takes_items(end - timedelta(seconds=1))
    with pytest.raises(WrongState, match="begin another"):
        intake.takes_items(end)


def test_a_part_has_one_length() -> None:
    large = upload(UploadState.OPEN, 2 * MIN_PART_SIZE + 1)
    assert [large.length_of_part(n) for n in (1, 2, 3)] == [MIN_PART_SIZE, MIN_PART_SIZE, 1]
    assert upload(UploadState.OPEN, 0).length_of_part(1) == 0
    for number in (0, 4, -1):
        with pytest.raises(Invalid, match="parts 1 to 3"):
            large.length_of_part(number)
    assert large.check_length(3, 1) == 1
    with pytest.raises(TooLarge):
        large.check_length(3, 2)
    with pytest.raises(Incomplete):
        large.check_length(1, 1)


def test_an_upload_that_was_announced_is_completing() -> None:
    assert upload(UploadState.OPEN).completing().state is UploadState.COMPLETING
