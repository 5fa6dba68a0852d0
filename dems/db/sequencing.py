"""Taking queued entries into the log: a batch of them, their leaves, nodes and checkpoint, in one transaction.

What keeps the log one log are the primary keys of places and sizes: of two sequencers at once the second fails at its
commit and begins anew. The advisory lock only spares it the work. Nothing is remembered between two batches, so a process
that is killed leaves nothing behind, and one that comes back goes on from what was committed.
"""

import logging
import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from dems.db.engine import told_apart
from dems.errors import Busy
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash

log = logging.getLogger(__name__)

MOST_AT_ONCE = 5_000
"""Entries in one batch: enough for the rate, and few enough for a transaction of a fraction of a second."""

CHECKPOINT_MADE = "custody_checkpoint"
"""The channel on which the database tells that there is a new checkpoint to sign."""

# Each row that is looked at is found by a key; what the planner believes of tables that just grew must not change that.
_BY_KEYS = "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name"
_HEAD = "SELECT size, frontier FROM custody_checkpoints ORDER BY size DESC LIMIT 1"
_WAITING = """
    SELECT q.entry_id, e.chain_id, e.seq, e.leaf, l.idx IS NOT NULL
    FROM (SELECT entry_id FROM custody_queue ORDER BY entry_id LIMIT %s) AS q
    LEFT JOIN custody_entries AS e ON e.id = q.entry_id
    LEFT JOIN custody_leaves AS l ON l.entry_id = q.entry_id
"""
_BEFORE = """
    SELECT e.id, e.chain_id, e.seq, e.leaf, false FROM unnest(%s::uuid[], %s::bigint[]) AS missing(chain_id, seq)
    JOIN custody_entries AS e USING (chain_id, seq)
    WHERE NOT EXISTS (SELECT FROM custody_leaves WHERE entry_id = e.id)
"""
_TAKE = "DELETE FROM custody_queue WHERE entry_id = ANY(%b)"
_CHECKPOINT = "INSERT INTO custody_checkpoints (size, root, frontier, at) VALUES (%s, %s, %s, clock_timestamp())"

# PostgreSQL's binary COPY: for each row the number of fields, and each field behind its length in bytes.
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = struct.pack(">h", -1)
_LEAF_ROW = struct.Struct(">hiqi16si32s")
_NODE_ROW = struct.Struct(">hihiqi32s")
_ROWS_IN_A_PIECE = 1_000


class Queued(NamedTuple):
    """An entry that waits; `leaf` is None where the queue names an entry that is not there.

    `logged` is true of one that is in the log: whoever may add to the queue may add it again, and must not stop the log so.
    """

    id: UUID
    chain_id: UUID | None
    seq: int | None
    leaf: bytes | None
    logged: bool


class Sequencer:
    """Works on one engine, with the rights of the role `dems_sequencer`."""

    LOCK = 7_306_085_893_296_906_008
    """All sequencers of a database take the same one."""

    def __init__(self, engine: Engine, *, lock: int = LOCK) -> None:
        self._engine = engine
        self._lock = lock

    def integrate(self, at_most: int = MOST_AT_ONCE) -> int:
        """Take in a batch; how many entries, 0 where none waits or another sequencer is at it.

        Within a chain entries are taken in in their order. May take in a few more than `at_most`, for that. Raises
        `DatabaseUnavailable`, `Busy`; also what the keys refuse when another sequencer was faster: begin anew then.
        """
        with told_apart(), self._engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection), "the engine is one of psycopg's"
            with driver.cursor(binary=True) as cursor:
                locked = cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [self._lock]).fetchone()
                return _integrate(cursor, at_most) if locked and locked[0] else 0


