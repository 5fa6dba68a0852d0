"""The two processes of the log as they run: until they are told to end, whatever happens to what they work on."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine

from dems import logs
from dems import settings as dems_settings
from dems.errors import LogRefused
from dems.layout import checkpoint_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.keys import KeyType, SigningKey, VerifierKey
from dems.ledger.note import Note
from dems.ledger.signing import sign
from dems.settings import LedgerSettings, Settings
from dems.steps.log_objects import put_once
from storage.interface import Lock
from tests.logbook import Chain, Logbook
from workers import sequencer, signer
from workers.signer import Signs, the_key


def as_told(book: Logbook, engine: Engine, key_file: Path) -> Settings:
    """What a process is told: the address of its role, and where its key is."""
    url = SecretStr(engine.url.render_as_string(hide_password=False))
    ledger = book.settings.ledger.model_copy(
        update={"key_file": key_file, "sequence_seconds": 0.05, "sign_seconds": 0.05, "origin": "log.example"}
    )
    database = book.settings.database.model_copy(update={"url": url})
    return book.settings.model_copy(update={"ledger": ledger, "database": database})


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def test_entries_are_taken_in_signed_and_published_while_they_come(book: Logbook, tmp_path: Path) -> None:
    ended = threading.Event()
    processes = [
        threading.Thread(target=sequencer.run, args=(as_told(book, book.sequencer, tmp_path / "key"), ended)),
        threading.Thread(target=signer.run, args=(as_told(book, book.signer, tmp_path / "key"), ended)),
    ]
    for process in processes:
        process.start()
    try:
        observe, chain = book.acts().observe, Chain()
        assert not signer.check(as_told(book, book.signer, tmp_path / "key"))
        for size in (3, 6):
            book.write(3, chain)
            until(lambda size=size: (seen := observe().signed) is not None and seen.size == size)  # type: ignore[misc]
        until(lambda: observe().reports["signer"].detail == "signs")
        assert sequencer.check(as_told(book, book.sequencer, tmp_path / "key"))
        assert signer.check(as_told(book, book.signer, tmp_path / "key"))
        # The connections are cut, as by a restart of the database: both go on.
        with book.superuser.begin() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename IN ('dems_sequencer', 'dems_signer')"
            )
        book.write(2, chain)
        until(lambda: (seen := observe().signed) is not None and seen.size == 8)
    finally:
        ended.set()
        for process in processes:
            process.join(120)
    assert not any(process.is_alive() for process in processes)
    book.key = SigningKey.from_bytes((tmp_path / "key").read_bytes())
    assert [check.held for check in book.checks()] == [True, True]
    assert book.checks()[1].entries == 8, "what fills no tile was published when the signer ended"


def test_a_tree_that_is_damaged_is_told_of_and_does_not_end_the_sequencer(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book.write(3)
    book.sequence()
    book.behind_its_back("UPDATE custody_checkpoints SET frontier = ''")
    book.write(1)
    ended = threading.Event()
    process = threading.Thread(target=sequencer.run, args=(as_told(book, book.sequencer, tmp_path / "key"), ended))
    with caplog.at_level(logging.CRITICAL):
        process.start()
        try:
            until(lambda: any(r.message == "log_not_sequenced" for r in caplog.records))
            assert process.is_alive()
        finally:
            ended.set()
            process.join(120)
    [told] = [vars(r)["why"] for r in caplog.records if r.message == "log_not_sequenced"]
    assert told == "The tree in the database is damaged: the right edge of a tree of 3 leaves has 2 hashes of 32 bytes."


HOLDER = """
import sys
from dems.ledger.keys import SigningKey
key = SigningKey.from_bytes(sys.stdin.readline().encode())
print(key.key.to_text(), flush=True)
for line in sys.stdin:
    print(key.sign(bytes.fromhex(line)).hex(), flush=True)
