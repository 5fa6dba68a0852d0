"""Each attack that a log is made against, done for real by somebody who has the whole database, the key or the bucket's disks.

Each is caught by a detector that the test names; what is only caught by witnesses and timestamps says so.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from dems.db.engine import connect
from dems.engines import Connections
from dems.errors import LogRefused
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry
from dems.ledger.keys import KeyType, SigningKey
from dems.ledger.note import Note
from dems.ledger.signing import sign
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Presented, Verdict, check_chain
from dems.usecases.ledger import check_database
from storage.settings import S3Settings
from tests.db.conftest import superuser
from tests.logbook import SETTINGS, Chain, Logbook, logbook
from tests.usecases.attacked import FORGED, policy, rebuilt


@pytest.fixture(scope="module")
def original(engines: Connections, s3: S3Settings, empty_log: str) -> Iterator[Logbook]:
    """A log of 300 entries: one full tile, and a rest. Nobody touches this one."""
    with logbook(engines, s3, empty_log) as book:
        chain = Chain()
        book.write(280, chain)
        book.sign()
        book.write(20, chain)
        book.sign()
        book.close()
        yield book


@pytest.fixture
def signed(engines: Connections, s3: S3Settings, original: Logbook) -> Iterator[Logbook]:
    """Its database, to be changed at will, beside its bucket, which is left as it is."""
    with logbook(engines, s3, str(original.url.database), like=original) as book:
        yield book


def test_an_edited_entry_is_named_by_the_check_of_the_database(signed: Logbook) -> None:
    entry, later = signed.leaves()[41][0], signed.leaves()[47][0]
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id IN ('{entry}', '{later}')")  # noqa: S608
    database, bucket = signed.checks()
    assert (database.held, database.index, database.entry) == (False, 41, entry)
    assert f"entry {entry}, 41 of the log, is not the one that was taken in" in database.words()
    assert bucket.held, "the bucket is as it was"


@pytest.mark.parametrize(("place", "height"), [(41, check_database.HEIGHT), (290, check_database.HEIGHT), (290, 8)])
def test_an_edited_entry_in_a_tree_that_was_made_to_fit_is_named_too(
    signed: Logbook, monkeypatch: pytest.MonkeyPatch, place: int, height: int
) -> None:
    monkeypatch.setattr(check_database, "HEIGHT", height)
    entry = signed.leaves()[place][0]
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    signed.behind_its_back(*rebuilt(signed))
    database, _ = signed.checks()
    assert (database.held, database.index, database.entry) == (False, place, entry)
    assert "do not make the root that a kept checkpoint says" in database.words()
    with pytest.raises(LogRefused, match="was changed"):
        signed.signing().sign()


def test_an_edited_checkpoint_is_found_by_the_check_of_the_database(
    signed: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_database, "PAGE", 1)
    forged = Note(text_of := Checkpoint(signed.key.name, 300, b"o" * 32).to_text(), (sign(text_of, signed.key),))
    thiefs = SigningKey(signed.key.name, KeyType.ED25519, b"t" * 32).key.to_text()
    for change, told in (
        (
            f"UPDATE custody_signed SET vkey = '{thiefs}' WHERE size = 280",  # noqa: S608
            "a published checkpoint of 280 entries is not",
        ),
        (
            "UPDATE custody_signed SET note = 'x' WHERE size = 280",
            "a published checkpoint of 280 entries is not signed",
        ),
        (
            f"UPDATE custody_signed SET note = '\\x{forged.to_bytes().hex()}' WHERE size = 300",  # noqa: S608
            "the first 300 entries do not make the root that a published checkpoint says",
        ),
        ("UPDATE custody_signed SET root = sha256('x') WHERE size = 300", "a published checkpoint says"),
        ("UPDATE custody_checkpoints SET root = sha256('x') WHERE size = 280", "the database's own checkpoint says"),
    ):
        signed.behind_its_back(change)
        database, _ = signed.checks()
        assert not database.held, change
        assert told in database.words()


def test_an_edit_behind_what_is_published_is_told_of_without_a_name(book: Logbook) -> None:
    chain = Chain()
    book.write(3, chain)
    book.sequence()
    assert book.signing().sign() is not None, "and it is not published"
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE seq = 2")  # noqa: S608
    book.behind_its_back(*rebuilt(book))
    database, bucket = book.checks()
    assert (database.held, database.index) == (False, None)
    assert "the first 0 are as they were" in database.words()
    assert (bucket.held, bucket.beyond) == (True, 1)
    assert bucket.words().endswith("1 newer checkpoints cover entries that are not there yet")


def test_a_removed_entry_is_named_by_the_check_of_the_database(signed: Logbook) -> None:
    entry = signed.leaves()[7][0]
    signed.behind_its_back(
        f"DELETE FROM custody_details WHERE entry_id = '{entry}'",  # noqa: S608
        f"DELETE FROM custody_entries WHERE id = '{entry}'",  # noqa: S608
    )
    database, _ = signed.checks()
    assert (database.index, database.entry) == (7, entry)
    assert "is not there any more" in database.words()
    signed.behind_its_back("DELETE FROM custody_leaves WHERE idx = 7")
    database, _ = signed.checks()
    assert (database.held, database.index) == (False, 7)
    assert "place 7 of the log holds no entry any more" in database.words()


def test_reordered_entries_are_named_by_the_check_of_the_database(signed: Logbook) -> None:
    leaves = signed.leaves()
    swap = f"UPDATE custody_leaves SET entry_id = CASE idx WHEN 9 THEN '{leaves[30][0]}'::uuid ELSE '{leaves[9][0]}'::uuid END"  # noqa: S608
    signed.behind_its_back(
        "ALTER TABLE custody_leaves DROP CONSTRAINT custody_leaves_entry_id_key", f"{swap} WHERE idx IN (9, 30)"
    )
    database, _ = signed.checks()
    assert (database.held, database.index, database.entry) == (False, 9, leaves[30][0])
    signed.behind_its_back(*rebuilt(signed))
    database, _ = signed.checks()
    assert (database.held, database.index) == (False, 9), "and where the tree was made to fit, the bucket says it"


def test_a_rolled_back_database_is_refused_by_the_signer(signed: Logbook) -> None:
    signed.behind_its_back(
        "DELETE FROM custody_leaves WHERE idx >= 280",
        "DELETE FROM custody_nodes WHERE (idx + 1) << level > 280",
        "DELETE FROM custody_checkpoints WHERE size > 280",
        "DELETE FROM custody_signed WHERE size > 280",
        "DELETE FROM custody_details WHERE entry_id IN (SELECT id FROM custody_entries WHERE seq > 280)",
        "DELETE FROM custody_entries WHERE seq > 280",
    )
    with pytest.raises(LogRefused, match="has 280 entries, and 300 were signed: it was set back"):
        signed.signing().sign()
    database, _ = signed.checks()
    assert not database.held
    assert "checkpoints of up to 300 entries were signed, and the log has 280" in database.words()
    signed.behind_its_back(
        *(
            f"DELETE FROM {table}"  # noqa: S608
            for table in ("custody_leaves", "custody_nodes", "custody_checkpoints", "custody_signed")
        )
    )
    with pytest.raises(LogRefused, match="has 0 entries, and 300 were signed"):
        signed.signing().sign()


def test_a_restored_backup_is_refused_by_the_signer_also_when_it_has_grown_past_what_was_signed(
    book: Logbook, engines: Connections
) -> None:
    chain = Chain()
    book.write(5, chain)
    book.sign()
    seq, leaf = chain.seq, chain.leaf
    backup = f"{book.url.database}_backup"
    for engine in (book.app, book.sequencer, book.signer, book.superuser):
        engine.dispose()
    server = create_engine(superuser(engines), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {backup} TEMPLATE {book.url.database}"))
    try:
        book.write(5, chain)
        book.sign()
        chain.seq, chain.leaf = seq, leaf
        book.close()
        for name in ("app", "sequencer", "signer"):
            url = getattr(book, name).url.set(database=backup).render_as_string(hide_password=False)
            setattr(book, name, connect(SETTINGS, url))
        signing = book.signing()
        with pytest.raises(LogRefused, match="has 5 entries, and 10 were signed"):
            signing.sign()
        book.write(9, chain)
        book.sequence()
        with pytest.raises(LogRefused, match="is not the one that was signed"):
            signing.sign()
        kept = signing.sign.held
        assert kept is not None
        assert kept.checkpoint.size == 10, "what was signed stays signed"
    finally:
        book.close()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {backup} WITH (FORCE)"))
        server.dispose()


def test_a_forked_log_is_refused_by_the_signer_whatever_its_tree_is_made_of(signed: Logbook) -> None:
    """The fork has more entries than were signed, and its nodes are those of the true tree where the proof is made of them."""
    signed.write(4)
    signed.sequence()
    entry = signed.leaves()[301][0]
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    with pytest.raises(LogRefused, match="the entries 300 to 303 make another root than its checkpoint says"):
        signed.signing().sign()
    signed.behind_its_back(
        f"DELETE FROM custody_details WHERE entry_id = '{entry}'",  # noqa: S608
        f"DELETE FROM custody_entries WHERE id = '{entry}'",  # noqa: S608
    )
    with pytest.raises(LogRefused, match="of the entries 300 to 303 some are not there"):
        signed.signing().sign()
    signed.behind_its_back("DELETE FROM custody_leaves WHERE idx IN (299, 301)")
    with pytest.raises(LogRefused, match="was changed"):
        signed.signing().sign()


def test_a_fork_that_gives_the_old_nodes_for_a_proof_is_refused_by_the_signer(book: Logbook) -> None:
    """Of a size that is a power of two the proof does not hold the old root: the signer's own computation must."""
    book.write(4)
    book.sign()
    book.write(1)
    book.sequence()
    book.behind_its_back("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 2")
    with pytest.raises(LogRefused, match="its first 4 entries make another root"):
        book.signing().sign()


