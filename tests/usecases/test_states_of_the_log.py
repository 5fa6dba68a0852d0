"""States that only somebody with a hand in the database brings a log into: each is told in words, and none passes for good."""

import re
from collections.abc import Iterator

import pytest

from dems.engines import Connections
from storage.settings import S3Settings
from tests.logbook import Logbook, logbook

ENTRY = "entry .*, 4 of the log, "
ELSEWHERE = "says another chain, or another place in it, than it is kept under"
NO_KEYS = (
    "ALTER TABLE custody_entries DROP CONSTRAINT custody_entries_pkey CASCADE",
    "ALTER TABLE custody_entries DROP CONSTRAINT custody_entries_chain_id_seq_key",
)
FORGED_TWIN = """
    INSERT INTO custody_entries (id, chain_id, seq, at, leaf, leaf_hash)
    SELECT id, chain_id, seq, at, 'another tale', leaf_hash FROM custody_entries WHERE seq = 5
"""
GENUINE_TWIN = """
    WITH genuine AS (SELECT * FROM custody_entries WHERE seq = 5)
    INSERT INTO custody_entries SELECT * FROM genuine
"""
FORGED_FIRST = """
    UPDATE custody_entries SET leaf = 'x' WHERE ctid = (SELECT min(ctid) FROM custody_entries WHERE seq = 5)
"""
SHIFTED = """
    UPDATE {table} SET {hash} = CASE one.idx WHEN 4 THEN substr(one.{hash}, 1, 31)
        ELSE (SELECT substr(before.{hash}, 32) FROM {table} AS before WHERE before.idx = 4 AND {level}) || one.{hash} END
    FROM {table} AS one WHERE {table}.idx = one.idx AND one.idx IN (4, 5) AND {level_of_one}
"""
NO_LEVEL = {"level": "true", "level_of_one": "true"}
LEVEL_1 = {"level": "before.level = 1", "level_of_one": "one.level = 1 AND custody_nodes.level = 1"}


def without(column: str, table: str, which: str) -> tuple[str, str]:
    """Statements that take a value away, and first the rule that it is there."""
    return f"ALTER TABLE {table} ALTER {column} DROP NOT NULL", f"UPDATE {table} SET {column} = NULL WHERE {which}"  # noqa: S608


STATES = {
    "no bytes": (without("leaf", "custody_entries", "seq = 5"), ENTRY + "is not there any more"),
    "no bytes at all": (without("leaf", "custody_entries", "true"), "0 of the log, is not there any more"),
    "no chain": (without("chain_id", "custody_entries", "seq = 5"), ELSEWHERE),
    "no place in its chain": (without("seq", "custody_entries", "seq = 5"), ELSEWHERE),
    "a forged twin behind it": ((*NO_KEYS, FORGED_TWIN), ENTRY + "is there more than once"),
    "a forged twin before it": (
        (*NO_KEYS, GENUINE_TWIN, FORGED_FIRST),
        ENTRY + "is there more than once",
    ),
    "a byte of a leaf hash in the next one": (
        (SHIFTED.format(table="custody_leaves", hash="leaf_hash", **NO_LEVEL),),
        ENTRY + "is not the one that was taken in",
    ),
    "a byte of a node in the next one": (
        (SHIFTED.format(table="custody_nodes", hash="hash", **LEVEL_1),),
        "node 4 of level 1 is not what the entries below it make",
    ),
    "no root of its own": (without("root", "custody_checkpoints", "true"), "the database's own checkpoint says"),
    "no published root": (without("root", "custody_signed", "true"), "a published checkpoint says"),
    "no published note": (without("note", "custody_signed", "true"), "is not signed by this log's key"),
    "more entries than there are anywhere": (
        ("INSERT INTO custody_checkpoints VALUES (9000000000000000000, '', '', now())",),
        "place 20 of the log holds no entry any more",
    ),
    "another edge": (
        ("UPDATE custody_checkpoints SET frontier = sha256('x') || substr(frontier, 33)",),
        "right edge that the newest checkpoint in the database keeps is not that of its root",
    ),
    "no edge": (
        ("UPDATE custody_checkpoints SET frontier = ''",),
        "right edge that the newest checkpoint in the database keeps is not that of its root",
    ),
    "a leaf behind it": (
        ("INSERT INTO custody_leaves VALUES (20, gen_random_uuid(), sha256('x'))",),
        "stands at place 20, and the log has 20 entries: it is in no tree",
    ),
    "a node behind it": (
        ("INSERT INTO custody_nodes VALUES (1, 10, sha256('x'))",),
        "node 10 of level 1 stands where the log of 20 entries has none",
    ),
    "a node far behind it": (
        ("INSERT INTO custody_nodes VALUES (40, 3, sha256('x'))",),
        "node 3 of level 40 stands where the log of 20 entries has none",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def original(engines: Connections, s3: S3Settings, empty_log: str) -> Iterator[Logbook]:
    with logbook(engines, s3, empty_log) as book:
        book.write(20)
        book.sign()
        book.close()
        yield book


@pytest.fixture
def signed(engines: Connections, s3: S3Settings, original: Logbook) -> Iterator[Logbook]:
    with logbook(engines, s3, str(original.url.database), like=original) as book:
        yield book


@pytest.mark.parametrize("state", STATES)
def test_a_log_in_such_a_state_is_told_of_in_words(signed: Logbook, state: str) -> None:
    changes, told = STATES[state]
    assert signed.checks()[0].held
    signed.behind_its_back(*changes)
    database, _ = signed.checks()
    assert not database.held
    assert re.search(told, database.words()), database.words()


@pytest.mark.parametrize("place", [-1, 20, 10**12])
def test_an_entry_that_never_gets_into_the_log_is_not_hidden_by_a_leaf_outside_of_it(
    signed: Logbook, place: int
) -> None:
    """It takes no superuser: the sequencer's role takes entries out of the queue and writes leaves."""
    [hidden] = signed.write(1)
    with signed.sequencer.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM custody_queue WHERE entry_id = '{hidden}'")  # noqa: S608
        connection.exec_driver_sql(f"INSERT INTO custody_leaves VALUES ({place}, '{hidden}', sha256('x'))")  # noqa: S608
    database, _ = signed.checks()
    assert (database.held, database.index, database.entry) == (False, place, hidden)
    assert f"entry {hidden} stands at place {place}, and the log has 20 entries" in database.words()


def test_what_grows_while_it_is_checked_is_not_taken_for_astray(signed: Logbook) -> None:
    acts, grown = signed.acts(), []

    def meanwhile(_: int) -> None:
        grown.extend(signed.write(3))
        signed.sequence()

    found = acts.check_database(acts.kept(signed.key.key), told=meanwhile)
    assert (found.held, found.entries, len(grown)) == (True, 20, 3)