"""


class HeldElsewhere:
    """A key in a process of its own, as hardware or a service holds it: a `dems.ledger.keys.Signer`."""

    def __init__(self, key: SigningKey) -> None:
        self._seed = key.to_bytes()
        self.started = 0
        self.begin()
        self.key = VerifierKey.from_text(self._said)

    def begin(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 our own code
            [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._said = self._ask(self._seed.decode())
        self.started += 1

    def sign(self, message: bytes) -> bytes:
        return bytes.fromhex(self._ask(f"{message.hex()}\n"))

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, line: str) -> str:
        if self._process.returncode is not None:
            raise ConnectionRefusedError("the process that holds the key is not there")
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        return self._process.stdout.readline().decode().strip()


def test_a_key_that_somebody_else_holds_signs_and_is_waited_for_while_it_does_not_answer(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    holder, ended, chain = HeldElsewhere(book.key), threading.Event(), Chain()
    settings = as_told(book, book.signer, tmp_path / "no" / "key")
    process = threading.Thread(target=signer.run, args=(settings, ended, holder))
    observe = book.acts().observe
    try:
        book.write(2, chain)
        book.sequence()
        signing = Signs(book.signing(holder))
        assert signing.turn()
        holder.kill()
        book.write(1, chain)
        book.sequence()
        with caplog.at_level(logging.WARNING):
            assert not signing.turn()
        assert "ConnectionRefusedError" in [vars(r).get("error") for r in caplog.records]
        assert observe.signers() == [book.key.key]
        holder.begin()
        process.start()
        until(lambda: (seen := observe().signed) is not None and seen.size == 3)
    finally:
        ended.set()
        if process.ident is not None:
            process.join(120)
        holder.kill()
    assert not (tmp_path / "no").exists(), "no key was made"
    assert [check.held for check in book.checks()] == [True, True]


def test_a_refusal_is_said_once_and_kept_for_whoever_watches(book: Logbook, caplog: pytest.LogCaptureFixture) -> None:
    book.write(3)
    book.sign()
    book.behind_its_back("DELETE FROM custody_checkpoints", "DELETE FROM custody_signed")
    signs = Signs(book.signing())
    with caplog.at_level(logging.CRITICAL):
        assert [signs.turn(), signs.turn()] == [False, False]
    [told] = [r for r in caplog.records if r.message == "log_not_signed"]
    report = book.acts().observe().reports["signer"]
    assert not report.held
    assert report.detail == vars(told)["why"]
    assert report.detail.startswith("The database's log has 0 entries, and 3 were signed: it was set back.")


def test_a_node_that_is_gone_when_another_signer_is_compared_with_stops_signing_and_not_the_signer(
    book: Logbook, caplog: pytest.LogCaptureFixture
) -> None:
    book.write(4)
    book.sign()
    book.write(4)
    book.sequence()
    put = book.store.put

    class Meanwhile:
        """Another signer signs a smaller tree at this moment, and a node that the comparison needs goes."""

        bucket, settle, versions, open = book.store.bucket, book.store.settle, book.store.versions, book.store.open

        def put(self, key: str, data: bytes, *, size: int, sha256: bytes, lock: Lock) -> object:
            other = Checkpoint("log.example", 6, bytes(32))
            text = other.to_text()
            put_once(book.store, checkpoint_key(6), Note(text, (sign(text, book.key),)).to_bytes(), lock)
            book.behind_its_back("DELETE FROM custody_nodes WHERE level = 1")
            return put(key, data, size=size, sha256=sha256, lock=lock)

    signs = Signs(book.signing(store=Meanwhile()))
    with caplog.at_level(logging.CRITICAL):
        assert not signs.turn()
    assert "log_not_signed" in [r.message for r in caplog.records]
    report = book.acts().observe().reports["signer"]
    assert not report.held
    assert "the hash of node 2 at level 1 of the tree is not there" in report.detail


def test_a_key_is_made_where_nothing_was_signed_and_nowhere_else(book: Logbook, tmp_path: Path) -> None:
    settings = as_told(book, book.signer, tmp_path / "key")
    made = the_key(settings, book.store)
    assert (made.name, the_key(settings, book.store)) == ("log.example", made)
    book.write(1)
    book.sign()
    (tmp_path / "key").unlink()
    with pytest.raises(LogRefused, match="is not there, and checkpoints were signed with it"):
        the_key(settings, book.store)
    assert not (tmp_path / "key").exists()


def test_a_key_that_cannot_be_made_or_read_ends_the_signer_with_a_reason(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(sys, "argv", ["signer"])
    for place, told in (
        (tmp_path / "file" / "key", "cannot be read ([Errno 20] Not a directory"),
        (Path("/proc/key"), "cannot be made at /proc/key ("),
        (tmp_path / "folder", "cannot be read ([Errno 21] Is a directory"),
    ):
        settings = as_told(book, book.signer, place)
        monkeypatch.setattr(dems_settings, "load", lambda settings=settings: settings)
        monkeypatch.setattr(logs, "configure", lambda *_, **__: None)
        caplog.clear()
        with pytest.raises(SystemExit) as end:
            signer.main()
        assert end.value.code == 1
        assert [told in vars(r)["why"] for r in caplog.records if r.message == "log_not_signed"] == [True], told


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"origin": "our log"}, "no space"),
        ({"origin": "log+1"}, "no plus sign"),
        ({"former_keys": ("log.example+00000000+AAAA",)}, "types"),
        ({"former_keys": (SigningKey("w", KeyType.COSIGNATURE, bytes(32)).key.to_text(),)}, "has type 0x01"),
    ],
)
def test_names_and_keys_that_are_none_are_wrong_settings(named: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as wrong:
        LedgerSettings(**named)
    assert [error["loc"] for error in wrong.value.errors()] == [tuple(named)]
    LedgerSettings(origin="log.example", former_keys=(SigningKey("l", KeyType.ED25519, bytes(32)).key.to_text(),))
