"""What is read of the log's tree and its entries: as it stands there, and without what is not there."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from dems.db.transaction import DatabaseTransaction
from dems.ledger.bundles import to_bundle
from dems.ledger.nodes import Node
from dems.model.ids import EntryId, new_id
from tests.logbook import Chain, Logbook


def test_nodes_that_are_not_there_are_left_out(book: Logbook) -> None:
    book.write(3)
    book.sequence()
    with book.transactions()() as tx:
        assert set(tx.ledger.read([Node(0, 2), Node(0, 3), Node(1, 0), Node(1, 1)])) == {Node(0, 2), Node(1, 0)}
        assert len(tx.ledger.hashes(0, 1, 9)) == 64
        assert tx.ledger.hashes(1, 0, 1) == tx.ledger.read([Node(1, 0)])[Node(1, 0)]


def test_hashes_are_those_of_the_nodes_asked_for_in_whatever_order(book: Logbook) -> None:
    book.write(7)
    book.sequence()
    with book.transactions()() as tx:
        found = tx.ledger.read([Node(2, 0), Node(0, 6), Node(1, 7), Node(0, 0), Node(1, 2)])
        assert list(found) == [Node(2, 0), Node(0, 6), Node(0, 0), Node(1, 2)]
        for node, value in found.items():
            assert value == tx.ledger.hashes(node.level, node.place, node.place + 1)


def test_a_plan_that_was_kept_from_when_the_log_was_small_reads_no_table_whole(book: Logbook) -> None:
    book.write(3)
    book.sequence()
    with book.superuser.begin() as connection:
        connection.execute(text("ANALYZE custody_leaves, custody_nodes"))
    whole = "SELECT sum(seq_scan), sum(idx_scan) FROM pg_stat_xact_user_tables WHERE relname = ANY(:tables)"
    tables = {"tables": ["custody_leaves", "custody_nodes"]}
    with book.app.begin() as connection:
        # What this connection did a moment ago is counted, too.
        before, looked_up = connection.execute(text(whole), tables).one()
        # So often that the server makes no plan of its own for each any more.
        for _ in range(10):
            found = connection.execute(text("SELECT custody_hashes('{0,1}', '{0,0}')")).scalar_one()
            assert None not in found
        assert connection.execute(text(whole), tables).one() == (before, looked_up + 20)


def test_entries_and_what_they_complete_are_read_in_the_logs_order_however_old_their_ids_are(book: Logbook) -> None:
    """One that was thought of first and written last has an id far from its neighbours'."""
    early, later, last = (Chain() for _ in range(3))
    first = new_id()
    book.write(12, later)
    book.sequence()
    book.write(1, early, ids=[first])
    book.write(2, last)
    book.sequence()
    expected = [leaf for _, leaf in book.leaves()]
    with book.transactions()() as tx:
        assert tx.ledger.indexes_of([EntryId(first)]) == {first: 12}
        for start, end in ((0, 15), (3, 7), (11, 15), (12, 14), (14, 20)):
            assert tx.ledger.leaves(start, end) == expected[start:end]
        assert tx.ledger.leaves(15, 16) == []
        assert tx.ledger.bundle(12, 14) == to_bundle(expected[12:14])
        for start, end in ((0, 15), (8, 15), (3, 12)):
            rows = tx.ledger.stretch(start, end).rows
            for level, row in enumerate(rows, start=1):
                assert row == tx.ledger.hashes(level, start >> level, end >> level)
        assert [len(row) // 32 for row in tx.ledger.stretch(8, 15).rows] == [3, 1, 0, 0]
    book.behind_its_back(
        f"DELETE FROM custody_details WHERE entry_id = '{first}'",  # noqa: S608
        f"DELETE FROM custody_entries WHERE id = '{first}'",  # noqa: S608
    )
    with book.transactions()() as tx:
        assert tx.ledger.leaves(12, 15) == expected[13:]
        assert tx.ledger.leaves(0, 15) == expected[:12] + expected[13:]


def test_leaves_of_another_length_are_read_as_they_are(book: Logbook) -> None:
    book.write(5)
    book.sequence()
    expected = [leaf for _, leaf in book.leaves()]
    with book.transactions()() as tx:
        third = tx.ledger.entry_at(2)
    book.behind_its_back(f"UPDATE custody_entries SET leaf = substr(leaf, 2) WHERE id = '{third}'")  # noqa: S608
    with book.transactions()() as tx:
        assert tx.ledger.leaves(0, 5) == [*expected[:2], expected[2][1:], *expected[3:]]
    book.behind_its_back("UPDATE custody_entries SET leaf = ''")
    with book.transactions()() as tx:
        assert tx.ledger.leaves(0, 5) == [b""] * 5


def test_how_much_is_read_to_find_what_is_lost_depends_on_no_statistics(book: Logbook) -> None:
    """They are of another hour: of a log that was empty, and of a queue that was full."""
    with book.superuser.begin() as connection:
        connection.execute(text("ANALYZE custody_entries, custody_leaves, custody_queue"))
    book.write(300)
    book.sequence()
    everything = "'00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'"
    looked = "SELECT sum(seq_scan), sum(idx_scan) FROM pg_stat_xact_user_tables WHERE relname = ANY(:tables)"
    tables = {"tables": ["custody_entries", "custody_leaves", "custody_queue"]}
    with book.app.begin() as connection:
        # What this connection did a moment ago is counted, too.
        whole, walked = connection.execute(text(looked), tables).one()
        for _ in range(10):
            assert connection.execute(text(f"SELECT custody_unlogged({everything})")).scalar_one() is None
        # One walk through an index of entries and one of leaves, and no look for each entry.
        assert connection.execute(text(looked), tables).one() == (whole, walked + 20)


def test_a_stretch_is_read_through_indexes_whatever_was_last_known_of_the_tables(book: Logbook) -> None:
    with book.superuser.begin() as connection:
        connection.execute(text("ANALYZE custody_entries, custody_leaves, custody_nodes"))
    book.write(300)
    book.sequence()
    looked = "SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname = ANY(:tables)"
    tables = {"tables": ["custody_entries", "custody_leaves", "custody_nodes", "custody_checkpoints"]}
    with book.app.begin() as connection:
        tx = DatabaseTransaction(connection, lambda: datetime.now(UTC))
        # What this connection did a moment ago is counted, too.
        whole = connection.execute(text(looked), tables).scalar_one()
        assert len(tx.ledger.stretch(0, 300).leaves) == 300
        assert len(tx.ledger.leaves(100, 300)) == 200
        assert tx.ledger.astray() is None
        assert connection.execute(text(looked), tables).scalar_one() == whole


_MOVED = [(at, to) for at in (0, 5, 6) for to in ("chain_id = gen_random_uuid()", "seq = seq + 1", "seq = seq * 10")]


@pytest.mark.parametrize(("place", "moved"), [*_MOVED, (11, "seq = 2"), (11, "seq = -12")])
def test_an_entry_that_is_kept_elsewhere_than_it_says_is_named_wherever_it_stands(
    book: Logbook, place: int, moved: str
) -> None:
    """The log's order is not that of the ids: some of a range are found in it, and others one by one."""
    chain, early = Chain(), sorted(new_id() for _ in range(2))
    for ids, count in ((None, 5), (early[:1], 1), (None, 5), (early[1:], 1)):
        book.write(count, chain, ids=ids)
        book.sequence()
    entries, expected = zip(*book.leaves(), strict=True)
    with book.transactions()() as tx:
        found = tx.ledger.stretch(0, 12)
        assert (found.leaves, found.lost, found.elsewhere) == ([*expected], None, None)
    book.behind_its_back(
        "ALTER TABLE custody_entries DROP CONSTRAINT custody_entries_chain_id_fkey",
        "ALTER TABLE custody_entries DROP CONSTRAINT custody_entries_chain_id_seq_key",
        f"UPDATE custody_entries SET {moved} WHERE id = '{entries[place]}'",  # noqa: S608
    )
    with book.transactions()() as tx:
        assert tx.ledger.stretch(0, 12).elsewhere == entries[place]
        assert tx.ledger.stretch(place, place + 1).elsewhere == entries[place]


@pytest.mark.parametrize("lost", range(4))
def test_what_is_lost_between_entries_is_found_in_the_stretch_that_ends_behind_it(book: Logbook, lost: int) -> None:
    """Before the first, between two, between two of which the second was taken in first, and between two stretches."""
    ids = sorted(new_id() for _ in range(20))
    kept = [ids[at] for at in (1, 3, 9, 5, 7, 11, 13, 15)]
    for entry in kept:
        book.write(1, ids=[entry])
        book.sequence()
    gone = ids[(0, 2, 6, 12)[lost]]
    book.write(1, ids=[gone])
    with book.transactions()() as tx:
        assert [tx.ledger.stretch(start, end).lost for start, end in ((0, 6), (6, 8))] == [None, None], "it waits"
    book.behind_its_back(f"DELETE FROM custody_queue WHERE entry_id = '{gone}'")  # noqa: S608
    with book.transactions()() as tx:
        assert [tx.ledger.stretch(*each).lost for each in ((0, 6), (6, 8))] == [gone, None][:: 1 if lost < 3 else -1]


def test_a_stretch_between_which_more_entries_wait_than_it_has_is_read_and_what_is_lost_behind_them_found(
    book: Logbook,
) -> None:
    ids = [EntryId(one) for one in sorted(new_id() for _ in range(4_200))]
    book.write(2, ids=[ids[0], ids[-1]])
    book.sequence()
    book.write(0, ids=ids[1:-1])
    expected = [leaf for _, leaf in book.leaves()]
    book.behind_its_back(f"DELETE FROM custody_queue WHERE entry_id = '{ids[-2]}'")  # noqa: S608
    with book.transactions()() as tx:
        assert tx.ledger.leaves(0, 2) == expected
        found = tx.ledger.stretch(0, 2)
        assert (found.leaves, found.lost, found.elsewhere) == (expected, ids[-2], None)


def test_what_is_neither_in_the_log_nor_waits_is_found_in_the_range_it_lies_in(book: Logbook) -> None:
    written = [EntryId(one) for one in sorted(new_id() for _ in range(6))]
    book.write(4, ids=written[:4])
    book.sequence()
    book.write(2, ids=written[4:])
    with book.transactions()() as tx:
        assert tx.ledger.unlogged(None, None) is None
    book.behind_its_back(f"DELETE FROM custody_queue WHERE entry_id = '{written[4]}'")  # noqa: S608
    with book.transactions()() as tx:
        assert tx.ledger.unlogged(None, None) == written[4]
        assert tx.ledger.unlogged(written[3], written[4]) == written[4]
        assert tx.ledger.unlogged(None, written[3]) is None
        assert tx.ledger.unlogged(written[4], None) is None
        assert tx.ledger.unlogged(written[5], written[3]) is None