def _integrate(cursor: "psycopg.Cursor[Any]", at_most: int) -> int:
    cursor.execute(_BY_KEYS)
    found = [Queued._make(row) for row in cursor.execute(_WAITING, [at_most]).fetchall()]
    if not found:
        return 0
    waiting = [entry for entry in found if entry.leaf is not None and not entry.logged]
    before = _those_before(cursor, waiting) if len(found) == at_most else []
    taken = [entry.id for entry in (*found, *before)]
    cursor.execute(_TAKE, [taken])
    if cursor.rowcount != len(taken):
        raise Busy("Another sequencer took some of these entries. Take the next ones.", retry_after=1)
    if waiting:
        _append(cursor, in_chain_order([*waiting, *before]))
    for entry in found:
        if entry.leaf is None:
            log.critical("queued_entry_is_gone", extra={"entry": str(entry.id)})
        elif entry.logged:
            log.warning("entry_was_queued_again", extra={"entry": str(entry.id)})
    return len(waiting) + len(before)


def _those_before(cursor: "psycopg.Cursor[Any]", waiting: list[Queued]) -> list[Queued]:
    """The entries that a full batch left behind though entries of it follow from them, and that are not in the log yet.

    A batch that is not full holds all that had been committed, and so whatever its entries follow from.
    """
    added: list[Queued] = []
    there = {(entry.chain_id, entry.seq) for entry in waiting}
    asking = there
    while lacking := [(chain, seq - 1) for chain, seq in asking if seq and seq > 1 and (chain, seq - 1) not in there]:
        more = [Queued(*row) for row in cursor.execute(_BEFORE, [[c for c, _ in lacking], [s for _, s in lacking]])]
        added += more
        asking = {(entry.chain_id, entry.seq) for entry in more}
        there |= asking
    return added


def in_chain_order(entries: Iterable[Queued]) -> list[Queued]:
    """In the order of their ids, but within each chain in the order of the chain: its entries change places with one another."""
    places = sorted(entries, key=lambda entry: entry.id)
    of_chain: dict[UUID | None, list[Queued]] = {}
    for entry in sorted(places, key=lambda entry: entry.seq or 0, reverse=True):
        of_chain.setdefault(entry.chain_id, []).append(entry)
    return [of_chain[place.chain_id].pop() for place in places]


def _append(cursor: "psycopg.Cursor[Any]", entries: list[Queued]) -> None:
    head = cursor.execute(_HEAD).fetchone()
    size = head[0] if head else 0
    frontier = Frontier.from_bytes(size, bytes(head[1])) if head else Frontier()
    hashes = [leaf_hash(entry.leaf or b"") for entry in entries]
    leaves = (
        _LEAF_ROW.pack(3, 8, index, 16, entry.id.bytes, 32, value)
        for index, (entry, value) in enumerate(zip(entries, hashes, strict=True), start=size)
    )
    _copy(cursor, "COPY custody_leaves (idx, entry_id, leaf_hash) FROM STDIN (FORMAT BINARY)", leaves)
    nodes = (
        _NODE_ROW.pack(3, 2, node.level, 8, node.place, 32, value)
        for node, value in frontier.extend(hashes)
        if node.level
    )
    _copy(cursor, "COPY custody_nodes (level, idx, hash) FROM STDIN (FORMAT BINARY)", nodes)
    cursor.execute(_CHECKPOINT, [frontier.size, frontier.root(), frontier.to_bytes()])
    # Delivered when this commits, and not before.
    cursor.execute("SELECT pg_notify(%s, '')", [CHECKPOINT_MADE])


def _copy(cursor: "psycopg.Cursor[Any]", statement: str, rows: Iterator[bytes]) -> None:
    """Rows as they come: the nodes are those of leaves that are hashed meanwhile."""
    with cursor.copy(statement) as copy:
        copy.write(_COPY_HEAD)
        piece: list[bytes] = []
        for row in rows:
            piece.append(row)
            if len(piece) == _ROWS_IN_A_PIECE:
                copy.write(b"".join(piece))
                piece.clear()
        copy.write(b"".join(piece) + _COPY_END)
