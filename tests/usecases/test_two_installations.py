"""Two installations that were given one ledger bucket, and two signers of one installation: nobody harms the other's log."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dems.engines import Connections
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from storage.interface import Lock
from storage.settings import S3Settings
from tests.logbook import Chain, Logbook, logbook
from tests.usecases.test_signing_the_log import OTHER, note_of
from tests.usecases.test_the_bucket_that_others_write_into import lay
from tests.workers.test_the_logs_processes import as_told, until
from workers import sequencer, signer
from workers.signer import Signs


@pytest.fixture
def other(book: Logbook, engines: Connections, s3: S3Settings, empty_log: str) -> Iterator[Logbook]:
    """Another installation: a database and a key of its own, and the first one's bucket."""
    with logbook(engines, s3, empty_log, like=book) as its:
        its.key = SigningKey("log.example", KeyType.ED25519, b"2" * KEY_BYTES)
        yield its


def lies_in(book: Logbook) -> set[tuple[str, str]]:
    return {(entry.key, entry.version_id) for entry in book.store.versions("")}


@pytest.mark.parametrize("origin", ["log.example", "other.example"])
def test_a_second_installation_is_refused_before_it_writes_into_the_firsts_bucket(
    book: Logbook, other: Logbook, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    chain = Chain()
    lay(book, checkpoint_key(1), b"junk")
    book.write(300, chain)
    book.sign()
    other.key = SigningKey(origin, KeyType.ED25519, b"2" * KEY_BYTES)
    other.write(400)
    other.sequence()
    before = lies_in(book)
    turns = Signs(other.signing())
    with caplog.at_level(logging.CRITICAL):
        assert [turns.turn(), turns.turn(at_the_end=True)] == [False, False]
    [told] = [vars(r)["why"] for r in caplog.records if r.message == "log_not_signed"]
    assert "holds checkpoints of the log 'log.example', which this log's key did not sign" in told
    assert "DEMS_S3__BUCKETS__LEDGER" in told
    assert lies_in(book) == before
    assert other.acts().observe().reports["signer"].detail == told
    book.write(300, chain)
    assert book.sign().checkpoint.size == 600
    database, _ = book.checks()
    assert (database.held, database.entries) == (False, 600), "somebody laid junk"
    assert database.problem == "a kept checkpoint of 1 entries is not signed by this log's key"


def test_what_others_lay_there_later_does_not_make_it_another_logs_bucket(book: Logbook) -> None:
    book.write(3)
    book.sequence()
    kept = book.signing().sign()
    assert kept is not None
    # It ended before it published, and somebody laid checkpoints of their own over its own and behind it.
    for size in (3, 5):
        book.overwrite(checkpoint_key(size), note_of(OTHER, Checkpoint("log.example", size, b"r" * 32)))
    signing = book.signing()
    assert signing.sign() == kept
    assert signing.publish(kept) == []


def test_a_second_key_on_one_database_ends_with_one_signer(book: Logbook, caplog: pytest.LogCaptureFixture) -> None:
    """Two hosts that start for the first time each make a key; both are woken by the first entry."""
    strange, chain = SigningKey("another.example", KeyType.ED25519, b"3" * KEY_BYTES), Chain()
    book.write(3, chain)
    book.sequence()
    ours = Signs(book.signing())
    put = book.store.put

    class Meanwhile:
        """The first signs and publishes between the second's look and its signature."""

        bucket, settle, versions, open = book.store.bucket, book.store.settle, book.store.versions, book.store.open

        def put(self, key: str, data: bytes, *, size: int, sha256: bytes, lock: Lock) -> object:
            assert ours.turn()
            return put(key, data, size=size, sha256=sha256, lock=lock)

    theirs = Signs(book.signing(strange, store=Meanwhile()))
    theirs.turn()
    book.write(3, chain)
    book.sequence()
    with caplog.at_level(logging.CRITICAL):
        assert [ours.turn(), theirs.turn(), ours.turn()] == [True, False, True]
    [told] = [vars(r)["why"] for r in caplog.records if r.message == "log_not_signed"]
    assert f"was signed, it says, by {book.key.key.to_text()}, and not by a key of this log" in told
    assert all(check.held for check in book.checks()), [check.words() for check in book.checks()]


def test_a_checkpoint_that_is_published_while_a_signer_starts_is_not_missed(book: Logbook) -> None:
    chain = Chain()
    book.write(2, chain)
    book.sign()
    book.write(2, chain)
    book.sequence()
    other, kept = book.signing(), book.signing()
    newest, meanwhile = kept.kept.newest, []

    class Kept:
        store, keys, after, put = kept.kept.store, kept.kept.keys, kept.kept.after, kept.kept.put
        of_another_log, authentic = kept.kept.of_another_log, kept.kept.authentic

        def newest(self) -> object:
            found = newest()
            signed = other.sign()
            assert signed is not None
            meanwhile.append(other.publish(signed))
            return found

    kept.sign.kept = Kept()  # type: ignore[assignment]
    signed = kept.sign()
    assert signed is not None
    assert (signed.checkpoint.size, meanwhile) == (4, [[]])


def test_two_signers_with_one_key_make_one_log_and_neither_stops(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two hosts and one database, for as long as entries come."""
    (tmp_path / "key").write_bytes(book.key.to_bytes())
    (tmp_path / "key").chmod(0o600)
    ended = threading.Event()
    runs = [(sequencer.run, book.sequencer)] * 2 + [(signer.run, book.signer)] * 2
    processes = [
        threading.Thread(target=run, args=(as_told(book, engine, tmp_path / "key"), ended)) for run, engine in runs
    ]
    chain, observe = Chain(), book.acts().observe
    with caplog.at_level(logging.WARNING):
        for process in processes:
            process.start()
        try:
            for _ in range(60):
                book.write(5, chain)
            until(lambda: (seen := observe().signed) is not None and seen.size == 300)
        finally:
            ended.set()
            for process in processes:
                process.join(30)
    assert [r.message for r in caplog.records if r.levelno >= logging.CRITICAL] == []
    sizes = list(book.signing().kept.after(-1))
    assert len({kept.checkpoint.size for kept in sizes}) == len(sizes) > 1
    assert [check.held for check in book.checks()] == [True, True]


def test_an_emptied_bucket_is_told_from_a_young_one_by_whoever_holds_a_checkpoint(
    book: Logbook, engines: Connections, s3: S3Settings, empty_log: str
) -> None:
    """Alone, neither the bucket nor a database that went back with it can say that there was more."""
    chain = Chain()
    book.write(300, chain)
    first = book.sign().checkpoint
    with logbook(engines, s3, empty_log) as emptied:
        emptied.key = book.key
        acts = emptied.acts()
        kept = acts.kept(book.key.key)
        nothing = "there is no entry and no checkpoint: nothing was signed yet, or all of it was taken away"
        for check in (acts.check_database, acts.check_bucket):
            assert (check(kept).held, check(kept).words()) == (True, nothing)
        of_bucket, of_database = acts.check_bucket(kept, held=first), acts.check_database(kept, held=first)
        assert "that you hold is of 300 entries, and the largest in the ledger bucket is of 0" in of_bucket.words()
        assert "checkpoints of up to 300 entries were signed, and the log has 0" in of_database.words()
    book.write(1, chain)
    book.sequence()
    signing = book.signing()
    signing.publish.tail_every, signing.publish._tail = timedelta(days=1), (300, datetime.now(UTC))
    second = signing.sign()
    assert second is not None
    assert signing.publish(second) == []
    acts = book.acts()
    kept = acts.kept(book.key.key)
    for check in (acts.check_database, acts.check_bucket):
        for held in (first, second.checkpoint):
            assert check(kept, held=held).held, "what fills no tile yet may not be there yet"
        other = check(kept, held=Checkpoint("log.example", 300, bytes(32)))
        assert "do not make the root that the checkpoint that you hold says" in other.words()
    fork = Checkpoint("log.example", 301, bytes(32))
    assert "that the checkpoint that you hold says" in acts.check_database(kept, held=fork).words()
    told = "checkpoint of 301 entries in the ledger bucket says another root than the one that you hold: this is a fork"
    assert told in acts.check_bucket(kept, held=fork).words(), "though none of its entries can be compared yet"
    between = Checkpoint("log.example", 299, first.root)
    assert not acts.check_bucket(kept, held=between).held
