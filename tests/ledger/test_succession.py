from dataclasses import replace

import pytest

from dems.ledger.invalid import Contradicted
from dems.ledger.succession import verify_succession
from tests.ledger.test_checkpoint import of
from tests.ledger.trees import SIZE, TREE


def test_a_log_that_goes_on_is_followed_from_every_size_to_every_later_one() -> None:
    for new in range(SIZE + 1):
        verify_succession(None, of(new), [])
        for old in range(new + 1):
            verify_succession(of(old), of(new), TREE.consistency(old, new) if old else [])


def test_a_log_that_goes_back_is_not_followed() -> None:
    for proof in ([], TREE.consistency(6, 7)):
        with pytest.raises(Contradicted, match="went back from 7 leaves to 6"):
            verify_succession(of(7), of(6), proof)


def test_a_log_that_forks_is_not_followed() -> None:
    fork = replace(of(7), root=TREE.root(8))
    with pytest.raises(Contradicted, match="one size"):
        verify_succession(of(7), fork, [])
    with pytest.raises(Contradicted):
        verify_succession(of(6), fork, TREE.consistency(6, 7))


def test_another_log_is_not_followed() -> None:
    with pytest.raises(Contradicted, match=r"of the log 'other\.example/log'"):
        verify_succession(of(7), replace(of(8), origin="other.example/log"), TREE.consistency(7, 8))
    with pytest.raises(Contradicted, match=r"of the log 'other\.example/log'"):
        verify_succession(of(0), replace(of(8), origin="other.example/log"), [])


def test_from_the_empty_tree_a_proof_has_nothing_to_say() -> None:
    for held in (None, of(0)):
        for offered in (of(0), of(7)):
            with pytest.raises(Contradicted, match="nothing to prove"):
                verify_succession(held, offered, [TREE.root(7)])
