"""Taking queued entries into the log: a batch of them, their leaves, nodes and checkpoint, in one transaction.

What keeps the log one log are the primary keys of places and sizes: of two sequencers at once the second fails at its
commit and begins anew. The advisory lock only spares it the work. Nothing is remembered between two batches, so a process
that is killed leaves nothing behind, and one that comes back goes on from what was committed.
"""

import logging
import struct
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from dems.db.engine import told_apart
from dems.errors import Busy
from dems.ledger.frontier import Frontier, Grown
from dems.ledger.hashing import leaf_hashes
from dems.ledger.invalid import Contradicted

log = logging.getLogger(__name__)

MOST_AT_ONCE = 5_000
"""Entries in one batch: enough for the rate, and few enough for a transaction of a fraction of a second."""

_HASHED_AT_ONCE = 500
_ID_BYTES = 16

CHECKPOINT_MADE = "custody_checkpoint"
"""The channel on which the database tells that there is a new checkpoint to sign."""

# Each row that is looked at is found by a key; what the planner believes of tables that just grew must not change that.
_BY_KEYS = ", ".join(f"set_config('enable_{way}', 'off', true)" for way in ("seqscan", "hashjoin", "mergejoin"))
_LOCK = f"SELECT pg_try_advisory_xact_lock(%s), {_BY_KEYS}"
_HEAD = "SELECT size, frontier, root FROM custody_checkpoints ORDER BY size DESC LIMIT 1"
# Ids as bytes: a UUID of Python's for each would take a fifth of all the time.
_WAITING = """
    SELECT uuid_send(q.entry_id), uuid_send(e.chain_id), e.seq, e.leaf
    FROM (SELECT entry_id FROM custody_queue ORDER BY entry_id LIMIT %s) AS q
    LEFT JOIN custody_entries AS e ON e.id = q.entry_id
    ORDER BY q.entry_id
"""
# Entries of a backlog follow one another: found as a range, they take half of what they take one by one.
_IDS = "SELECT string_agg(uuid_send(entry_id), ''::bytea) FROM (SELECT entry_id FROM custody_queue ORDER BY entry_id LIMIT %s) AS q"
_RANGE = """
    SELECT uuid_send(id), uuid_send(chain_id), seq, leaf FROM custody_entries
    WHERE id BETWEEN %b AND %b ORDER BY id LIMIT %b
"""
_LOGGED = "SELECT uuid_send(entry_id) FROM custody_leaves WHERE entry_id = ANY(%b)"
# The batch has all that waits up to its last id: only what has a larger one was left behind, and hardly any has.
_LEFT_BEHIND = """
    SELECT uuid_send(e.id), uuid_send(e.chain_id), e.seq, e.leaf
    FROM unnest(%b::uuid[], %b::bigint[]) AS missing(chain_id, seq)
    JOIN custody_entries AS e USING (chain_id, seq)
    WHERE e.id > %b
    AND EXISTS (SELECT FROM custody_queue WHERE entry_id = e.id)
    AND NOT EXISTS (SELECT FROM custody_leaves WHERE entry_id = e.id)
"""
# In one snapshot, so that these are the entries that were read and no others.
_TAKE = "DELETE FROM custody_queue WHERE entry_id <= %s"
_TAKE_BEFORE = "DELETE FROM custody_queue WHERE entry_id = ANY(%b)"
# It is told of when this commits, and not before.
_CHECKPOINT = """
    WITH made AS (INSERT INTO custody_checkpoints (size, root, frontier, at) VALUES (%s, %s, %s, clock_timestamp()) RETURNING size)
    SELECT pg_notify(%s, '') FROM made
"""

# PostgreSQL's binary COPY: for each row the number of fields, and each field behind its length in bytes.
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = struct.pack(">h", -1)
_LEAF_ROW = struct.Struct(">hiqi16si32s")
_NODE_ROW = struct.Struct(">hihiqi32s")


_FASTER = "Another sequencer took some of these entries. Take the next ones."


Preceding = tuple[bytes | None, int]
"""A chain's id as its 16 bytes, and a place in it."""


class Queued(NamedTuple):
    """An entry that waits, with ids as their 16 bytes; `leaf` is None where the queue names an entry that is not there."""

    id: bytes
    chain_id: bytes | None
    seq: int | None
    leaf: bytes | None


_queued: Callable[[tuple[Any, ...]], Queued] = partial(tuple.__new__, Queued)


