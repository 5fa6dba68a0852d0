import hashlib

import pytest

from dems.model.secrets import Prefix, new_token, token_hash


@pytest.mark.parametrize(("prefix", "begins"), [(Prefix.API, "dems_api_"), (Prefix.UPLOAD, "dems_up_")])
def test_a_token_has_256_random_bits_behind_a_prefix_that_says_what_it_opens(prefix: Prefix, begins: str) -> None:
    made = {new_token(prefix)[0] for _ in range(100)}
    assert len(made) == 100
    assert all(token.startswith(begins) and len(token) == len(begins) + 43 for token in made)


def test_only_the_hash_of_a_token_is_kept() -> None:
    token, kept = new_token(Prefix.API)
    assert kept == token_hash(token) == hashlib.sha256(token.encode()).digest()


def test_any_text_that_a_client_sends_has_a_hash() -> None:
    assert token_hash("dems_api_\ud800") != token_hash("dems_api_")
