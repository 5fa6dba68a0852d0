import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.canonical import MAX_INTEGER, canonical
from dems.ledger.entry import EntryInvalid, Leaf, commit, leaf_hash, next_leaf
from tests.ledger.chains import CHAIN, OTHER_CHAIN, START

hashes = st.binary(min_size=32, max_size=32)
times = st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.timezones())  # noqa: DTZ001 hypothesis adds the zone
firsts = st.builds(Leaf, st.uuids(), st.just(1), st.none(), times, hashes)
laters = st.builds(Leaf, st.uuids(), st.integers(2, MAX_INTEGER), hashes, times, hashes)

LEAF = Leaf(CHAIN, 2, b"\xab" * 32, START, b"\xcd" * 32)
BYTES = LEAF.to_bytes()


@given(firsts | laters)
def test_a_leaf_reads_back_to_the_same_bytes(leaf: Leaf) -> None:
    again = Leaf.from_bytes(leaf.to_bytes())
    assert again == replace(leaf, at=leaf.at.astimezone(UTC))
    assert again.to_bytes() == leaf.to_bytes()


def test_the_bytes_of_a_leaf_are_these() -> None:
    assert BYTES == (
        b'{"at":"2026-11-22T12:00:00.000000Z","chain":"5f0c7a52-7c4e-4d0f-9c1b-3f8a1f6d2b10",'
        b'"commitment":"' + b"cd" * 32 + b'","format":"dems-custody/1","previous":"' + b"ab" * 32 + b'","seq":2}'
    )


def test_a_leaf_says_the_same_whatever_zone_its_time_was_given_in() -> None:
    elsewhere = START.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert replace(LEAF, at=elsewhere).to_bytes() == BYTES


def refused_or_equal(data: bytes) -> None:
    """The one thing that must never be: a leaf read from bytes that it would not write."""
    try:
        leaf = Leaf.from_bytes(data)
    except EntryInvalid:
        return
    assert leaf.to_bytes() == data


@pytest.mark.no_cover
@pytest.mark.parametrize("position", range(len(BYTES)))
def test_a_leaf_with_any_byte_changed_is_refused_or_is_another_leaf(position: int) -> None:
    for value in range(256):
        refused_or_equal(BYTES[:position] + bytes([value]) + BYTES[position + 1 :])
    refused_or_equal(BYTES[:position] + BYTES[position + 1 :])
    for inserted in b' 0a"\\\x00\xff':
        refused_or_equal(BYTES[:position] + bytes([inserted]) + BYTES[position:])


@given(st.binary(max_size=400))
def test_garbage_is_refused(data: bytes) -> None:
    refused_or_equal(data)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(EntryInvalid, match="canonical JSON"):
        Leaf.from_bytes(b"[" * 100_000 + b"]" * 100_000)


MEMBERS: dict[str, Any] = json.loads(BYTES)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "dems-custody/2"},
        {"format": None},
        {"extra": 1},
        {"at": None},
        {"at": "2026-11-22T12:00:00Z"},
        {"at": "2026-11-22T12:00:00.000Z"},
        {"at": "2026-11-22T12:00:00.000000+00:00"},
        {"at": "2026-13-22T12:00:00.000000Z"},
        {"at": "2026-11-22T24:00:00.000000Z"},
        {"at": "2026-11-22T12:00:60.000000Z"},
        {"at": "0000-11-22T12:00:00.000000Z"},
        {"at": "\uff12026-11-22T12:00:00.000000Z"},
        {"at": "2026-11-22T12:00:00.000000Z\n"},
        {"chain": 5},
        {"chain": "not a uuid"},
        {"chain": str(CHAIN).upper()},
        {"chain": CHAIN.hex},
        {"chain": "{" + str(CHAIN) + "}"},
        {"chain": "urn:uuid:" + str(CHAIN)},
        {"commitment": None},
        {"commitment": "CD" * 32},
        {"commitment": "cd" * 31},
        {"commitment": "cd" * 33},
        {"previous": None},
        {"previous": 1},
        {"previous": ""},
        {"previous": "AB" * 32},
        {"seq": 1},
        {"seq": 0},
        {"seq": -1},
        {"seq": "2"},
        {"seq": True},
        {"seq": None},
    ],
)
def test_a_leaf_whose_members_have_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EntryInvalid):
        Leaf.from_bytes(canonical(MEMBERS | change))


@pytest.mark.parametrize("missing", sorted(MEMBERS))
def test_a_leaf_that_lacks_a_member_is_refused(missing: str) -> None:
    with pytest.raises(EntryInvalid):
        Leaf.from_bytes(canonical({k: v for k, v in MEMBERS.items() if k != missing}))


@pytest.mark.parametrize("data", [b"null", b"[]", b'"leaf"', b"1", BYTES + b"\n", b"\xef\xbb\xbf" + BYTES])
def test_other_json_is_no_leaf(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        Leaf.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 0},
        {"seq": MAX_INTEGER + 1},
        {"seq": 1},
        {"previous": None},
        {"previous": b"\0" * 31},
        {"commitment": b"\0" * 33},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 that is the point
    ],
)
def test_a_leaf_that_cannot_be_is_never_made(change: dict[str, Any]) -> None:
    with pytest.raises(EntryInvalid):
        replace(LEAF, **change)


# --- hashes ---


@given(st.binary(max_size=200))
def test_the_hash_of_a_leaf_is_that_of_rfc_9162(data: bytes) -> None:
    assert leaf_hash(data) == hashlib.sha256(b"\x00" + data).digest()


@given(hashes, st.binary(max_size=200))
def test_a_commitment_is_the_hash_of_nonce_and_detail(nonce: bytes, detail: bytes) -> None:
    assert commit(nonce, detail) == hashlib.sha256(nonce + detail).digest()


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_nonce_has_32_bytes_so_that_the_boundary_cannot_be_moved(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(b"\0" * length, b"{}")


# --- the next leaf ---


def test_the_first_leaf_of_a_chain_has_nothing_before_it() -> None:
    first = next_leaf(CHAIN, None, at=START, nonce=b"\1" * 32, detail=b"{}")
    assert first == Leaf(CHAIN, 1, None, START, hashlib.sha256(b"\1" * 32 + b"{}").digest())


def test_the_next_leaf_names_the_hash_of_the_one_before_it() -> None:
    following = next_leaf(CHAIN, BYTES, at=START, nonce=b"\1" * 32, detail=b"{}")
    assert (following.seq, following.previous) == (3, hashlib.sha256(b"\0" + BYTES).digest())


def test_a_leaf_does_not_follow_one_of_another_chain() -> None:
    with pytest.raises(EntryInvalid, match="another chain"):
        next_leaf(OTHER_CHAIN, BYTES, at=START, nonce=b"\1" * 32, detail=b"{}")


def test_a_leaf_does_not_follow_garbage() -> None:
    with pytest.raises(EntryInvalid):
        next_leaf(UUID(int=1), b"{}", at=START, nonce=b"\1" * 32, detail=b"{}")