class Sequencer:
    """Works on one engine, with the rights of the role `dems_sequencer`."""

    LOCK = 7_306_085_893_296_906_008
    """All sequencers of a database take the same one."""

    def __init__(self, engine: Engine, *, lock: int = LOCK) -> None:
        # What is taken from the queue is then what was read from it, though others write into it all the while.
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ")
        self._lock = lock

    def integrate(self, at_most: int = MOST_AT_ONCE) -> int:
        """Take in a batch; how many entries, 0 where none waits or another sequencer is at it.

        Within a chain entries are taken in in their order. May take in a few more than `at_most`, for that. Raises
        `DatabaseUnavailable`, and `Busy` where another sequencer was faster: begin anew then.
        """
        try:
            return self._batch(at_most)
        except psycopg.errors.UniqueViolation:
            # An entry that is in the log was queued again (whoever may add to the queue may do so, and must not stop the
            # log by it), which is looked for only now; or another sequencer was faster.
            try:
                return self._batch(at_most, among_logged=True)
            except psycopg.errors.UniqueViolation as error:
                raise Busy(_FASTER, retry_after=1) from error

    def _batch(self, at_most: int, *, among_logged: bool = False) -> int:
        with told_apart(), self._engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection), "the engine is one of psycopg's"
            with driver.cursor(binary=True) as cursor:
                locked = cursor.execute(_LOCK, [self._lock]).fetchone()
                if not locked or not locked[0]:
                    return 0
                found = _waiting(cursor, at_most)
                return _integrate(cursor, found, at_most, _logged(cursor, found) if among_logged else frozenset())


def _waiting(cursor: "psycopg.Cursor[Any]", at_most: int) -> list[Queued]:
    """The first in the queue, in the order of their ids."""
    row = cursor.execute(_IDS, [at_most]).fetchone()
    ids = row[0] if row else None
    if ids is None:
        return []
    rows: list[tuple[Any, ...]] = []
    if len(ids) == at_most * _ID_BYTES:
        lowest, highest = UUID(bytes=ids[:_ID_BYTES]), UUID(bytes=ids[-_ID_BYTES:])
        rows = cursor.execute(_RANGE, [lowest, highest, at_most + 1]).fetchall()
    if b"".join([row[0] for row in rows]) != ids:
        # Others lie between them, one is not there, or there are only a few.
        rows = cursor.execute(_WAITING, [at_most]).fetchall()
    # All rows at once, and past `Queued`'s own constructor: one by one they would take longer than their hashes.
    return list(map(_queued, rows))


def _logged(cursor: "psycopg.Cursor[Any]", found: Sequence[Queued]) -> AbstractSet[bytes]:
    """The ids of those that are in the log already."""
    ids = [UUID(bytes=entry.id) for entry in found]
    return {row[0] for row in cursor.execute(_LOGGED, [ids])}


def _integrate(cursor: "psycopg.Cursor[Any]", found: list[Queued], at_most: int, logged: AbstractSet[bytes]) -> int:
    if not found:
        return 0
    waiting = [entry for entry in found if entry.leaf is not None and entry.id not in logged]
    gaps = gaps_of(waiting)
    # A batch that is not full holds all that had been committed, and so whatever its entries follow from.
    before = _those_before(cursor, found[-1], waiting, gaps) if len(found) == at_most else []
    cursor.execute(_TAKE, [UUID(bytes=found[-1].id)])
    taken = cursor.rowcount
    if before:
        cursor.execute(_TAKE_BEFORE, [[UUID(bytes=entry.id) for entry in before]])
        taken += cursor.rowcount
    if taken != len(found) + len(before):
        raise Busy(_FASTER, retry_after=1)
    if waiting:
        _append(cursor, waiting if not before and gaps is not None else in_chain_order([*waiting, *before]))
    for entry in found if len(waiting) < len(found) else ():
        if entry.leaf is None:
            log.critical("queued_entry_is_gone", extra={"entry": str(UUID(bytes=entry.id))})
        elif entry.id in logged:
            log.warning("entry_was_queued_again", extra={"entry": str(UUID(bytes=entry.id))})
    return len(waiting) + len(before)


