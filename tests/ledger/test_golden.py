"""The bytes of custody entries, fixed for good. Derived here once more by hand, without `dems.ledger`."""

import hashlib
import json
from datetime import UTC
from typing import Any
from uuid import UUID

import pytest
import rfc8785

from dems.ledger.canonical import canonical
from dems.ledger.entry import Entry, Leaf, leaf_hash, next_leaf, verify_chain
from tests.ledger.golden.inputs import INPUTS, Input, nonce
from tests.ledger.golden.make import GOLDEN, make

ENTRIES: list[dict[str, str]] = json.loads(GOLDEN.read_text(encoding="ascii"))["entries"]
CHAINS = sorted({given.chain for given in INPUTS})


def places_of(chain: UUID) -> list[int]:
    return [place for place, given in enumerate(INPUTS) if given.chain == chain]


def detail_by_hand(detail: dict[str, Any]) -> bytes:
    """Another implementation of RFC 8785."""
    return rfc8785.dumps(detail)


def leaf_by_hand(given: Input, seq: int, previous: str | None, commitment: str) -> str:
    """The leaf's text spelt out, member by member."""
    at = given.at.astimezone(UTC)
    date = f"{at.year:04}-{at.month:02}-{at.day:02}"
    time = f"{at.hour:02}:{at.minute:02}:{at.second:02}.{at.microsecond:06}"
    before = "null" if previous is None else f'"{previous}"'
    return (
        f'{{"at":"{date}T{time}Z","chain":"{given.chain}","commitment":"{commitment}",'
        f'"format":"dems-custody/1","previous":{before},"seq":{seq}}}'
    )


def test_the_golden_file_holds_twenty_entries_of_several_chains() -> None:
    assert len(ENTRIES) == len(INPUTS) == 20
    assert len(CHAINS) == 5
    assert hashlib.sha256(GOLDEN.read_bytes()).hexdigest() == FINGERPRINT


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_every_byte_follows_from_the_inputs_by_hand(chain: UUID) -> None:
    previous: str | None = None
    for seq, place in enumerate(places_of(chain), start=1):
        golden, given = ENTRIES[place], INPUTS[place]
        detail = detail_by_hand(given.detail)
        secret = hashlib.sha256(b"golden nonce " + str(place + 1).encode()).digest()
        leaf = leaf_by_hand(given, seq, previous, hashlib.sha256(secret + detail).hexdigest())
        assert golden["detail"].encode() == detail
        assert golden["nonce"] == secret.hex()
        assert golden["leaf"] == leaf
        assert golden["leaf_hash"] == hashlib.sha256(b"\x00" + leaf.encode("ascii")).hexdigest()
        previous = golden["leaf_hash"]


@pytest.mark.parametrize("place", range(20))
def test_the_code_makes_exactly_these_bytes(place: int) -> None:
    golden, given = ENTRIES[place], INPUTS[place]
    before = [p for p in places_of(given.chain) if p < place]
    detail = canonical(given.detail)
    previous = ENTRIES[before[-1]]["leaf"].encode() if before else None
    leaf = next_leaf(given.chain, previous, at=given.at, nonce=nonce(place + 1), detail=detail)
    assert detail.decode() == golden["detail"]
    assert leaf.to_bytes().decode() == golden["leaf"]
    assert leaf_hash(leaf.to_bytes()).hex() == golden["leaf_hash"]
    assert Leaf.from_bytes(golden["leaf"].encode()) == leaf


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_the_golden_chains_verify_and_open(chain: UUID) -> None:
    golden = [ENTRIES[place] for place in places_of(chain)]
    entries = [Entry(g["leaf"].encode(), bytes.fromhex(g["nonce"]), g["detail"].encode()) for g in golden]
    verify_chain(entries, chain=chain)
    assert [e.opened() for e in entries] == [INPUTS[place].detail for place in places_of(chain)]


def test_the_script_that_wrote_the_file_would_write_it_again() -> None:
    assert make() == GOLDEN.read_text(encoding="ascii")


FINGERPRINT = "959bca3e29635c0e5b446c159d3c572d3cc29c2b140b2e7c8d9ef4914a6de602"
"""SHA-256 of the file: whoever changes the golden file has to change this line too, and to say why."""
