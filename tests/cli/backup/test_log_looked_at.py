"""What a restore says of the custody log that it brought back."""

from hashlib import sha256

from dems.cli.backup.restore import check_log
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.note import Note
from dems.ledger.signing import sign
from tests.logbook import Logbook


def test_a_log_that_is_whole_is_not_spoken_of_and_one_that_differs_is_named(book: Logbook) -> None:
    said: list[str] = []
    assert check_log(book.acts(), said.append) == 0, "nothing was signed yet"
    book.write(5)
    book.sign()
    assert (check_log(book.acts(), said.append), said) == (0, [])
    book.behind_its_back("UPDATE custody_entries SET leaf = leaf || ' '::bytea WHERE seq = 3")
    assert check_log(book.acts(), said.append) == 1
    [told] = said
    assert told.startswith("fsck of the database: entry ")
    assert "2 of the log, is not the one that was taken in" in told


def test_two_signed_trees_of_one_size_are_named_by_both_checks(book: Logbook) -> None:
    book.write(5)
    book.sign()
    text = Checkpoint("log.example", 5, sha256(b"another").digest()).to_text()
    book.overwrite(checkpoint_key(5), Note(text, (sign(text, book.key),)).to_bytes())
    said: list[str] = []
    assert check_log(book.acts(), said.append) == 2
    assert all("this is a fork" in told for told in said)
