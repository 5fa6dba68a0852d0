"""Each attack that a log is made against, done for real by somebody who has the whole database, the key or the bucket's disks.

Each is caught by a detector that the test names; what is only caught by witnesses and timestamps says so.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from dems.db.engine import connect
from dems.engines import Connections
from dems.errors import LogRefused
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy
from dems.ledger.signing import sign
from dems.ledger.tiles import Tile
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Presented, Verdict, check_chain, check_held
from dems.steps.log_objects import latest, put_once
from storage.interface import Lock
from tests.db.conftest import superuser
from tests.logbook import SETTINGS, Chain, Logbook
from tests.usecases.behind_the_store import alter

FORGED = "convert_to(replace(convert_from(leaf, 'UTF8'), '\"seq\":', '\"seq\":1'), 'UTF8')"


def policy(book: Logbook) -> Policy:
    return Policy.of([Log(book.key.key)])


def rebuilt(book: Logbook) -> list[str]:
    """Statements that make leaf hashes, nodes and checkpoints fit whatever entries and places there are now."""
    hashes = [leaf_hash(leaf) for _, leaf in book.leaves()]
    statements = ["DELETE FROM custody_nodes", "DELETE FROM custody_checkpoints", "DELETE FROM custody_signed"]
    edge = Frontier()
    for node, value in edge.extend(hashes):
        if node.level:
            statements.append(f"INSERT INTO custody_nodes VALUES ({node.level}, {node.place}, '\\x{value.hex()}')")  # noqa: S608
        else:
            statements.append(f"UPDATE custody_leaves SET leaf_hash = '\\x{value.hex()}' WHERE idx = {node.place}")  # noqa: S608
    root, frontier = edge.root().hex(), edge.to_bytes().hex()
    return [*statements, f"INSERT INTO custody_checkpoints VALUES ({edge.size}, '\\x{root}', '\\x{frontier}', now())"]  # noqa: S608


@pytest.fixture
def signed(book: Logbook) -> Logbook:
    """A log of 300 entries: one full tile, and a rest."""
    chain = Chain()
    book.write(280, chain)
    book.sign()
    book.write(20, chain)
    book.sign()
    return book


def test_an_edited_entry_is_named_by_the_check_of_the_database(signed: Logbook) -> None:
    entry = signed.leaves()[41][0]
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    database, bucket = signed.checks()
    assert (database.held, database.index, database.entry) == (False, 41, entry)
    assert f"entry {entry}, 41 of the log, is not the one that was taken in" in database.words()
    assert bucket.held, "the bucket is as it was"


@pytest.mark.parametrize("place", [41, 290])
def test_an_edited_entry_in_a_tree_that_was_made_to_fit_is_named_too(signed: Logbook, place: int) -> None:
    entry = signed.leaves()[place][0]
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    signed.behind_its_back(*rebuilt(signed))
    database, _ = signed.checks()
    assert (database.held, database.index, database.entry) == (False, place, entry)
    assert "do not make the root that a kept checkpoint says" in database.words()
    with pytest.raises(LogRefused, match="was changed"):
        signed.signing().sign()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 3 AND idx = 5", "nodes of level 3"),
        ("DELETE FROM custody_nodes WHERE level = 1 AND idx = 149", "nodes of level 1"),
        ("UPDATE custody_checkpoints SET root = sha256('x') WHERE size = 280", "the database's own checkpoint says"),
        ("UPDATE custody_signed SET root = sha256('x') WHERE size = 280", "a published checkpoint says"),
    ],
)
def test_an_edited_node_or_checkpoint_is_found_by_the_check_of_the_database(
    signed: Logbook, change: str, told: str
) -> None:
    signed.behind_its_back(change)
    database, _ = signed.checks()
    assert not database.held
    assert told in database.words()


def test_an_edited_node_above_many_tiles_is_found_by_the_check_of_the_database(book: Logbook) -> None:
    book.write(1024)
    book.sign()
    book.behind_its_back("UPDATE custody_nodes SET hash = sha256('x') WHERE level = 10")
    database, bucket = book.checks()
    assert (database.held, bucket.held) == (False, True)
    assert "node 0 of level 10 is not what the entries below it make" in database.words()


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


def test_a_stolen_key_and_the_database_do_not_reach_the_bucket_nor_what_others_hold(signed: Logbook) -> None:
    """Everything is rewritten and signed with the true key. Witnesses, when there are any, refuse to cosign it at once."""
    entry, leaf = signed.leaves()[41]
    before = latest(signed.store, checkpoint_key(280))
    assert before is not None
    with signed.transactions()() as tx:
        receipt = TlogProof(41, tuple(tx.ledger.inclusion(41, 300)), latest(signed.store, checkpoint_key(300)) or b"")
    signed.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    signed.behind_its_back(*rebuilt(signed))
    signed.write(3)
    signed.sequence()
    with signed.transactions()() as tx:
        head = tx.ledger.head()
        assert head is not None
        proof = tx.ledger.consistency(280, 303)
    forged = Checkpoint(signed.key.name, 303, head.root)
    note = Note(forged.to_text(), (sign(forged.to_text(), signed.key),)).to_bytes()
    vkey = signed.key.key.to_text()
    with signed.superuser.begin() as connection:
        statement = text("INSERT INTO custody_signed VALUES (303, :root, :note, :vkey, now())")
        connection.execute(statement, {"root": head.root, "note": note, "vkey": vkey})
    # Whoever holds an earlier checkpoint, and the receipt of the entry as it was:
    assert check_held(before, note, proof, policy(signed)).verdict is Verdict.FALSE
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


def test_a_split_view_is_false_to_whoever_compares_two_checkpoints(signed: Logbook) -> None:
    """Somebody who shows two people two logs; that they compare is what witnesses are for."""
    shown = latest(signed.store, checkpoint_key(300))
    assert shown is not None
    other = Checkpoint(signed.key.name, 300, b"o" * 32)
    to_another = Note(other.to_text(), (sign(other.to_text(), signed.key),)).to_bytes()
    assert check_held(shown, to_another, [], policy(signed)).verdict is Verdict.FALSE
    signed.overwrite(checkpoint_key(300), to_another)
    with pytest.raises(LogRefused, match="Two different trees of 300 leaves"):
        signed.signing().sign()


@pytest.mark.parametrize("days", [-400, +3])
def test_a_back_dated_entry_is_told_of_by_the_signer(
    signed: Logbook, caplog: pytest.LogCaptureFixture, days: int
) -> None:
    """It has a chain that holds; but its place in the log is behind what was signed long after the date that it says."""
    at = datetime.now(UTC) + timedelta(days=days)
    signed.write(1, at=at)
    signed.sequence()
    with caplog.at_level(logging.CRITICAL):
        signed.signing().sign()
    [told] = [r for r in caplog.records if r.message == "entry_dated_elsewhere"]
    assert (vars(told)["index"], vars(told)["said"][:10]) == (300, at.isoformat()[:10])


def test_an_entry_left_out_of_an_export_is_false_to_the_verifier(signed: Logbook) -> None:
    with signed.transactions()() as tx:
        newest = tx.ledger.latest_checkpoint()
        assert newest is not None
        presented = [
            Presented(
                Entry(leaf, None, None),
                TlogProof(index, tuple(tx.ledger.inclusion(index, newest.size)), newest.note).to_bytes(),
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
    database, _ = signed.checks()
    assert (database.held, database.entry) == (False, entry)
    assert "taken out of the queue" in database.words()


def _bundle(book: Logbook) -> str:
    del book
    return "tile/entries/000"


def _tile(book: Logbook) -> str:
    del book
    return Tile(0, 0).path()


@pytest.mark.parametrize(("where", "told"), [(_bundle, "entry 9 is not the one"), (_tile, "entry 9 is not the one")])
def test_an_object_changed_on_the_buckets_disks_is_named_by_the_check_of_the_bucket(
    signed: Logbook, engines: Connections, where: Callable[[Logbook], str], told: str
) -> None:
    content = latest(signed.store, where(signed))
    assert content is not None
    at = content.index(signed.leaves()[9][1]) + 200 if where is _bundle else 9 * 32 + 3
    changed = bytearray(content)
    changed[at] ^= 1
    alter(engines, content, into=bytes(changed))
    database, bucket = signed.checks()
    assert database.held
    assert (bucket.held, bucket.index) == (False, 0)
    assert told in bucket.words()


def test_a_checkpoint_changed_on_the_buckets_disks_is_named_by_both_checks(
    signed: Logbook, engines: Connections
) -> None:
    content = latest(signed.store, checkpoint_key(280))
    assert content is not None
    changed = content.replace(b"\n280\n", b"\n281\n")
    alter(engines, content, into=changed)
    for check in signed.checks():
        assert not check.held
        assert "a kept checkpoint of 280 entries is not signed by this log's key" in check.words()


def test_what_was_laid_over_a_tile_takes_nothing_away(signed: Logbook) -> None:
    signed.overwrite("tile/0/000", b"x" * 8192)
    signed.overwrite("tile/entries/000", b"x" * 8192)
    assert signed.checks()[1].held, "the versions beneath are still there, and are the ones that hold"


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
