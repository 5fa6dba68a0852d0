"""The key of the log: in a file that only its owner reads, or with somebody else who signs with it, and is not believed either."""

import stat
from pathlib import Path

import pytest

from dems.errors import IntegrityBroken, LogRefused
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.policy import Policy
from dems.steps.log_policy import policy_of_log
from dems.steps.signing_key import load_key, make_key
from tests.logbook import Logbook


def test_a_key_is_made_for_its_owner_only_and_read_from_such_a_file_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    assert load_key(path) is None
    key = make_key(path, "log.example")
    assert (key.name, key.type, stat.S_IMODE(path.stat().st_mode)) == ("log.example", KeyType.ED25519, 0o600)
    assert load_key(path) == key
    with pytest.raises(FileExistsError):
        make_key(path, "log.example")
    assert make_key(tmp_path / "other", None).name.startswith("dems.invalid/")
    path.chmod(0o640)
    with pytest.raises(LogRefused, match="chmod 600"):
        load_key(path)
    path.chmod(0o600)
    path.write_bytes(SigningKey("w.example", KeyType.COSIGNATURE, b"w" * 32).to_bytes())
    with pytest.raises(LogRefused, match="a witness's"):
        load_key(path)
    for content in (b"something", b"", key.to_bytes() * 2, b"x" * 1_000_000):
        path.write_bytes(content)
        with pytest.raises(LogRefused, match="cannot be read"):
            load_key(path)


def test_a_key_that_is_no_plain_file_is_refused_and_not_taken_for_a_lost_one(tmp_path: Path) -> None:
    make_key(tmp_path / "key", "log.example")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    (tmp_path / "folder").mkdir(mode=0o700)
    for path in (tmp_path / "link", tmp_path / "folder", tmp_path / "key" / "below"):
        with pytest.raises(LogRefused, match="cannot be read"):
            load_key(path)


class Elsewhere:
    """Somebody else who holds the key: signs with it, with another one, with something else, or does not answer."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key.key
        self.signature: bytes | OSError = b""
        self._key = key

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.signature, OSError):
            raise self.signature
        return self.signature or self._key.sign(message)


def test_whoever_holds_the_key_signs_and_is_not_believed(book: Logbook) -> None:
    elsewhere = Elsewhere(book.key)
    signing = book.signing(elsewhere)
    book.write(2)
    book.sequence()
    for signature in (b"s" * 64, b"short", SigningKey("log.example", KeyType.ED25519, b"o" * KEY_BYTES).sign(b"")):
        elsewhere.signature = signature
        with pytest.raises(LogRefused, match="gave something else than its signature"):
            signing.sign()
    elsewhere.signature = ConnectionRefusedError("nobody is there")
    with pytest.raises(ConnectionRefusedError):
        signing.sign()
    assert list(book.store.versions("checkpoints/")) == [], "nothing was kept of it"
    elsewhere.signature = b""
    kept = signing.sign()
    assert kept is not None
    assert (kept.checkpoint.size, book.signing().sign()) == (2, kept)


def test_a_database_that_names_what_is_no_key_is_believed_by_nobody(book: Logbook) -> None:
    book.write(2)
    book.sign()
    book.behind_its_back("UPDATE custody_signed SET vkey = 'mine'")
    acts = book.acts()
    assert acts.observe.signers() == []
    acts.check()
    assert not acts.observe().reports["fsck of the database"].held
    assert not acts.observe().reports["fsck of the bucket"].held
    with book.transactions()() as tx, pytest.raises(IntegrityBroken, match="dems ledger fsck --key"):
        policy_of_log(tx, lambda: Policy.of([]))
