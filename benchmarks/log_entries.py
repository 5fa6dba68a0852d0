"""Custody entries by the hundred thousand: the leaves that the application would write, put into the database by COPY.

Their details are left out: neither who takes entries into the log nor who checks it may read them.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine

from dems.db.sequencing import Sequencer
from dems.ledger.canonical import canonical
from dems.ledger.entry import NONCE_BYTES, leaf_hash, next_leaf
from dems.model.ids import new_id

LENGTH = 8
"""Entries of each chain: about those of an item from its declaration to the first look at it."""
_ABREAST = 500
"""Chains that grow at the same time, so that neighbours in the log are of different ones."""
_AT_ONCE = 20_000
"""Entries in one transaction; what was written is forgotten then, but for the leaves."""

LOG_OFF = "ALTER TABLE custody_entries DISABLE TRIGGER custody_entries_queued"
"""For the owner: entries that are written then do not wait for the log, so that it might as well not be there."""
LOG_ON = "ALTER TABLE custody_entries ENABLE ALWAYS TRIGGER custody_entries_queued"


class Written(NamedTuple):
    """One entry as a row of `custody_entries`, and what is kept beside it."""

    id: UUID
    chain: UUID
    seq: int
    at: datetime
    leaf: bytes
    nonce: bytes
    detail: bytes


def entries() -> Iterator[Written]:
    """In chains of `LENGTH`, in the order in which they would be written, without end."""
    while True:
        chains: dict[UUID, bytes | None] = {uuid4(): None for _ in range(_ABREAST)}
        for seq in range(1, LENGTH + 1):
            for chain, before in chains.items():
                entry, at, nonce = new_id(), datetime.now(UTC), os.urandom(NONCE_BYTES)
                detail = canonical({"act": "evidence.access", "entry": str(entry), "facts": {"purpose": "review"}})
                leaf = next_leaf(chain, before, at=at, nonce=nonce, detail=detail).to_bytes()
                chains[chain] = leaf
                yield Written(entry, chain, seq, at, leaf, nonce, detail)


def driver_url(url: str) -> str:
    """The address as psycopg takes it, without SQLAlchemy's name of the driver."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def queue(owner_url: str, count: int) -> list[bytes]:
    """Write so many entries that wait for the log; their leaves. The database looks at its tables anew then."""
    leaves: list[bytes] = []
    coming = entries()
    with psycopg.connect(driver_url(owner_url)) as connection:
        while len(leaves) < count:
            some = list(islice(coming, min(_AT_ONCE, count - len(leaves))))
            _write(connection, some)
            connection.commit()
            leaves += [one.leaf for one in some]
    settle(owner_url)
    return leaves


def _write(connection: "psycopg.Connection[tuple[object, ...]]", written: list[Written]) -> None:
    with connection.cursor() as cursor:
        begun = "COPY custody_chains (id, kind, subject, begun_at) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(begun) as copy:
            copy.set_types(["uuid", "text", "uuid", "timestamptz"])
            for one in written:
                if one.seq == 1:
                    copy.write_row([one.chain, "item", uuid4(), one.at])
        columns = "(id, chain_id, seq, at, leaf, leaf_hash)"
        with cursor.copy(f"COPY custody_entries {columns} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "uuid", "int8", "timestamptz", "bytea", "bytea"])
            for one in written:
                copy.write_row([one.id, one.chain, one.seq, one.at, one.leaf, leaf_hash(one.leaf)])


def take_in(engine: Engine) -> int:
    """Into the log, all that waits; how many entries. `engine` is the sequencer's."""
    return sum(iter(Sequencer(engine).integrate, 0))


def settle(owner_url: str) -> None:
    """What autovacuum and the checkpointer would do by themselves, but in the middle of a measurement."""
    tables = "custody_chains, custody_entries, custody_queue, custody_leaves, custody_nodes"
    with psycopg.connect(driver_url(owner_url), autocommit=True) as connection:
        connection.execute(f"VACUUM (ANALYZE) {tables}")
