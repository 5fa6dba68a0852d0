"""No room, no answer, wrong clocks: the log waits, says so, loses and forks nothing, and goes on by itself."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dems.layout import checkpoint_key
from storage.errors import StoreUnavailable
from storage.interface import Lock
from tests.logbook import Chain, Logbook
from tests.workers.test_the_logs_processes import as_told, until
from workers import sequencer, signer
from workers.signer import Signs

FULL = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
)


def fill(book: Logbook, table: str) -> None:
    """What PostgreSQL says when its disk is full, at this table and so in the middle of a transaction."""
    with book.superuser.begin() as connection:
        connection.exec_driver_sql(FULL)
        connection.exec_driver_sql(
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        )


def make_room(book: Logbook) -> None:
    with book.superuser.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [vars(r)["why"] for r in caplog.records if r.message == event]


@pytest.mark.parametrize("table", ["custody_leaves", "custody_nodes", "custody_checkpoints"])
def test_a_database_without_room_delays_the_sequencer_which_says_so_once(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture, table: str
) -> None:
    chain, ended = Chain(), threading.Event()
    book.write(3, chain)
    book.sequence()
    fill(book, table)
    book.write(5, chain)
    settings = as_told(book, book.sequencer, tmp_path / "key")
    process = threading.Thread(target=sequencer.run, args=(settings, ended), kwargs={"told_after": 0.0})
    observe = book.acts().observe
    with caplog.at_level(logging.WARNING):
        process.start()
        try:
            until(lambda: [r.message for r in caplog.records].count("not_sequenced") > 1)
            assert (observe().waiting, observe().head.size) == (5, 3)  # type: ignore[union-attr]
            make_room(book)
            until(lambda: observe().waiting == 0)
        finally:
            ended.set()
            process.join(30)
    [why] = told(caplog, "log_not_sequenced")
    assert why == "Nothing can be taken in for now (could not extend file: No space left on device)."
    book.sign()
    assert [check.words() for check in book.checks()] == [
        "8 entries make the trees of 4 checkpoints",
        "8 entries make the trees of 1 checkpoints",
    ]


def test_a_sequencer_whose_rights_were_taken_away_goes_on_when_it_has_them_again(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()
    with book.superuser.begin() as connection:
        connection.exec_driver_sql("REVOKE INSERT ON custody_leaves FROM dems_sequencer")
    book.write(3)
    settings = as_told(book, book.sequencer, tmp_path / "key")
    process = threading.Thread(target=sequencer.run, args=(settings, ended), kwargs={"told_after": 0.0})
    with caplog.at_level(logging.CRITICAL):
        process.start()
        try:
            until(lambda: len(told(caplog, "log_not_sequenced")) == 1)
            with book.superuser.begin() as connection:
                connection.exec_driver_sql("GRANT INSERT ON custody_leaves TO dems_sequencer")
            until(lambda: book.acts().observe().waiting == 0)
        finally:
            ended.set()
            process.join(30)
    assert "permission denied for table custody_leaves" in told(caplog, "log_not_sequenced")[0]


def test_a_bucket_or_database_without_room_delays_the_signer_which_says_so(
    book: Logbook, caplog: pytest.LogCaptureFixture
) -> None:
    chain = Chain()
    book.write(300, chain)
    book.sequence()
    put, room = book.store.put, threading.Event()

    class Full:
        bucket, settle, versions, open = book.store.bucket, book.store.settle, book.store.versions, book.store.open

        def put(self, key: str, data: bytes, *, size: int, sha256: bytes, lock: Lock) -> object:
            if not room.is_set():
                raise StoreUnavailable("PUT: 500 InternalError")
            return put(key, data, size=size, sha256=sha256, lock=lock)

    signs, observe = Signs(book.signing(store=Full()), told_after=0.0), book.acts().observe
    with caplog.at_level(logging.CRITICAL):
        assert [signs.turn(), signs.turn()] == [False, False]
    [why] = told(caplog, "log_not_signed")
    assert why.startswith("Nothing can be signed for now (StoreUnavailable), and entries wait")
    assert (observe().reports["signer"].held, observe().reports["signer"].detail) == (False, why)
    assert Signs(book.signing(store=Full())).turn() is False
    room.set()
    assert signs.turn()
    assert (observe().reports["signer"].held, observe().reports["signer"].detail) == (True, "signs")
    caplog.clear()
    book.write(300, chain)
    book.sequence()
    fill(book, "custody_signed")
    with caplog.at_level(logging.CRITICAL):
        assert not signs.turn()
    assert "(DatabaseUnavailable)" in told(caplog, "log_not_signed")[0]
    assert book.store.head(checkpoint_key(600)).lock.mode == "COMPLIANCE", "it is signed, and not published yet"
    make_room(book)
    assert signs.turn()
    assert [check.held for check in book.checks()] == [True, True]
    assert observe().unsigned == 0


def test_a_clock_that_is_wrong_unlocks_nothing_and_stops_nothing_for_good(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An hour and eleven years behind, a year ahead: by eleven years the lock would have ended already, so the store refuses."""
    chain, off, observe = Chain(), timedelta(0), book.acts().observe
    signs = Signs(book.signing(clock=lambda: datetime.now(UTC) + off), told_after=0.0)
    for off, signed in (
        (timedelta(hours=-1), True),
        (timedelta(days=365), True),
        (timedelta(days=-4015), False),
        (timedelta(0), True),
    ):
        book.write(3, chain)
        book.sequence()
        caplog.clear()
        with caplog.at_level(logging.CRITICAL):
            assert signs.turn() is signed, off
        assert len(told(caplog, "log_not_signed")) == (not signed)
        if signed:
            lock = book.store.head(checkpoint_key(chain.seq)).lock
            assert lock.retain_until is not None
            assert abs(lock.retain_until - datetime.now(UTC) - timedelta(days=3650) - off) < timedelta(minutes=5)
        if off == timedelta(days=365):
            # It ends now. That it says it was alive in a year must not pass for a sign of life until then.
            assert not signer.check(as_told(book, book.signer, tmp_path / "key"))
            book.write(1, chain)
            book.sequence()
            assert observe().signer_is_missed(datetime.now(UTC))
    assert [check.held for check in book.checks()] == [True, True]
    assert signer.check(as_told(book, book.signer, tmp_path / "key"))
