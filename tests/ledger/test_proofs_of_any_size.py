"""Proofs in trees too large to build: a proof needs none, so random hashes make one whose root follows."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.proofs import consistency_spans
from dems.ledger.verification import verify_consistency, verify_inclusion
from tests.ledger import naive

hashes = st.binary(min_size=32, max_size=32)


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[bytes, int, int, bytes, list[bytes]]:
    """A leaf, its place, and a proof of random hashes, which has the root that follows."""
    size = draw(st.integers(1, 2**40) | st.integers(1, MAX_NUMBER) | st.integers(1, 20))
    index = draw(st.integers(0, size - 1))
    leaf = draw(hashes)
    proof = [draw(hashes) for _ in naive.sides(index, size)]
    return leaf, index, size, naive.root_from_inclusion(leaf, index, size, proof), proof


@st.composite
def consistencies(draw: st.DrawFn) -> tuple[int, int, bytes, bytes, list[bytes]]:
    new = draw(st.integers(2, 2**40) | st.integers(2, MAX_NUMBER) | st.integers(2, 20))
    old = draw(st.integers(1, new - 1))
    seed = draw(hashes)
    proof = [draw(hashes) for _ in consistency_spans(old, new)]
    return old, new, *naive.roots_from_consistency(old, new, proof, seed), proof


def spoilt(draw: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """The proof with one hash flipped in one bit, left out, doubled, put in, or exchanged with its neighbour."""
    at = draw.draw(st.integers(0, len(proof)))
    wrong = [*proof[:at], draw.draw(hashes), *proof[at:]]
    if at < len(proof):
        change = draw.draw(st.sampled_from(["flip", "remove", "double", "insert", "swap"]))
        others: dict[str, list[bytes]] = {
            "flip": [*proof[:at], flipped(proof[at], draw.draw(st.integers(0, 255))), *proof[at + 1 :]],
            "remove": proof[:at] + proof[at + 1 :],
            "double": [*proof[:at], proof[at], *proof[at:]],
            "insert": wrong,
            "swap": [*proof[:at], *reversed(proof[at : at + 2]), *proof[at + 2 :]],
        }
        wrong = others[change]
    return wrong


@given(inclusions(), st.data())
def test_inclusion_in_a_tree_of_any_size_holds_and_nothing_else_does(
    case: tuple[bytes, int, int, bytes, list[bytes]], data: st.DataObject
) -> None:
    leaf, index, size, root, proof = case
    verify_inclusion(leaf, index, size, root, proof)
    wrong = spoilt(data, proof)
    bit = data.draw(st.integers(0, 255))
    attempts: list[tuple[Any, ...]] = [
        (flipped(leaf, bit), index, size, root, proof),
        (leaf, index, size, flipped(root, bit), proof),
        (root, index, size, leaf, proof),
        (leaf, index, size, root, [root, *proof]),
        (leaf, index, size, root, [*proof, root]),
        (leaf, size, size, root, proof),
        (leaf, -1 - index, size, root, proof),
    ]
    attempts += [(leaf, index, size, root, wrong)] if wrong != proof else []
    for attempt in attempts:
        if attempt != (leaf, index, size, root, proof):
            with pytest.raises(LedgerInvalid):
                verify_inclusion(*attempt)
    for other in (index ^ 2, index + 1, index - 1):
        if 0 <= other < size and naive.sides(other, size) != naive.sides(index, size) and leaf not in proof:
            with pytest.raises(LedgerInvalid):
                verify_inclusion(leaf, other, size, root, proof)


@given(consistencies(), st.data())
def test_consistency_of_trees_of_any_size_holds_and_nothing_else_does(
    case: tuple[int, int, bytes, bytes, list[bytes]], data: st.DataObject
) -> None:
    old, new, old_root, new_root, proof = case
    verify_consistency(old, new, old_root, new_root, proof)
    wrong = spoilt(data, proof)
    bit = data.draw(st.integers(0, 255))
    attempts: list[tuple[Any, ...]] = [
        (old, new, flipped(old_root, bit), new_root, proof),
        (old, new, old_root, flipped(new_root, bit), proof),
        (old, new, new_root, old_root, proof),
        (old, new, old_root, new_root, [old_root, *proof]),
        (old, new, old_root, new_root, [*proof, new_root]),
        (old, new, old_root, new_root, proof[:-1]),
        (0, new, old_root, new_root, proof),
        (new, old, new_root, old_root, proof),
        (old, old, old_root, new_root, proof),
    ]
    attempts += [(old, new, old_root, new_root, wrong)] if wrong != proof else []
    for attempt in attempts:
        with pytest.raises(LedgerInvalid):
            verify_consistency(*attempt)


@given(st.integers(-2, 70), st.integers(-2, 70), st.lists(st.binary(max_size=40), max_size=70), st.binary(max_size=40))
def test_no_proof_however_made_is_accepted_or_breaks_the_check(
    first: int, second: int, proof: list[bytes], root: bytes
) -> None:
    with pytest.raises(LedgerInvalid):
        verify_inclusion(hashlib.sha256(root).digest(), first, second, root, proof)
    if first != second:
        with pytest.raises(LedgerInvalid):
            verify_consistency(first, second, root, hashlib.sha256(root).digest(), proof)
