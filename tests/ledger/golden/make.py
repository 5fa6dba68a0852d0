"""Writes the golden file: ``python -m tests.ledger.golden.make`` from the project's root.

It was run once. What it writes is the format ``dems-custody/1`` for good: custody entries made by any later version
must have the same bytes, so a difference is a bug of that version or a new format, never a reason to run this again.
"""

import json
from pathlib import Path
from uuid import UUID

from dems.ledger.canonical import canonical
from dems.ledger.entry import leaf_hash, next_leaf
from tests.ledger.golden.inputs import INPUTS, nonce

GOLDEN = Path(__file__).with_name("entries.json")


def make() -> str:
    """The golden file's text."""
    newest: dict[UUID, bytes] = {}
    entries = []
    for number, given in enumerate(INPUTS, start=1):
        detail = canonical(given.detail)
        leaf = next_leaf(
            given.chain, newest.get(given.chain), at=given.at, nonce=nonce(number), detail=detail
        ).to_bytes()
        newest[given.chain] = leaf
        entries.append(
            {
                "leaf": leaf.decode(),
                "leaf_hash": leaf_hash(leaf).hex(),
                "nonce": nonce(number).hex(),
                "detail": detail.decode(),
            }
        )
    return json.dumps({"format": "dems-custody/1", "entries": entries}, indent=1) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(make(), encoding="ascii")
