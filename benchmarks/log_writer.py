"""One of the writers of `benchmarks.log_writers`, as a process of its own: told by lines, answers by lines.

``python -m benchmarks.log_writer COUNT``; the first line that it reads is the database's address, the second
says that it may write.
"""

import sys
from itertools import islice
from uuid import uuid4

import psycopg

from benchmarks.log_entries import Written, entries
from dems.ledger.entry import leaf_hash

_CHAIN = "INSERT INTO custody_chains (id, kind, subject, begun_at) VALUES (%s, 'item', %s, %s)"
_ENTRY = "INSERT INTO custody_entries (id, chain_id, seq, at, leaf, leaf_hash) VALUES (%s, %s, %s, %s, %s, %s)"
_DETAIL = "INSERT INTO custody_details (entry_id, nonce, detail, act) VALUES (%s, %s, %s, 'evidence.access')"


def write(url: str, count: int) -> None:
    """Write so many entries. Its chains are begun before it says that it is ready."""
    mine = list(islice(entries(), count))
    with psycopg.connect(url) as connection:
        for chain, at in {one.chain: one.at for one in mine}.items():
            connection.execute(_CHAIN, [chain, uuid4(), at])
        connection.commit()
        print("ready", flush=True)
        sys.stdin.readline()
        for one in mine:
            _write(connection, one)
    print("written", flush=True)


def _write(connection: "psycopg.Connection[tuple[object, ...]]", one: Written) -> None:
    """As the application does: the entry, and what it says; then the commit."""
    connection.execute(_ENTRY, [one.id, one.chain, one.seq, one.at, one.leaf, leaf_hash(one.leaf)])
    connection.execute(_DETAIL, [one.id, one.nonce, one.detail])
    connection.commit()


if __name__ == "__main__":
    write(sys.stdin.readline().strip(), int(sys.argv[1]))
