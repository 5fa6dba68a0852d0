"""Entries are taken into the log once, in the order of their chains, whoever does it and whatever becomes of them meanwhile."""

import itertools
import logging
import threading
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from dems.db import sequencing
from dems.db.sequencing import Queued, Sequencer
from dems.errors import DemsError
from dems.ledger.entry import Leaf
from dems.ledger.hashing import leaf_hash
from dems.ledger.invalid import Contradicted
from dems.ledger.nodes import root_of
from dems.ledger.verification import verify_consistency, verify_inclusion
from dems.model.ids import EntryId, new_id
from tests.ledger.naive import Tree
from tests.logbook import Chain, Logbook


def must_be_one_log(book: Logbook, entries: list[EntryId]) -> None:
    """All of these entries and no others are in it, each once, chains in order, and the tree is that of their bytes."""
    leaves = book.leaves()
    assert sorted(entry for entry, _ in leaves) == sorted(entries)
    last: dict[object, int] = {}
    for _, leaf in leaves:
        read = Leaf.from_bytes(leaf)
        assert read.seq == last.get(read.chain, 0) + 1
        last[read.chain] = read.seq
    tree = Tree([leaf for _, leaf in leaves])
    expected = tree.mth(0, len(leaves))
    with book.transactions()() as tx:
        head = tx.ledger.head()
        assert head is not None
        assert (head.size, head.root) == (len(entries), expected)
        assert root_of(head.size, tx.ledger.read) == expected
        assert tx.ledger.waiting() == (0, 0.0)
        for index, (entry, leaf) in enumerate(leaves):
            assert tx.ledger.indexes_of([EntryId(entry)]) == {entry: index}
            assert tx.ledger.entry_at(index) == entry
            verify_inclusion(
                leaf_hash(leaf), index, head.size, expected, tx.ledger.inclusions([index], head.size)[index]
            )
        for older in tx.ledger.heads(0, 1000):
            assert older.root == tree.mth(0, older.size)
            verify_consistency(
                older.size, head.size, older.root, head.root, tx.ledger.consistency(older.size, head.size)
            )


def test_what_waits_is_taken_in_and_proved(book: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "_HASHED_AT_ONCE", 2)
    assert book.sequence() == 0
    with book.transactions()() as tx:
        assert tx.ledger.head() is None
        assert tx.ledger.consistency(0, 0) == []
    first, second = Chain(), Chain()
    entries = book.write(3, first) + book.write(2, second)
    assert Sequencer(book.sequencer).integrate() == 5
    entries += book.write(1, second) + book.write(2, first)
    with book.transactions()() as tx:
        assert tx.ledger.waiting()[0] == 3
        assert tx.ledger.indexes_of([entries[-1]]) == {}
    assert book.sequence() == 3
    must_be_one_log(book, entries)