def test_a_database_that_cannot_prove_what_it_goes_on_from_is_refused_by_the_signer(book: Logbook) -> None:
    """Though its entries make the root that it says: whoever asks it for the proof would not get it either."""
    book.write(4)
    book.sign()
    book.write(4)
    book.sequence()
    book.behind_its_back("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 2 AND idx = 1")
    with pytest.raises(LogRefused, match="the consistency proof leads to another root"):
        book.signing().sign()


def test_an_entry_left_out_of_an_export_is_false_to_the_verifier(signed: Logbook) -> None:
    with signed.transactions()() as tx:
        newest = tx.ledger.latest_checkpoint()
        assert newest is not None
        presented = [
            Presented(
                Entry(leaf, None, None),
                TlogProof(index, tuple(tx.ledger.inclusions([index], newest.size)[index]), newest.note).to_bytes(),
            )
            for index, (_, leaf) in enumerate(signed.leaves()[:6])
        ]
    verdicts = {f.check: f.verdict for f in check_chain(presented, policy(signed))}
    assert set(verdicts.values()) == {Verdict.PROVED}
    without = {f.check: f.verdict for f in check_chain(presented[:2] + presented[3:], policy(signed))}
    assert without["chain"] is Verdict.FALSE


def test_an_entry_that_was_kept_from_the_log_is_named_by_the_check_of_the_database(signed: Logbook) -> None:
    [entry] = signed.write(1)
    assert signed.checks()[0].held, "it waits"
    signed.behind_its_back(f"DELETE FROM custody_queue WHERE entry_id = '{entry}'")  # noqa: S608
    for _ in range(2):
        database, _ = signed.checks()
        assert (database.held, database.entry) == (False, entry)
        assert "taken out of the queue" in database.words()
        signed.write(1)
        signed.sequence()


def test_a_chain_that_the_log_tells_a_second_time_is_named_by_the_check_of_the_database(signed: Logbook) -> None:
    """Its first entries are laid aside under another chain, and others come in their place: the log holds both."""
    chain, other, aside = Chain(), Chain(), Chain()
    signed.write(2, chain)
    signed.write(1, aside)
    signed.sequence()
    signed.behind_its_back(
        f"UPDATE custody_entries SET chain_id = '{aside.id}', seq = seq + 1 WHERE chain_id = '{chain.id}'",  # noqa: S608
    )
    other.id = chain.id
    entries = [row[0] for row in signed.leaves()]
    signed.write(2, other, begins=False)
    signed.sequence()
    database, bucket = signed.checks()
    assert (database.held, database.entry) == (False, entries[300])
    assert "says another chain, or another place in it, than it is kept under" in database.words()
    assert bucket.held, "which does not read what entries say"
