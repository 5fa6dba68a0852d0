"""The sequencer rests after each batch that was not full, though entries come all the while."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from tests.logbook import Chain, Logbook
from tests.workers.test_the_logs_processes import as_told
from workers import sequencer


class Rests(threading.Event):
    """Whoever waits for it finds so many more entries written, and goes on; in the end it is set."""

    def __init__(self, book: Logbook, *writes: int) -> None:
        super().__init__()
        self._book, self._chain, self._writes = book, Chain(), list(writes)
        self._transactions = 0
        self.batches: list[int] = []
        """How many batches, empty ones too, were made before each rest."""
        self.sizes: list[list[int]] = []
        """The sizes of the tree that each rest found."""

    def began(self, connection: Connection) -> None:
        self._transactions += connection.engine.url.username == self._book.sequencer.url.username

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 0.05, "as the settings say"
        self.batches.append(self._transactions)
        with self._book.transactions()() as tx:
            self.sizes.append([head.size for head in tx.ledger.heads(0, 100)])
        if self._writes:
            self._book.write(self._writes.pop(0), self._chain)
        else:
            self.set()
        self._transactions = 0
        return self.is_set()


def test_it_goes_on_at_once_only_where_a_batch_was_full(
    book: Logbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "MOST_AT_ONCE", 2)
    rests = Rests(book, 5, 2, 1)
    event.listen(Engine, "begin", rests.began)
    try:
        sequencer.run(as_told(book, book.sequencer, tmp_path / "key"), rests)
    finally:
        event.remove(Engine, "begin", rests.began)
    assert rests.sizes == [[], [2, 4, 5], [2, 4, 5, 7], [2, 4, 5, 7, 8]]
    assert rests.batches == [1, 3, 2, 1], "one more only where the last one was full"
