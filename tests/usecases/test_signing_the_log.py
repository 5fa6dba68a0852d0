"""The signer signs what goes on from what it signed, whatever the database says and whoever else writes into the bucket."""

import hashlib
import logging
from datetime import UTC, datetime, timedelta

import pytest

from dems.errors import LogRefused
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.judgement import judge
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy
from dems.ledger.signing import sign
from dems.ledger.tlogproof import TlogProof
from dems.steps.log_objects import latest, put_once, versions_of
from storage.interface import Lock
from tests.logbook import Chain, Logbook

OTHER = SigningKey("log.example", KeyType.ED25519, b"o" * KEY_BYTES)


def until_tomorrow() -> Lock:
    return Lock(datetime.now(UTC) + timedelta(days=1))


def note_of(key: SigningKey, checkpoint: Checkpoint) -> bytes:
    text_of = checkpoint.to_text()
    return Note(text_of, (sign(text_of, key),)).to_bytes()


def test_it_signs_as_the_log_grows_and_publishes_what_that_covers(book: Logbook) -> None:
    signing = book.signing()
    assert signing.sign() is None
    chain = Chain()
    book.write(3, chain)
    assert signing.sign() is None, "nothing was taken in yet"
    book.sequence()
    first = signing.sign()
    assert first is not None
    policy = Policy.of([Log(book.key.key)])
    assert judge(first.note, policy).checkpoint == first.checkpoint
    assert signing.publish(first) == []
    assert signing.sign() == first, "what did not grow is not signed again"
    lock = book.store.head(checkpoint_key(3)).lock
    assert lock.mode == "COMPLIANCE"
    assert lock.retain_until is not None
    assert lock.retain_until > datetime.now(UTC) + timedelta(days=3640)
    book.write(600, chain)
    book.sequence()
    second = signing.sign()
    assert second is not None
    assert signing.publish(second) == signing.publish(second) == []
    found = {entry.key for entry in book.store.versions("")}
    full = {f"tile/{kind}/{n:03}" for kind in ("0", "entries") for n in range(2)}
    early = {"tile/0/000.p/3", "tile/entries/000.p/3"}
    assert found == {checkpoint_key(3), checkpoint_key(603), *full, *early}
    assert signing.publish(second, at_the_end=True) == []
    late = {"tile/0/002.p/91", "tile/entries/002.p/91", "tile/1/000.p/2"}
    assert {entry.key for entry in book.store.versions("")} == found | late
    with book.transactions()() as tx:
        latest_signed = tx.ledger.latest_checkpoint()
        assert latest_signed is not None
        assert (latest_signed.note, latest_signed.vkey) == (second.note, book.key.key.to_text())
        assert [s.size for s in tx.ledger.signed(0, 10)] == [3, 603]
        entry = tx.ledger.entry_at(77) or pytest.fail("it is there")
        index = tx.ledger.indexes_of([entry])[entry]
        assert index == 77
        proof = TlogProof(77, tuple(tx.ledger.inclusions([77], 603)[77]), latest_signed.note)
    proof.verify(book.leaves()[77][1], policy)
    database, bucket = book.checks()
    assert (database.held, database.entries, database.checkpoints) == (True, 603, 6)
    assert (bucket.held, bucket.entries, bucket.checkpoints, bucket.beyond) == (True, 603, 2, 0)
    assert bucket.words() == "603 entries make the trees of 2 checkpoints"


def test_a_new_signer_goes_on_and_another_ones_signature_is_seen(book: Logbook) -> None:
    chain = Chain()
    book.write(2, chain)
    first = book.sign()
    old, new = book.signing(), book.signing()
    assert old.sign() == new.sign() == first
    book.write(1, chain)
    book.sequence()
    second = new.sign()
    assert second is not None
    assert old.sign() == second
    assert len(list(book.store.versions(checkpoint_key(3)))) == 1
    # And it counts for a signer that had begun before, where the database is set back to what that one signed itself.
    book.write(1, chain)
    book.sequence()
    book.write(1, chain)
    book.sequence()
    assert new.sign() is not None
    book.behind_its_back(
        "DELETE FROM custody_leaves WHERE idx >= 4",
        "DELETE FROM custody_nodes WHERE (idx + 1) << level > 4",
        "DELETE FROM custody_checkpoints WHERE size > 4",
    )
    with pytest.raises(LogRefused, match="has 4 entries, and 5 were signed"):
        old.sign()


def test_of_two_signers_at_one_moment_the_second_sees_what_the_first_signed(book: Logbook) -> None:
    """The first signs between the other's look and its signature: something that fits, and then something that does not."""
    chain = Chain()
    book.write(2, chain)
    book.sequence()
    with book.transactions()() as tx:
        fits = Checkpoint("log.example", 2, tx.ledger.hashes(1, 0, 1))
    book.write(2, chain)
    book.sequence()
    put = book.store.put

    class Meanwhile:
        bucket, settle, versions, open = book.store.bucket, book.store.settle, book.store.versions, book.store.open

        def __init__(self, other: Checkpoint) -> None:
            self.other = other

        def put(self, key: str, data: bytes, *, size: int, sha256: bytes, lock: Lock) -> object:
            put_once(book.store, checkpoint_key(self.other.size), note_of(book.key, self.other), lock)
            return put(key, data, size=size, sha256=sha256, lock=lock)

    kept = book.signing(store=Meanwhile(fits)).sign()
    assert kept is not None
    assert kept.checkpoint.size == 4
    book.write(2, chain)
    book.sequence()
    forked = Checkpoint("log.example", 5, hashlib.sha256(b"another").digest())
    with pytest.raises(LogRefused, match="Another signer signed another tree of 5 entries"):
        book.signing(store=Meanwhile(forked)).sign()


