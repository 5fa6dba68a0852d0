"""What witnesses and authorities gave is checked again each night: whoever changes it later is found."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dems.errors import IntegrityBroken
from dems.ledger.signing import cosign
from dems.ports.anchors import Anchor, AnchorKind
from dems.settings import LedgerSettings, Stamps
from dems.steps.anchoring import held_checkpoint, keep
from dems.usecases.ledger.check_anchors import CheckAnchors
from storage.errors import StoreUnavailable
from tests.faults.faults import Fault, Faults, ProcessDied
from tests.faults.faulty_store import FaultyStore
from tests.ledger.signers import COURT, LABORATORY, PROSECUTOR
from tests.logbook import Logbook
from tests.usecases.test_anchors import core
from tests.workers.anchoring.authority import Authority
from workers.anchoring import asks

AT = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = timedelta(days=1)


@pytest.fixture
def held(book: Logbook) -> list[Anchor]:
    """A log whose two checkpoints were cosigned by two witnesses each."""
    found = []
    for _ in range(2):
        book.write(2)
        kept = book.sign()
        text, size = kept.checkpoint.to_text(), kept.checkpoint.size
        for witness in (COURT, PROSECUTOR):
            line = cosign(text, witness, int(AT.timestamp())).to_line().encode()
            found.append(Anchor(size, AnchorKind.COSIGNATURE, witness.key.to_text(), line, AT))
    keep(book.transactions(), book.store, found, datetime.now(UTC) + UNTIL)
    return found


def check(book: Logbook) -> CheckAnchors:
    return book.acts().check_anchors


def test_nothing_is_on_record_before_it_lies_in_the_bucket(book: Logbook) -> None:
    book.write(1)
    book.sign()
    given = Anchor(1, AnchorKind.TIMESTAMP, "good", b"a timestamp", AT)
    for fault in (Fault.REFUSED, Fault.CRASH_BEFORE, Fault.CRASH_AFTER):
        store = FaultyStore(book.store, Faults({"put": fault}), by_version_only=False)
        with pytest.raises((StoreUnavailable, ProcessDied)):
            keep(book.transactions(), store, [given], datetime.now(UTC) + UNTIL)
        with book.transactions()() as tx:
            assert tx.anchors.of(1, AnchorKind.TIMESTAMP) == []
    keep(book.transactions(), book.store, [given], datetime.now(UTC) + UNTIL)
    with book.transactions()() as tx:
        assert tx.anchors.of(1, AnchorKind.TIMESTAMP) == [given]


def test_all_that_was_given_holds(book: Logbook, held: list[Anchor], monkeypatch: pytest.MonkeyPatch) -> None:
    for at_once in (1, 2, 200):
        monkeypatch.setattr("dems.usecases.ledger.check_anchors.AT_ONCE", at_once)
        found = check(book)()
        assert (found.held, found.checked) == (True, len(held))
        assert found.words() == "4 cosignatures and timestamps hold the checkpoints that they were given for"


def test_one_that_was_changed_in_the_database_is_named_and_the_watchers_are_told(
    book: Logbook, held: list[Anchor], caplog: pytest.LogCaptureFixture
) -> None:
    assert [anchor.size for anchor in held] == [2, 2, 4, 4]
    book.behind_its_back("UPDATE custody_anchors SET data = data || ' '::bytea WHERE size = 4")
    with caplog.at_level(logging.CRITICAL):
        book.acts().check()
    report = book.acts().observe().reports["check of the anchors"]
    assert not report.held
    assert report.figures["anchors"] == 2
    assert report.detail.startswith("the cosignature by ")
    assert report.detail.endswith(" of 4 entries is not what was kept in the ledger bucket")
    [told] = [r for r in caplog.records if r.message == "log_does_not_hold"]
    assert vars(told)["where"] == "check of the anchors"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("at = at + interval '1 hour'", "says another time than is recorded beside it"),
        (f"by = '{LABORATORY.key.to_text()}'", "does not hold any more: no known key has signed this"),
        ("by = 'nobody'", "does not hold any more"),
    ],
)
def test_one_that_is_ascribed_to_another_time_or_witness_is_named(
    change: str, words: str, book: Logbook, held: list[Anchor]
) -> None:
    del held
    book.behind_its_back(
        f"UPDATE custody_anchors SET {change} WHERE size = 4 AND by = '{COURT.key.to_text()}'"  # noqa: S608
    )
    found = check(book)()
    assert not found.held
    assert words in found.words()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM custody_signed WHERE size = 4",
        "DELETE FROM custody_signed WHERE size = 2",
        "UPDATE custody_signed SET note = 'x'",
    ],
)
def test_one_whose_checkpoint_the_database_lost_is_named(change: str, book: Logbook, held: list[Anchor]) -> None:
    del held
    book.behind_its_back(change)
    found = check(book)()
    assert not found.held
    assert "is of a checkpoint that the database does not hold any more" in found.words()
    with book.transactions()() as tx:
        assert held_checkpoint(tx, 5) is None
        if "DELETE" in change:
            signed = held_checkpoint(tx, 1)
            assert signed is not None
            assert signed.size == (2 if "= 4" in change else 4), "what is left is shown"
        else:
            with pytest.raises(IntegrityBroken, match="run `dems ledger fsck`"):
                held_checkpoint(tx, 1)


def test_garbage_that_somebody_kept_and_recorded_is_named(book: Logbook) -> None:
    book.write(1)
    book.sign()
    garbage = Anchor(1, AnchorKind.COSIGNATURE, COURT.key.to_text(), b"\xff", AT)
    keep(book.transactions(), book.store, [garbage], datetime.now(UTC) + UNTIL)
    assert "does not hold any more" in check(book)().words()


def test_a_timestamp_is_checked_by_whoever_knows_the_authority(book: Logbook, tmp_path: Path) -> None:
    book.write(1)
    book.sign()
    known, other = (Anchor(1, AnchorKind.TIMESTAMP, name, b"no timestamp", AT) for name in ("known", "other"))
    ledger = LedgerSettings(
        timestamp_authorities=(Stamps("known", "http://127.0.0.1:9/", Authority(tmp_path, "known").roots),)
    )
    dems = core(book, ledger)
    keep(book.transactions(), book.store, [other], datetime.now(UTC) + UNTIL)
    checked = CheckAnchors(book.transactions(), book.store, asks(dems.settings).authorities)
    assert checked().held, "of a stranger only the bytes are compared"
    keep(book.transactions(), book.store, [known], datetime.now(UTC) + UNTIL)
    assert check(book)().held, "a process without certificates compares the bytes"
    assert checked().words() == (
        "the timestamp by known of 1 entries does not hold any more: this is no timestamp response in DER"
    )
