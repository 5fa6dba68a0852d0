"""An item's life: which change is allowed in which state, written out as a table and tried in full."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dems.errors import DemsError, NotReadable, WrongState
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Found, Integrity, Kind, judge, outcome_of
from dems.model.ids import EvidenceId, new_id
from dems.model.names import OriginalName
from tests.model.people import (
    NOON,
    OTHER_UPLOAD_ID,
    SHA256_OF_ABC,
    SHA256_OF_NOTHING,
    UPLOAD_ID,
    evidence,
    upload,
)

ABC = Found(3, {"sha256": SHA256_OF_ABC})
EMPTY = Found(0, {"sha256": SHA256_OF_NOTHING})
LATER = NOON + timedelta(days=90)
STORED = upload(declared=SHA256_OF_ABC, version_id="v1")
GOOD, BAD = judge(STORED, ABC), judge(STORED, EMPTY)

CHANGES: dict[str, Callable[[Evidence], object]] = {
    "receiving": lambda e: e.receiving(),
    "received": lambda e: e.received(STORED),
    "reopened_for": lambda e: e.reopened_for(upload(upload_id=OTHER_UPLOAD_ID)),
    "judged": lambda e: e.judged(GOOD, NOON),
    "readable": lambda e: e.readable(),
    "checkable": lambda e: e.checkable(),
}

ALLOWED = {
    "declared": {"receiving", "received", "reopened_for"},
    "uploading": {"receiving", "received", "reopened_for"},
    "verifying": {"judged"},
    "sealed": {"readable", "checkable"},
    "mismatch": {"reopened_for"},
    "registered": set(),
    "frozen": {"checkable"},
    "disposed": set(),
}


def test_the_table_names_every_state() -> None:
    assert set(ALLOWED) == {s.value for s in EvidenceState}


@pytest.mark.parametrize("state", list(EvidenceState))
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_is_allowed_in_these_states_and_no_other(state: EvidenceState, change: str) -> None:
    item = evidence(state, kind=Kind.PHYSICAL if state is EvidenceState.REGISTERED else Kind.DIGITAL)
    if change in ALLOWED[state.value]:
        CHANGES[change](item)
        return
    with pytest.raises(DemsError) as refused:
        CHANGES[change](item)
    assert isinstance(refused.value, WrongState | NotReadable)
    assert refused.value.data["state"] == state.value


def test_an_item_gets_its_file_from_the_upload() -> None:
    item = evidence().with_file(OriginalName(b"x.bin"), upload(9, upload_id=OTHER_UPLOAD_ID))
    assert (item.name, item.size, item.upload_id) == (OriginalName(b"x.bin"), 9, OTHER_UPLOAD_ID)


def test_bytes_that_begin_to_come_twice_change_the_item_once() -> None:
    once = evidence().receiving()
    assert once.state is EvidenceState.UPLOADING
    assert once.version == 2
    assert once.receiving() is once


def test_received_bytes_are_waiting_to_be_verified() -> None:
    item = evidence(EvidenceState.UPLOADING).received(STORED)
    assert (item.state, item.version_id) == (EvidenceState.VERIFYING, "v1")
    assert item.digests == {}


@pytest.mark.parametrize("state", [EvidenceState.DECLARED, EvidenceState.UPLOADING])
def test_bytes_of_an_upload_that_is_not_the_items_current_one_are_refused(state: EvidenceState) -> None:
    with pytest.raises(WrongState):
        evidence(state).received(upload(upload_id=OTHER_UPLOAD_ID, version_id="v2"))


def test_a_fresh_upload_forgets_what_the_last_one_brought() -> None:
    item = evidence(EvidenceState.MISMATCH).reopened_for(upload(9, upload_id=OTHER_UPLOAD_ID))
    assert (item.state, item.upload_id, item.size) == (EvidenceState.DECLARED, OTHER_UPLOAD_ID, 9)
    assert (item.version_id, item.digests, item.integrity) == (None, {}, Integrity.UNCHECKED)


@pytest.mark.parametrize("kind", [Kind.PHYSICAL, Kind.DOCUMENT])
def test_an_item_without_bytes_takes_no_upload(kind: Kind) -> None:
    with pytest.raises(WrongState, match="no bytes here"):
        evidence(EvidenceState.REGISTERED, kind=kind).reopened_for(upload())


def test_what_was_read_back_and_agrees_is_sealed() -> None:
    item = evidence(EvidenceState.VERIFYING).judged(GOOD, NOON)
    assert (item.state, item.integrity) == (EvidenceState.SEALED, Integrity.INTACT)
    assert (item.sealed_at, item.checked_at, item.size) == (NOON, NOON, 3)
    assert item.digests == {"sha256": SHA256_OF_ABC}
    assert item.readable() == item.checkable() == "v1"


def test_a_mismatch_keeps_the_digests_found_and_is_never_sealed() -> None:
    item = evidence(EvidenceState.VERIFYING).judged(BAD, NOON)
    assert (item.state, item.integrity, item.sealed_at) == (EvidenceState.MISMATCH, Integrity.UNCHECKED, None)
    assert item.digests == {"sha256": SHA256_OF_NOTHING}
    assert item.size == 3
    with pytest.raises(NotReadable):
        item.readable()


@pytest.mark.parametrize("outcome", list(Integrity))
def test_a_recheck_records_what_it_found_and_an_alteration_freezes(outcome: Integrity) -> None:
    item = evidence(EvidenceState.SEALED).rechecked(outcome, LATER)
    assert item.state is (EvidenceState.FROZEN if outcome is Integrity.ALTERED else EvidenceState.SEALED)
    assert (item.integrity, item.checked_at, item.sealed_at) == (outcome, LATER, NOON)
    assert item.digests == {"sha256": SHA256_OF_ABC}


def test_nothing_thaws_a_frozen_item_by_itself() -> None:
    item = evidence(EvidenceState.SEALED).rechecked(Integrity.ALTERED, NOON).rechecked(Integrity.INTACT, LATER)
    assert item.state is EvidenceState.FROZEN
    with pytest.raises(NotReadable):
        item.readable()


def test_a_sealed_item_whose_bytes_are_missing_cannot_be_read_but_can_be_looked_for_again() -> None:
    item = replace(evidence(EvidenceState.SEALED), integrity=Integrity.MISSING)
    with pytest.raises(NotReadable, match="missing") as refused:
        item.readable()
    assert refused.value.data["state"] == "missing"
    assert item.checkable() == "v1"


def test_without_a_version_there_is_nothing_to_read_or_check() -> None:
    item = replace(evidence(EvidenceState.SEALED), version_id=None)
    with pytest.raises(NotReadable):
        item.readable()
    with pytest.raises(WrongState):
        item.checkable()


@pytest.mark.parametrize("state", list(EvidenceState))
def test_every_change_is_a_new_version_of_the_item(state: EvidenceState) -> None:
    item = evidence(state)
    for change in ALLOWED[state.value] - {"readable", "checkable"}:
        changed = CHANGES[change](item)
        assert isinstance(changed, Evidence)
        assert changed is item or changed.version == item.version + 1


# --- the verdict ---


@pytest.mark.parametrize(
    ("size", "declared", "found", "problems"),
    [
        (3, SHA256_OF_ABC, ABC, ()),
        (3, None, ABC, ()),
        (0, SHA256_OF_NOTHING, EMPTY, ()),
        (0, None, EMPTY, ()),
        (4, SHA256_OF_ABC, ABC, ("size",)),
        (4, None, ABC, ("size",)),
        (3, SHA256_OF_NOTHING, ABC, ("sha256",)),
        (0, SHA256_OF_NOTHING, ABC, ("size", "sha256")),
        (3, Digest("md5", b"\0" * 16), ABC, ("sha256",)),
    ],
)
def test_only_bytes_that_agree_with_every_declaration_are_sealed(
    size: int, declared: Digest | None, found: Found, problems: tuple[str, ...]
) -> None:
    verdict = judge(upload(size, declared=declared), found)
    assert verdict.problems == problems
    assert verdict.sealed is (not problems)
    assert (verdict.declared_size, verdict.declared, verdict.found) == (size, declared, found)


@pytest.mark.parametrize(
    ("size", "received", "found", "problems"),
    [
        (3, SHA256_OF_ABC.value, ABC, ()),
        (3, SHA256_OF_NOTHING.value, ABC, ("received",)),
        (9 * 2**20, b"\1" * 32, Found(9 * 2**20, ABC.digests, b"\1" * 32), ()),
        (9 * 2**20, b"\1" * 32, Found(9 * 2**20, ABC.digests, b"\2" * 32), ("received",)),
        (9 * 2**20, b"\1" * 32, Found(9 * 2**20, ABC.digests), ()),
    ],
    ids=["one part", "another part", "parts", "other parts", "a declared digest says as much"],
)
def test_only_bytes_that_were_received_are_sealed(
    size: int, received: bytes, found: Found, problems: tuple[str, ...]
) -> None:
    assert judge(replace(upload(size), parts_sha256=received), found).problems == problems


MD5_OF_ABC = Digest.from_hex("md5", "900150983cd24fb0d6963f7d28e17f72")


@pytest.mark.parametrize(
    ("sealed", "found", "outcome"),
    [
        ({"sha256": SHA256_OF_ABC}, ABC, Integrity.INTACT),
        ({"sha256": SHA256_OF_ABC, "md5": MD5_OF_ABC}, ABC, Integrity.INTACT),
        ({"sha256": SHA256_OF_ABC}, Found(3, {"sha256": SHA256_OF_ABC, "md5": MD5_OF_ABC}), Integrity.INTACT),
        ({"sha256": SHA256_OF_ABC}, Found(3, {"sha256": SHA256_OF_NOTHING}), Integrity.ALTERED),
        ({"sha256": SHA256_OF_ABC}, Found(4, {"sha256": SHA256_OF_ABC}), Integrity.ALTERED),
        (
            {"sha256": SHA256_OF_ABC, "md5": Digest("md5", b"\0" * 16)},
            Found(3, {"sha256": SHA256_OF_ABC, "md5": MD5_OF_ABC}),
            Integrity.ALTERED,
        ),
    ],
)
def test_a_later_reading_must_agree_in_size_and_every_digest_that_both_have(
    sealed: dict[str, Digest], found: Found, outcome: Integrity
) -> None:
    item = replace(evidence(EvidenceState.SEALED), digests=sealed)
    assert outcome_of(item, found) is outcome


def test_an_item_keeps_its_upload() -> None:
    assert evidence(EvidenceState.SEALED).upload_id == UPLOAD_ID


def test_an_item_takes_no_upload_of_another_item() -> None:
    foreign = replace(upload(upload_id=OTHER_UPLOAD_ID), evidence_id=EvidenceId(new_id()))
    with pytest.raises(ValueError, match="another item"):
        evidence(EvidenceState.MISMATCH).reopened_for(foreign)


def test_a_reading_without_a_common_sha256_is_never_intact() -> None:
    sealed = replace(evidence(EvidenceState.SEALED), digests={}, size=0)
    assert outcome_of(sealed, Found(0, {})) is Integrity.ALTERED
