"""What a chain alone gives away, and the one thing that it cannot: that its end was cut off."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.canonical import canonical
from dems.ledger.entry import Entry, EntryInvalid, Leaf, commit, verify_chain
from tests.ledger.chains import CHAIN, OTHER_CHAIN, chain_of, nonce

CHAIN_OF_FIVE = chain_of(5)


def test_a_whole_chain_verifies() -> None:
    verify_chain(CHAIN_OF_FIVE)
    verify_chain(CHAIN_OF_FIVE, chain=CHAIN)
    assert [e.opened()["number"] for e in CHAIN_OF_FIVE] == [1, 2, 3, 4, 5]


def test_a_chain_without_its_details_still_verifies() -> None:
    verify_chain([replace(e, nonce=None, detail=None) for e in CHAIN_OF_FIVE])


def test_no_entries_are_no_broken_chain() -> None:
    verify_chain([])


def leaf_changed(entries: list[Entry], place: int) -> list[Entry]:
    """Another commitment in the leaf, with the detail withheld so that only the chain can tell."""
    leaf = replace(Leaf.from_bytes(entries[place].leaf), commitment=b"\0" * 32)
    return [*entries[:place], Entry(leaf.to_bytes(), None, None), *entries[place + 1 :]]


@pytest.mark.parametrize("place", range(4))
def test_a_changed_leaf_is_found_by_the_one_that_follows_it(place: int) -> None:
    with pytest.raises(EntryInvalid, match=f"entry {place + 2} does not follow"):
        verify_chain(leaf_changed(CHAIN_OF_FIVE, place))


@pytest.mark.parametrize("place", range(4))
def test_a_removed_entry_is_found(place: int) -> None:
    with pytest.raises(EntryInvalid, match=f"entry {place + 1} says that it is number {place + 2}"):
        verify_chain(CHAIN_OF_FIVE[:place] + CHAIN_OF_FIVE[place + 1 :])


def test_an_entry_removed_and_the_rest_renumbered_is_found() -> None:
    rest = [replace(Leaf.from_bytes(e.leaf), seq=n) for n, e in enumerate(CHAIN_OF_FIVE[2:], start=2)]
    forged = [CHAIN_OF_FIVE[0], *(Entry(leaf.to_bytes(), None, None) for leaf in rest)]
    with pytest.raises(EntryInvalid, match="entry 2 does not follow"):
        verify_chain(forged)


@pytest.mark.parametrize("place", range(4))
def test_swapped_entries_are_found(place: int) -> None:
    swapped = list(CHAIN_OF_FIVE)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    with pytest.raises(EntryInvalid, match=f"entry {place + 1}"):
        verify_chain(swapped)


@pytest.mark.parametrize("place", range(5))
def test_a_doubled_entry_is_found(place: int) -> None:
    with pytest.raises(EntryInvalid, match=f"entry {place + 2}"):
        verify_chain([*CHAIN_OF_FIVE[: place + 1], *CHAIN_OF_FIVE[place:]])


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "change",
    [
        {"detail": canonical({"act": "evidence.access", "number": 99})},
        {"nonce": nonce(99)},
        {"nonce": b"short"},
        {"detail": None},
        {"nonce": None},
    ],
)
def test_a_changed_or_half_withheld_detail_is_found_and_its_place_named(place: int, change: dict[str, Any]) -> None:
    entries = list(CHAIN_OF_FIVE)
    entries[place] = replace(entries[place], **change)
    with pytest.raises(EntryInvalid, match=f"entry {place + 1}"):
        verify_chain(entries)


def test_bytes_moved_from_the_nonce_into_the_detail_are_found() -> None:
    first = CHAIN_OF_FIVE[0]
    assert first.nonce is not None
    assert first.detail is not None
    with pytest.raises(EntryInvalid, match="commit"):
        Entry(first.leaf, first.nonce[:-1], first.nonce[-1:] + first.detail).opened()


@pytest.mark.parametrize("detail", [b"[]", b"null", b'{"b":1,"a":2}', b"\xff", b"[" * 100_000])
def test_a_detail_that_is_not_a_canonical_object_is_refused_although_the_leaf_commits_to_it(detail: bytes) -> None:
    leaf = replace(Leaf.from_bytes(CHAIN_OF_FIVE[0].leaf), commitment=commit(nonce(1), detail))
    with pytest.raises(EntryInvalid, match="a detail is"):
        Entry(leaf.to_bytes(), nonce(1), detail).opened()


def test_a_withheld_detail_cannot_be_opened() -> None:
    with pytest.raises(EntryInvalid, match="not here"):
        Entry(CHAIN_OF_FIVE[0].leaf, None, None).opened()


def test_a_chain_that_does_not_begin_at_its_beginning_is_found() -> None:
    with pytest.raises(EntryInvalid, match="entry 1 says that it is number 2"):
        verify_chain(CHAIN_OF_FIVE[1:])


def test_a_second_beginning_is_found() -> None:
    with pytest.raises(EntryInvalid, match="entry 6 says that it is number 1"):
        verify_chain([*CHAIN_OF_FIVE, CHAIN_OF_FIVE[0]])


def test_an_entry_of_another_chain_is_found() -> None:
    other = chain_of(5, OTHER_CHAIN)
    with pytest.raises(EntryInvalid, match="entry 3 belongs to another chain"):
        verify_chain([*CHAIN_OF_FIVE[:2], other[2], *CHAIN_OF_FIVE[3:]])


def test_a_whole_chain_is_not_taken_for_another_one() -> None:
    with pytest.raises(EntryInvalid, match="entry 1 belongs to another chain"):
        verify_chain(CHAIN_OF_FIVE, chain=OTHER_CHAIN)


def test_garbage_in_place_of_a_leaf_is_found_and_its_place_named() -> None:
    with pytest.raises(EntryInvalid, match="entry 3"):
        verify_chain([*CHAIN_OF_FIVE[:2], Entry(b"{}", None, None), *CHAIN_OF_FIVE[3:]])


@pytest.mark.parametrize("kept", range(5))
def test_a_chain_whose_newest_entries_were_removed_verifies_which_is_why_there_is_a_log(kept: int) -> None:
    """The chain alone cannot tell: nothing in the entries that are left points forward.

    That needs the log's signed checkpoint, which says how many entries there are in all.
    """
    verify_chain(CHAIN_OF_FIVE[:kept], chain=CHAIN)


def test_a_changed_newest_leaf_without_detail_verifies_which_is_why_there_is_a_log() -> None:
    """For the same reason: no later leaf commits to the newest one."""
    verify_chain(leaf_changed(CHAIN_OF_FIVE, 4))


@given(data=st.data())
def test_no_other_sequence_of_the_same_entries_is_a_chain(data: st.DataObject) -> None:
    sequence = data.draw(st.lists(st.sampled_from(CHAIN_OF_FIVE), min_size=1, max_size=7))
    if sequence == CHAIN_OF_FIVE[: len(sequence)]:
        verify_chain(sequence)
    else:
        with pytest.raises(EntryInvalid, match="entry"):
            verify_chain(sequence)
