"""Whoever may write into the ledger bucket takes nothing away, keeps nothing out, passes for nobody and hides no other attack."""

import logging
from hashlib import sha256

import pytest

from dems.errors import LogRefused
from dems.layout import beside, checkpoint_key, is_at, parse_checkpoint_key
from dems.ledger.bundles import from_bundle, to_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.hashing import leaf_hash
from dems.steps.kept_checkpoints import Kept, KeptCheckpoints
from dems.steps.log_objects import latest, put_beside, put_once
from tests.logbook import Chain, Logbook
from tests.usecases.attacked import FORGED, rebuilt
from tests.usecases.test_signing_the_log import OTHER, note_of, until_tomorrow


def lay(book: Logbook, key: str, data: bytes) -> None:
    assert put_once(book.store, key, data, until_tomorrow())


def told(caplog: pytest.LogCaptureFixture, event: str, what: str) -> list[object]:
    found = [vars(r)[what] for r in caplog.records if r.message == event]
    caplog.clear()
    return found


def test_what_others_put_into_the_bucket_neither_counts_nor_stops_the_log(
    book: Logbook, caplog: pytest.LogCaptureFixture
) -> None:
    chain = Chain()
    for name in ("-junk", "zzz", f"{5:020}-", f"{5:020}-0"):
        lay(book, f"checkpoints/{name}", b"junk")
    book.write(2, chain)
    kept = book.sign()
    junk = {
        5: note_of(OTHER, Checkpoint("log.example", 5, b"r" * 32)),
        6: note_of(book.key, Checkpoint("log.example", 7, b"r" * 32)),
        7: note_of(book.key, Checkpoint("other.example", 7, b"r" * 32)),
        10**20 - 1: b"junk",
    }
    for size, data in junk.items():
        lay(book, checkpoint_key(size), data)
    book.overwrite(checkpoint_key(2), b"junk")
    assert told(caplog, "foreign_checkpoint", "size") == [5], "which lay there when the first was signed"
    signing = book.signing()
    with caplog.at_level(logging.CRITICAL):
        assert signing.sign() == kept
        assert told(caplog, "foreign_checkpoint", "size") == [10**20 - 1, 7, 6, 5]
        for size in (5, 6):
            book.write(size - chain.seq, chain)
            book.sequence()
            signed = signing.sign()
            assert signed is not None
            assert signed.checkpoint.size == size
            assert told(caplog, "foreign_checkpoint", "size") == [size]
            # It lies beside what is there, locked as all that was signed is, and a signer that was just started finds it.
            place = beside(checkpoint_key(size), sha256(signed.note).digest())
            assert (latest(book.store, place), book.store.head(place).lock.mode) == (signed.note, "COMPLIANCE")
            assert book.signing().sign() == signed
            caplog.clear()
    assert latest(book.store, checkpoint_key(5)) == junk[5], "what others laid there is evidence, too"
    assert [k.checkpoint.size for k in signing.kept.after(-1)] == [2, 5, 6]
    assert [k.checkpoint.size for k in signing.kept.after(5)] == [6]
    assert [size for size, _ in signing.kept.each_after(-1)] == [2, *junk], "each once, the smallest first"


def test_somebody_who_foresees_even_the_signature_delays_it_by_one_entry(book: Logbook) -> None:
    """Only whoever has the key can."""
    chain = Chain()
    book.write(2, chain)
    book.sequence()
    with book.transactions()() as tx:
        note = note_of(book.key, Checkpoint("log.example", 2, tx.ledger.hashes(1, 0, 1)))
    lay(book, checkpoint_key(2), b"junk")
    lay(book, beside(checkpoint_key(2), sha256(note).digest()), b"junk")
    signing = book.signing()
    with pytest.raises(LogRefused, match="checkpoint of 2 entries was to go, and beside that"):
        signing.sign()
    book.write(1, chain)
    book.sequence()
    kept = signing.sign()
    assert kept is not None
    assert kept.checkpoint.size == 3


def test_another_tree_of_this_size_that_the_key_signed_at_this_moment_is_a_fork(book: Logbook) -> None:
    book.write(2)
    book.sequence()
    kept = book.signing().kept
    with book.transactions()() as tx:
        ours = Checkpoint("log.example", 2, tx.ledger.hashes(1, 0, 1))

    def signed(checkpoint: Checkpoint) -> Kept:
        return Kept(note_of(book.key, checkpoint), checkpoint, book.key.key)

    lay(book, checkpoint_key(2), b"junk")
    for _ in range(2):
        kept.put(signed(ours), until_tomorrow())
    assert len(list(book.store.versions(checkpoint_key(2)))) == 2, "the same is kept once"
    with pytest.raises(LogRefused, match="Two different trees of 2 leaves"):
        kept.put(signed(Checkpoint("log.example", 2, b"o" * 32)), until_tomorrow())
    # Under another key of this log it is the same tree, and kept too.
    both = KeptCheckpoints(book.store, [book.key.key, OTHER.key])
    both.put(Kept(note_of(OTHER, ours), ours, OTHER.key), until_tomorrow())
    assert len(list(book.store.versions(checkpoint_key(2)))) == 3
    # Where both found junk and neither the other, whoever looks afterwards finds both.
    other = note_of(book.key, Checkpoint("log.example", 2, b"p" * 32))
    assert put_beside(book.store, checkpoint_key(2), other, until_tomorrow())
    with pytest.raises(LogRefused, match="Two different trees of 2 leaves"):
        book.signing().sign()