def test_a_chain_is_in_the_log_in_its_order_though_its_ids_are_not_and_batches_cut_it(book: Logbook) -> None:
    """Ids are made when an entry is thought of, places in a chain when it is written: the later may be the earlier."""
    chain, other = Chain(), Chain()
    entries = book.write(6, chain) + book.write(3, other)
    ids = sorted(entries)
    backwards = dict(zip(entries[:6], reversed(ids[:6]), strict=True))
    moves: list[str] = []
    for table, column in (("custody_details", "entry_id"), ("custody_entries", "id")):
        pairs = ", ".join(f"('{old}'::uuid, '{new}'::uuid)" for old, new in backwards.items())
        where = f"UPDATE {table} SET {column} = v.new FROM (VALUES {pairs}) AS v(old, new) WHERE {column} = v.old"  # noqa: S608
        moves += [f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey CASCADE", where]
    book.behind_its_back(*moves)
    sequencer = Sequencer(book.sequencer)
    taken = []
    while batch := sequencer.integrate(at_most=2):
        taken.append(batch)
    assert sum(taken) == 9
    assert taken[0] == 6, "the first of the ids is the last of its chain, and brings with it all that it follows from"
    must_be_one_log(book, entries)


def test_two_sequencers_at_once_make_one_log(book: Logbook) -> None:
    """Even without the lock that spares them the work: whoever comes second is refused by the keys and begins anew."""
    chains = [Chain() for _ in range(4)]
    entries: list[EntryId] = []
    for _ in range(10):
        for chain in chains:
            entries += book.write(2, chain)
    refused: list[Exception] = []

    def work(lock: int) -> None:
        sequencer = Sequencer(book.sequencer, lock=lock)
        idle = 0
        while idle < 3:
            try:
                idle = idle + 1 if sequencer.integrate(at_most=7) == 0 else 0
            except (DBAPIError, DemsError) as error:
                refused.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    book.sequence()
    must_be_one_log(book, entries)


def test_a_place_a_node_and_a_size_are_taken_once_whoever_has_the_lock(book: Logbook) -> None:
    book.write(2)
    book.sequence()
    for again in (
        "custody_leaves VALUES (1, gen_random_uuid(), sha256('x'))",
        "custody_nodes VALUES (1, 0, sha256('x'))",
        "custody_checkpoints VALUES (2, sha256('x'), '', now())",
    ):
        with book.sequencer.begin() as connection, pytest.raises(IntegrityError) as refused:
            connection.exec_driver_sql(f"INSERT INTO {again}")
        assert isinstance(refused.value.orig, psycopg.errors.UniqueViolation), again


def test_the_lock_lets_one_work_and_the_other_go_home(book: Logbook) -> None:
    book.write(1)
    with book.sequencer.begin() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({Sequencer.LOCK})"))
        assert Sequencer(book.sequencer).integrate() == 0
    assert Sequencer(book.sequencer).integrate() == 1


def test_an_entry_that_was_removed_before_it_was_taken_in_is_told_of(
    book: Logbook, caplog: pytest.LogCaptureFixture
) -> None:
    entries = book.write(3)
    book.behind_its_back(
        f"DELETE FROM custody_details WHERE entry_id = '{entries[2]}'",  # noqa: S608
        f"DELETE FROM custody_entries WHERE id = '{entries[2]}'",  # noqa: S608
    )
    with caplog.at_level(logging.CRITICAL):
        assert book.sequence() == 2
    [told] = [r for r in caplog.records if r.message == "queued_entry_is_gone"]
    assert told.levelno == logging.CRITICAL
    assert vars(told)["entry"] == str(entries[2])
    must_be_one_log(book, entries[:2])


def test_nothing_is_taken_in_after_a_right_edge_that_is_not_that_of_its_root(book: Logbook) -> None:
    """Nobody could take it away again: leaves, nodes and checkpoints are written once."""
    book.write(3)
    book.sequence()
    book.behind_its_back("UPDATE custody_checkpoints SET frontier = sha256('x') || substr(frontier, 33)")
    book.write(1)
    with pytest.raises(Contradicted, match="the checkpoint of 3 entries keeps is not that of its root"):
        book.sequence()
    with book.transactions()() as tx:
        assert tx.ledger.waiting()[0] == 1
        assert len(tx.ledger.heads(0, 10)) == 1


def test_an_entry_waits_for_the_log_whoever_wrote_it(book: Logbook) -> None:
    """The database queues it: nobody has to think of that, and a replica's session, which skips other triggers, does not forget it."""
    replica = create_engine(book.url, connect_args={"options": "-c session_replication_role=replica"})
    try:
        entries = replace(book, app=replica).write(3)
    finally:
        replica.dispose()
    with book.transactions()() as tx:
        assert tx.ledger.waiting()[0] == 3
    assert book.sequence() == 3
    must_be_one_log(book, entries)


def test_an_entry_that_is_queued_again_does_not_stop_the_log(book: Logbook) -> None:
    chain = Chain()
    entries = book.write(2, chain)
    book.sequence()
    with book.app.begin() as connection:
        connection.execute(text(f"INSERT INTO custody_queue VALUES ('{entries[0]}')"))  # noqa: S608
    entries += book.write(1, chain)
    assert book.sequence() == 1
    must_be_one_log(book, entries)


def test_an_entry_that_somebody_took_out_of_the_queue_does_not_stop_the_log(book: Logbook) -> None:
    """It would for good: batches are full as long as nothing is taken in, and each would ask for it anew."""
    chain = Chain()
    entries = book.write(4, chain)
    book.behind_its_back(f"DELETE FROM custody_queue WHERE entry_id = '{entries[1]}'")  # noqa: S608
    assert Sequencer(book.sequencer).integrate(at_most=2) == 2
    assert book.sequence() == 1
    assert [entry for entry, _ in book.leaves()] == [entries[0], *entries[2:]]
    with book.transactions()() as tx:
        assert tx.ledger.unlogged(None, None) == entries[1]


SOMEBODY_ELSES_WORK = {
    "app": [
        "DELETE FROM custody_queue",
        "INSERT INTO custody_leaves VALUES (7, gen_random_uuid(), '')",
        "INSERT INTO custody_checkpoints VALUES (7, '', '', now())",
        "INSERT INTO custody_signed VALUES (7, '', '', '', now())",
    ],
    "sequencer": [
        "INSERT INTO custody_signed VALUES (7, '', '', '', now())",
        "INSERT INTO custody_queue VALUES (gen_random_uuid())",
        "INSERT INTO custody_entries SELECT * FROM custody_entries",
        "SELECT * FROM custody_details",
        "SELECT * FROM evidence",
        "DELETE FROM custody_leaves",
    ],
    "signer": [
        "SELECT * FROM custody_details",
        "SELECT * FROM people",
        "INSERT INTO custody_nodes VALUES (1, 7, '')",
        "INSERT INTO custody_checkpoints VALUES (7, '', '', now())",
        "DELETE FROM custody_queue",
        "DELETE FROM custody_signed",
    ],
}


def test_no_role_has_a_right_to_the_work_of_another(book: Logbook) -> None:
    for role, statements in SOMEBODY_ELSES_WORK.items():
        for statement in statements:
            with getattr(book, role).begin() as connection, pytest.raises(ProgrammingError) as refused:
                connection.execute(text(statement))
            assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), (role, statement)


def test_not_even_the_superuser_changes_the_log_while_its_triggers_stand(book: Logbook) -> None:
    book.write(2)
    book.sequence()
    with book.superuser.begin() as connection:
        connection.execute(text("INSERT INTO custody_signed VALUES (2, '', '', '', now())"))
    columns = {
        "custody_leaves": "entry_id",
        "custody_nodes": "hash",
        "custody_checkpoints": "root",
        "custody_signed": "note",
    }
    changes = ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE")
    for change, (table, column) in itertools.product(changes, columns.items()):
        with book.superuser.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            with pytest.raises(DBAPIError, match="insert-only"):
                connection.execute(text(change.format(table, column, column)))


def test_what_is_queued_while_a_batch_is_taken_stays_in_the_queue(
    book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry may come with an id that is smaller than others of the batch: it was made before, and committed later."""
    late, early = Chain(), new_id()
    entries = book.write(3)
    added: list[EntryId] = []

    def meanwhile(*_: object) -> list[Queued]:
        added.extend(book.write(1, late, ids=[early]))
        return []

    monkeypatch.setattr(sequencing, "_those_before", meanwhile)
    assert Sequencer(book.sequencer).integrate(3) == 3
    monkeypatch.undo()
    assert book.sequence() == 1
    must_be_one_log(book, entries + added)
