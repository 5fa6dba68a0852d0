"""Attacks on what lies beside the log: who did what, when, to which item. The tree still holds; the check of the chains does not."""

import logging
from uuid import uuid4

import pytest

from dems.bootstrap.ledger import FSCK_CHAINS, FSCK_DATABASE
from tests.logbook import Chain, Logbook

ENTRY = "(SELECT id FROM custody_entries WHERE chain_id = '{chain}' AND seq = {seq})"

EXCHANGED = """
UPDATE custody_details d SET nonce = o.nonce, detail = o.detail FROM custody_details o
WHERE (d.entry_id, o.entry_id) IN (({it}, {next}), ({next}, {it}))
"""


@pytest.fixture
def chain(book: Logbook) -> Chain:
    """Twelve entries of one item among those of two others, all of them signed."""
    first, item = Chain(), Chain()
    for _ in range(3):
        book.write(5, first)
        book.write(4, item)
        book.write(1)
    book.sign()
    return item


def entry(chain: Chain, seq: int) -> str:
    return ENTRY.format(chain=chain.id, seq=seq)


@pytest.mark.usefixtures("chain")
def test_entries_that_nobody_touched_say_what_they_said(book: Logbook) -> None:
    found = book.acts().check_chains()
    assert (found.held, found.wrong) == (True, 0)
    assert found.words() == "30 entries in 5 chains say what they said when they were written"
    assert found.figures() == {
        "entries": 30,
        "chains": 5,
        "destroyed": 0,
        "wrong": 0,
        "problem": None,
        "entry": None,
    }


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE custody_details SET detail = replace(convert_from(detail, 'UTF8'), 'test', 'seal')::bytea WHERE entry_id = {it}",
            "entry 5: the leaf does not commit to this detail",
        ),
        ("UPDATE custody_details SET nonce = sha256(nonce) WHERE entry_id = {it}", "entry 5: the leaf does not commit"),
        ("UPDATE custody_details SET act = 'evidence.seal' WHERE entry_id = {it}", "entry 5: what is kept beside"),
        (
            "UPDATE custody_details SET case_id = id FROM custody_entries e WHERE e.id = entry_id AND entry_id = {it}",
            "entry 5: what is kept beside",
        ),
        ("UPDATE custody_entries SET at = at - interval '1 day' WHERE id = {it}", "entry 5: the hash or the time kept"),
        (
            "UPDATE custody_entries SET leaf_hash = sha256(leaf_hash) WHERE id = {it}",
            "entry 5: the hash or the time kept",
        ),
        ("DELETE FROM custody_details WHERE entry_id = {it}", "entry 5: its detail is not here"),
        (
            EXCHANGED,
            "entry 5: the leaf does not commit to this detail",
        ),
    ],
    ids=["detail", "nonce", "act", "case", "time", "hash", "taken away", "two exchanged"],
)
def test_what_was_changed_beside_the_log_is_named_by_the_check_of_the_chains(
    book: Logbook, chain: Chain, statement: str, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    book.behind_its_back(statement.format(it=entry(chain, 5), next=entry(chain, 6)))
    acts = book.acts()
    found = acts.check_chains()
    [ids] = [row for row in book.leaves() if f'"chain":"{chain.id}"'.encode() in row[1] and b'"seq":5}' in row[1]]
    assert (found.held, found.wrong, found.entry) == (False, 1, ids[0])
    assert f"the chain of item {chain.subject} does not hold: {problem}" in found.words()
    assert f"(entry {ids[0]})" in found.words()
    assert acts.check_database(acts.kept(book.key.key)).held, "of what is beside a leaf the tree knows nothing"
    # Each night, and told of until it is mended:
    with caplog.at_level(logging.CRITICAL):
        acts.check()
    [told] = [r for r in caplog.records if r.message == "log_does_not_hold"]
    assert vars(told)["where"] == FSCK_CHAINS
    assert {name: report.held for name, report in acts.observe().reports.items()} == {
        FSCK_DATABASE: True,
        "fsck of the bucket": True,
        FSCK_CHAINS: False,
        "check of the anchors": True,
    }


def test_each_that_does_not_hold_is_counted_and_the_first_is_named(book: Logbook, chain: Chain) -> None:
    book.behind_its_back(
        "UPDATE custody_entries SET at = at + interval '1 second' WHERE seq = 4",
        f"INSERT INTO custody_chains VALUES ('{uuid4()}', 'item', '{chain.id}', now())",  # noqa: S608
    )
    found = book.acts().check_chains()
    assert found.wrong == 3
    assert found.words().endswith("; and 2 more")
    assert "does not hold: entry 4: the hash or the time" in found.words()
    book.behind_its_back("UPDATE custody_entries SET at = at - interval '1 second' WHERE seq = 4")
    found = book.acts().check_chains()
    assert (found.words(), found.entry) == (f"the chain of item {chain.id} has no entry", None)
