"""Attacks on the log by somebody who has its key, its readers' trust or its bucket, each caught by a detector that is named."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dems.engines import Connections
from dems.errors import LogRefused
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.note import Note
from dems.ledger.signing import sign
from dems.ledger.tiles import Tile
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Verdict
from dems.steps.log_check import Differs
from dems.steps.log_objects import latest, put_once
from dems.steps.published_log import PublishedLog
from dems.usecases.ledger.check_bucket import Upper
from storage.interface import Lock
from storage.settings import S3Settings
from tests.logbook import Chain, Logbook, logbook
from tests.usecases.attacked import FORGED, NOTHING, copied, forged, policy, rebuilt, verdicts
from tests.usecases.behind_the_store import alter


def test_a_stolen_key_and_the_database_do_not_reach_the_bucket_nor_what_others_hold(
    book: Logbook, tmp_path: Path
) -> None:
    """Everything is rewritten and signed with the true key. Witnesses, when there are any, refuse to cosign it at once."""
    signed, chain = book, Chain()
    signed.write(280, chain)
    signed.sign()
    signed.write(20, chain)
    signed.sign()
    entry, leaf = signed.leaves()[41]
    before = latest(signed.store, checkpoint_key(280))
    assert before is not None
    with signed.transactions()() as tx:
        receipt = TlogProof(
            41, tuple(tx.ledger.inclusions([41], 300)[41]), latest(signed.store, checkpoint_key(300)) or b""
        )
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    signed.behind_its_back(*rebuilt(signed))
    signed.write(3)
    note = forged(signed).to_bytes()
    # Whoever holds an earlier checkpoint, and the receipt of the entry as it was:
    found = verdicts(signed, copied(signed, note, tmp_path), before)
    assert (found["log"], found["entries"], found["held"]) == (Verdict.PROVED, Verdict.PROVED, Verdict.FALSE)
    receipt.verify(leaf, policy(signed))
    # The check of the database against the bucket:
    database, bucket = signed.checks()
    assert (database.held, database.index, database.entry) == (False, 41, entry)
    assert bucket.held
    # Also when the forged checkpoint is laid into the bucket: the tiles that are there do not make it.
    assert put_once(signed.store, checkpoint_key(303), note, Lock(datetime.now(UTC) + timedelta(days=1)))
    signing = signed.signing()
    kept = signing.sign()
    assert kept is not None, "the thief's checkpoint is signed by the key: the signer alone cannot tell"
    assert signing.publish(kept) == ["tile/1/000.p/1"], "but what was published before is another"
    database, bucket = signed.checks()
    assert (database.held, bucket.held) == (False, False)
    assert "do not make the root" in bucket.words()


def test_a_split_view_is_false_to_whoever_compares_two_checkpoints(book: Logbook, tmp_path: Path) -> None:
    """Somebody who shows two people two logs; that they compare is what witnesses are for."""
    book.write(3)
    shown = book.sign().note
    other = Checkpoint(book.key.name, 3, b"o" * 32)
    to_another = Note(other.to_text(), (sign(other.to_text(), book.key),)).to_bytes()
    copy = copied(book, shown, tmp_path)
    assert verdicts(book, copy, shown)["held"] is Verdict.PROVED
    assert verdicts(book, copy, to_another)["held"] is Verdict.FALSE
    book.overwrite(checkpoint_key(3), to_another)
    with pytest.raises(LogRefused, match="Two different trees of 3 leaves"):
        book.signing().sign()
    for check in book.checks():
        assert not check.held
        assert "Two different trees of 3 leaves were signed: this is a fork" in check.words()


def test_a_back_dated_entry_is_told_of_by_the_signer(book: Logbook, caplog: pytest.LogCaptureFixture) -> None:
    """It has a chain that holds; but its place in the log is behind what was signed long after the date that it says."""
    book.write(2)
    book.sign()
    for index, days in ((2, -400), (3, +3)):
        at = datetime.now(UTC) + timedelta(days=days)
        book.write(1, at=at)
        book.sequence()
        caplog.clear()
        with caplog.at_level(logging.CRITICAL):
            book.signing().sign()
        [told] = [r for r in caplog.records if r.message == "entry_dated_elsewhere"]
        assert (vars(told)["index"], vars(told)["said"][:10]) == (index, at.isoformat()[:10])


def test_objects_changed_on_the_buckets_disks_are_named_by_the_check_of_the_bucket(
    book: Logbook, engines: Connections
) -> None:
    book.write(300)
    book.sign()
    bundle, tile = latest(book.store, "tile/entries/000"), latest(book.store, "tile/0/000")
    assert bundle is not None
    assert tile is not None
    for content, at in ((bundle, bundle.index(book.leaves()[9][1]) + 200), (tile, 9 * 32 + 3)):
        changed = bytearray(content)
        changed[at] ^= 1
        alter(engines, content, into=bytes(changed))
        database, bucket = book.checks()
        assert database.held
        assert (bucket.held, bucket.index) == (False, 0)
        assert "entry 9 is not the one" in bucket.words()
        alter(engines, bytes(changed), into=content)
    book.overwrite("tile/0/000", b"x" * 8192)
    book.overwrite("tile/entries/000", b"x" * 8192)
    assert book.checks()[1].held, "what was laid over them takes nothing away: the versions beneath hold"
    checkpoint = latest(book.store, checkpoint_key(300))
    assert checkpoint is not None
    alter(engines, checkpoint, into=checkpoint.replace(b"\n300\n", b"\n301\n"))
    for check in book.checks():
        assert not check.held
        assert "a kept checkpoint of 300 entries is not signed by this log's key" in check.words()


def test_a_tile_far_above_is_compared_with_those_below_it() -> None:
    """256 full tiles are 65,536 entries: their roots stand for them here."""
    hashes = [leaf_hash(bytes([n])) for n in range(256)]

    class Published(PublishedLog):
        def tile(self, tile: Tile) -> Iterator[bytes]:
            return iter({"tile/1/000": [b"".join(hashes)]}.get(tile.path(), []))

    upper = Upper(Published(NOTHING))
    upper.add(hashes[:200])
    upper.add(hashes[200:])
    edge = Frontier()
    for value in hashes:
        edge.append(value)
    assert upper.above is not None
    assert (upper.index, upper.hashes, upper.above.level, upper.above.hashes) == (1, [], 2, [edge.root()])
    with pytest.raises(Differs, match="tile/1/001 is not what the tiles below it make"):
        upper.add(hashes)


def test_a_tile_that_is_not_there_is_named_by_the_check_of_the_bucket(book: Logbook) -> None:
    """As whoever has the disks can bring about: two checkpoints cover it, so it must have been published."""
    chain = Chain()
    signing = book.signing()
    for count in (256, 256, 1):
        book.write(count, chain)
        book.sequence()
        assert signing.sign() is not None
    _, bucket = book.checks()
    assert (bucket.held, bucket.index) == (False, 0)
    assert "tile/0/000 is not there, and checkpoints cover it" in bucket.words()
    book.sign()
    assert book.checks()[1].held


def test_what_was_signed_and_is_not_in_the_bucket_any_more_is_missed_by_the_signer_and_the_check_of_the_database(
    book: Logbook, engines: Connections, s3: S3Settings
) -> None:
    """As whoever has the disks can bring about, or a setting that names another bucket: a signer knows nothing then."""
    chain = Chain()
    book.write(280, chain)
    book.sign()
    book.write(20, chain)
    newest = book.sign()
    book.close()
    with logbook(engines, s3, str(book.url.database)) as emptied:
        emptied.key = book.key
        database, _ = emptied.checks()
        assert (
            "the checkpoint of 280 entries was signed and published, and is not in the ledger bucket"
            in database.words()
        )
        emptied.write(1)
        emptied.sequence()
        with pytest.raises(
            LogRefused, match="of 300 entries was published, and the largest in the ledger bucket is of 0"
        ):
            emptied.signing().sign()
        # The newest is what a signer needs; that another is not there any more is found all the same.
        lock = Lock(datetime.now(UTC) + timedelta(days=1))
        assert put_once(emptied.store, checkpoint_key(300), newest.note, lock)
        kept = emptied.signing().sign()
        assert kept is not None
        assert kept.checkpoint.size == 301
        database, bucket = emptied.checks()
        assert "the checkpoint of 280 entries was signed and published, and is not" in database.words()
        assert "tile/0/000 is not there, and checkpoints cover it" in bucket.words()