def gaps_of(waiting: Sequence[Queued]) -> list[Preceding] | None:
    """What entries follow from that is not among them, where each chain's are in its order; None where some are not.

    They nearly always are: ids are mostly made in the order in which entries are written.
    """
    gaps: list[Preceding] = []
    last: dict[bytes | None, int] = {}
    for _, chain, place, _ in waiting:
        seq, before = place or 0, last.get(chain, 0)
        if seq != before + 1:
            if seq <= before:
                return None
            gaps.append((chain, seq - 1))
        last[chain] = seq
    return gaps


def _those_before(
    cursor: "psycopg.Cursor[Any]", last: Queued, waiting: Sequence[Queued], gaps: list[Preceding] | None
) -> list[Queued]:
    """The entries that wait behind the `last` of a full batch though entries of it follow from them."""
    there: set[Preceding] = set()
    if gaps is None:
        there = {(entry.chain_id, entry.seq or 0) for entry in waiting}
        gaps = _lacking(there, there)
    added: list[Queued] = []
    while gaps:
        chains, places = [UUID(bytes=chain) for chain, _ in gaps], [seq for _, seq in gaps]
        more = [Queued(*row) for row in cursor.execute(_LEFT_BEHIND, [chains, places, UUID(bytes=last.id)])]
        added += more
        found = {(entry.chain_id, entry.seq or 0) for entry in more}
        there |= found
        gaps = _lacking(found, there)
    return added


def _lacking(asking: set[Preceding], there: set[Preceding]) -> list[Preceding]:
    return [(chain, seq - 1) for chain, seq in asking if seq > 1 and (chain, seq - 1) not in there]


def in_chain_order(entries: Sequence[Queued]) -> list[Queued]:
    """In the order of their ids, but within each chain in the order of the chain: its entries change places with one another."""
    places = sorted(entries, key=lambda entry: entry.id)
    of_chain: dict[bytes | None, list[Queued]] = {}
    for entry in sorted(places, key=lambda entry: entry.seq or 0, reverse=True):
        of_chain.setdefault(entry.chain_id, []).append(entry)
    return [of_chain[place.chain_id].pop() for place in places]


def _append(cursor: "psycopg.Cursor[Any]", entries: Sequence[Queued]) -> None:
    head = cursor.execute(_HEAD).fetchone()
    size = head[0] if head else 0
    frontier = Frontier.from_bytes(size, bytes(head[1])) if head else Frontier()
    # Nobody could take away again what was made from another edge.
    if head and frontier.root() != bytes(head[2]):
        raise Contradicted(f"the right edge that the checkpoint of {size} entries keeps is not that of its root")
    hashes: list[bytes] = []
    with _copying(cursor, "COPY custody_leaves (idx, entry_id, leaf_hash) FROM STDIN (FORMAT BINARY)") as send:
        # The database writes leaves while the next ones are hashed, and the last ones while the tree grows.
        for start in range(0, len(entries), _HASHED_AT_ONCE):
            some = entries[start : start + _HASHED_AT_ONCE]
            hashed = leaf_hashes([entry.leaf or b"" for entry in some])
            send(_leaf_rows(size + start, some, hashed))
            hashes += hashed
        grown = frontier.extend_by_level(hashes)
        rows = _node_rows(grown)
    with _copying(cursor, "COPY custody_nodes (level, idx, hash) FROM STDIN (FORMAT BINARY)") as send:
        send(rows)
        root = frontier.root()
    cursor.execute(_CHECKPOINT, [frontier.size, root, frontier.to_bytes(), CHECKPOINT_MADE])


def _leaf_rows(size: int, entries: Sequence[Queued], hashes: Sequence[bytes]) -> list[bytes]:
    pack = _LEAF_ROW.pack
    return [
        pack(3, 8, index, 16, entry.id, 32, value)
        for index, (entry, value) in enumerate(zip(entries, hashes, strict=True), start=size)
    ]


def _node_rows(grown: Sequence[Grown]) -> list[bytes]:
    pack = _NODE_ROW.pack
    return [
        pack(3, 2, first.level, 8, place, 32, value)
        for first, hashes in grown
        for place, value in enumerate(hashes, start=first.place)
    ]


@contextmanager
def _copying(cursor: "psycopg.Cursor[Any]", statement: str) -> Iterator[Callable[[Sequence[bytes]], None]]:
    """What sends rows; that the database has written them is waited for at the end of the block only."""
    with cursor.copy(statement) as copy:
        copy.write(_COPY_HEAD)
        yield lambda rows: copy.write(b"".join(rows))
        copy.write(_COPY_END)