def test_the_newest_is_the_largest_whatever_lies_below_it(book: Logbook) -> None:
    kept, largest = book.acts().kept(book.key.key), 0
    assert kept.newest() is None
    for size in (300, 1, 2, 301, 10**15, 7, 10**15 + 5, 10**18):
        note = note_of(book.key, Checkpoint("log.example", size, b"r" * 32))
        assert put_once(book.store, checkpoint_key(size), note, until_tomorrow())
        newest, largest = kept.newest(), max(largest, size)
        assert newest is not None
        assert newest.checkpoint.size == largest


def test_two_trees_of_one_size_under_the_logs_own_key_are_a_fork(book: Logbook) -> None:
    book.write(2)
    book.sign()
    forked = note_of(book.key, Checkpoint("log.example", 2, hashlib.sha256(b"another").digest()))
    book.overwrite(checkpoint_key(2), forked)
    with pytest.raises(LogRefused, match="Two different trees of 2 leaves"):
        book.signing().sign()


def test_a_key_that_came_before_is_believed_and_no_other(book: Logbook) -> None:
    chain = Chain()
    book.write(2, chain)
    book.sign()
    former = book.settings.ledger.model_copy(update={"former_keys": (book.key.key.to_text(),)})
    book.settings = book.settings.model_copy(update={"ledger": former})
    book.write(2, chain)
    book.sequence()
    rotated = book.signing(OTHER)
    kept = rotated.sign()
    assert kept is not None
    assert (kept.key, rotated.publish(kept)) == (OTHER.key, [])
    assert [k.key for k in rotated.kept.after(-1)] == [book.key.key, OTHER.key]
    assert book.acts().kept().keys == [OTHER.key, book.key.key]


def test_what_was_signed_and_is_not_there_any_more_is_not_published(book: Logbook) -> None:
    book.write(256)
    book.sequence()
    signing = book.signing()
    kept = signing.sign()
    assert kept is not None
    for change, told in (
        ("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 8", "tile/0/000 is not what is above it"),
        (
            "UPDATE custody_entries SET leaf = leaf || ' '::bytea WHERE seq = 4",
            "entry 3 is not the one that was hashed",
        ),
        ("UPDATE custody_leaves SET leaf_hash = sha256('x') WHERE idx = 3", "tile/0/000"),
        ("DELETE FROM custody_leaves WHERE idx = 3", "tile/0/000"),
    ):
        book.behind_its_back(change)
        with pytest.raises(LogRefused, match=told):
            signing.publish(kept)
    with book.transactions()() as tx:
        assert tx.ledger.latest_checkpoint() is None


def test_it_says_how_it_is_and_is_observed(book: Logbook) -> None:
    observe = book.acts().observe
    assert observe.signers() == []
    assert observe.reach() == (0, 0, 0)
    book.write(2)
    with book.transactions()() as tx:
        assert tx.ledger.head() is None
    assert observe().waiting == 2
    assert not observe().signer_is_missed(datetime.now(UTC))
    book.sequence()
    assert observe().signer_is_missed(datetime.now(UTC)), "none ever said anything"
    kept = book.sign()
    signing = book.signing()
    signing.report("signer", "signs", held=True)
    signing.report("signer", "refuses", held=False, figures={"vkey": "x"})
    seen = observe()
    assert seen.signed is not None
    assert seen.head is not None
    assert (seen.waiting, seen.head.size, seen.signed.note) == (0, 2, kept.note)
    assert (seen.unsigned, seen.signer_is_missed(datetime.now(UTC) + timedelta(days=1))) == (0, False)
    book.write(1)
    book.sequence()
    assert observe.reach() == (0, 3, 2), "nobody followed the feed, of three entries two are signed"
    behind = observe()
    assert (behind.unsigned, behind.signer_is_missed(datetime.now(UTC))) == (1, False), "it said something just now"
    assert behind.signer_is_missed(datetime.now(UTC) + timedelta(minutes=11))
    report = seen.reports["signer"]
    assert (report.held, report.detail, report.figures) == (False, "refuses", {"vkey": "x"})
    assert observe.signers() == [book.key.key]


def test_the_nightly_check_says_what_it_found(book: Logbook, caplog: pytest.LogCaptureFixture) -> None:
    book.write(5)
    book.sign()
    acts = book.acts()
    acts.check()
    assert {r.name: r.held for r in acts.observe().reports.values()} == {
        "fsck of the database": True,
        "fsck of the bucket": True,
        "fsck of the chains": True,
        "check of the anchors": True,
    }
    book.behind_its_back("UPDATE custody_entries SET leaf = leaf || ' '::bytea WHERE seq = 4")
    with caplog.at_level(logging.CRITICAL):
        acts.check()
    told, of_chains = (vars(r) for r in caplog.records if r.message == "log_does_not_hold")
    assert (told["where"], told["index"]) == ("fsck of the database", 3)
    assert (of_chains["where"], of_chains["entry"]) == ("fsck of the chains", told["entry"])
    assert not acts.observe().reports["fsck of the database"].held


def test_an_object_of_the_log_is_written_once_and_too_large_ones_are_not_read(book: Logbook) -> None:
    assert put_once(book.store, "tile/0/009", b"one", until_tomorrow())
    assert put_once(book.store, "tile/0/009", b"one", until_tomorrow())
    assert not put_once(book.store, "tile/0/009", b"two", until_tomorrow())
    assert latest(book.store, "tile/0/008") is None
    assert [data for data, _ in versions_of(book.store, "tile/0/009")] == [b"one"]
