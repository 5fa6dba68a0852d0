"""Chains for the tests, made from fixed inputs through the code under test."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from dems.ledger.canonical import canonical
from dems.ledger.entry import Entry, next_leaf

CHAIN = UUID("5f0c7a52-7c4e-4d0f-9c1b-3f8a1f6d2b10")
OTHER_CHAIN = UUID("0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def nonce(number: int) -> bytes:
    return sha256(b"nonce %d" % number).digest()


def chain_of(length: int, chain: UUID = CHAIN) -> list[Entry]:
    """A whole chain: each entry commits to its detail and to the one before it."""
    entries: list[Entry] = []
    for number in range(1, length + 1):
        detail = canonical({"act": "evidence.access", "number": number})
        leaf = next_leaf(
            chain,
            entries[-1].leaf if entries else None,
            at=START + timedelta(seconds=number),
            nonce=nonce(number),
            detail=detail,
        )
        entries.append(Entry(leaf.to_bytes(), nonce(number), detail))
    return entries
