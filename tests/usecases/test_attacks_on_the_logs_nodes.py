"""Somebody who has the whole database changes the tree over the entries and not the entries: the check of the database names the node."""

import pytest

from dems.usecases.ledger import check_database
from tests.logbook import Logbook


@pytest.mark.parametrize("height", [check_database.HEIGHT, 8])
def test_an_edited_node_is_named_by_the_check_of_the_database(
    book: Logbook, monkeypatch: pytest.MonkeyPatch, height: int
) -> None:
    """Where all is read at once, and where what is wrong is in what is read second."""
    monkeypatch.setattr(check_database, "HEIGHT", height)
    book.write(300)
    book.sign()
    for change, node in (
        ("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 3 AND idx = 36", "node 36 of level 3"),
        ("UPDATE custody_nodes SET hash = hash || 'x' WHERE level = 1 AND idx = 149", "node 149 of level 1"),
        ("DELETE FROM custody_nodes WHERE level = 1 AND idx = 149", "node 149 of level 1"),
        ("DELETE FROM custody_nodes WHERE level = 1 AND idx = 137", "node 137 of level 1"),
        ("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 1 AND idx = 128", "node 128 of level 1"),
    ):
        book.behind_its_back(change)
        database, bucket = book.checks()
        assert (database.held, bucket.held) == (False, True), change
        assert f"{node} is not what the entries below it make" in database.words()


@pytest.mark.parametrize("height", [check_database.HEIGHT, 8])
def test_an_edited_node_above_many_tiles_is_named_too(
    book: Logbook, monkeypatch: pytest.MonkeyPatch, height: int
) -> None:
    monkeypatch.setattr(check_database, "HEIGHT", height)
    book.write(1024)
    book.sign()
    book.behind_its_back("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 10")
    database, bucket = book.checks()
    assert (database.held, bucket.held) == (False, True)
    assert "node 0 of level 10 is not what the entries below it make" in database.words()


def test_a_log_that_is_as_it_was_holds_however_much_is_read_at_once(
    book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.write(300)
    book.sign()
    for height in (14, 8, 5, 0):
        monkeypatch.setattr(check_database, "HEIGHT", height)
        database, _ = book.checks()
        assert (database.held, database.entries) == (True, 300)