def test_a_key_beside_belongs_to_the_one_that_it_begins_with_if_a_digest_follows() -> None:
    key, digest = checkpoint_key(7), sha256(b"x").digest()
    place = beside(key, digest)
    assert place == f"{key}_{digest.hex()}"
    assert [is_at(key, found) for found in (key, place)] == [True, True]
    for other in (f"{key}_", f"{place}0", place.upper(), f"{key}{digest.hex()}", checkpoint_key(8), place[1:], ""):
        assert not is_at(key, other)
    assert [parse_checkpoint_key(found) for found in (key, place, f"{key}-", f"{key}x")] == [7, 7, 7, 7]
    assert [parse_checkpoint_key(found) for found in ("checkpoints/7", f"x{key}", "checkpoints/", key[:-1])] == [
        None
    ] * 4


def test_what_lies_around_a_checkpoint_hides_it_from_no_signer(book: Logbook) -> None:
    """Where few are listed at once, this store leaves a key out that others begin with, if what follows is less than a dot."""
    chain = Chain()
    for _ in range(2):
        book.write(3, chain)
        kept = book.sign()
    for more in ("-", "-0", "-1", "--", "-_"):
        lay(book, f"{checkpoint_key(6)}{more}", b"junk")
    assert book.signing().kept.newest() == kept
    book.behind_its_back(
        "DELETE FROM custody_leaves WHERE idx >= 4",
        "DELETE FROM custody_nodes WHERE (idx + 1) << level > 4",
        "DELETE FROM custody_checkpoints WHERE size > 4",
    )
    with pytest.raises(LogRefused, match="it was set back"):
        book.signing().sign()


def test_something_else_where_tiles_belong_is_named_and_the_log_lies_beside_it(
    book: Logbook, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("tile/0/000", "tile/entries/000", "tile/0/001.p/44"):
        lay(book, path, b"x" * 8192)
    book.write(300)
    book.sequence()
    signing = book.signing()
    kept = signing.sign()
    assert kept is not None
    with caplog.at_level(logging.CRITICAL):
        spoilt = signing.publish(kept)
    assert spoilt == ["tile/entries/000", "tile/0/000", "tile/0/001.p/44"]
    assert told(caplog, "published_log_differs", "path") == spoilt
    with book.transactions()() as tx:
        assert tx.ledger.latest_checkpoint() is not None
    _, bucket = book.checks()
    assert (bucket.held, bucket.entries) == (True, 300), bucket.words()


def test_what_nobody_signed_hides_no_edited_entry_and_is_told_of_when_all_else_holds(book: Logbook) -> None:
    book.write(10)
    book.sign()
    for size in (1, 2**40, 2**41):
        lay(book, checkpoint_key(size), b"junk")
    for check in book.checks():
        assert check.problem == "a kept checkpoint of 1 entries is not signed by this log's key"
    entry = book.leaves()[4][0]
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    database, _ = book.checks()
    assert (database.held, database.index, database.entry) == (False, 4, entry)


def test_what_is_laid_over_the_tiles_does_not_hide_which_entry_was_edited(book: Logbook) -> None:
    chain = Chain()
    book.write(280, chain)
    book.sign()
    book.write(20, chain)
    book.sign()
    tile, bundle = latest(book.store, "tile/0/001.p/44"), latest(book.store, "tile/entries/001.p/44")
    assert tile is not None
    assert bundle is not None
    entry = book.leaves()[290][0]
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    book.behind_its_back(*rebuilt(book))
    # Junk; the forged entries themselves, which fit together; and what seems to reach further.
    forged = [leaf for _, leaf in book.leaves()[256:]]
    over = {
        "tile/0/000": b"x" * 8192,
        "tile/0/001.p/44": b"".join(leaf_hash(leaf) for leaf in forged),
        "tile/entries/001.p/44": to_bundle(forged),
        "tile/0/001.p/200": b"x" * 6400,
        "tile/entries/001.p/200": b"",
    }
    assert forged != from_bundle(bundle, 44)
    for path, data in over.items():
        book.overwrite(path, data)
    database, _ = book.checks()
    assert (database.held, database.index, database.entry) == (False, 290, entry)
