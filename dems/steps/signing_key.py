"""The signer's private key in a file: read by nobody else, and made only where no log was ever signed."""

import os
import secrets
import stat
from pathlib import Path

from dems.errors import LogRefused
from dems.ledger.invalid import Malformed
from dems.ledger.keys import KEY_BYTES, MAX_KEY_TEXT, KeyType, SigningKey

FORBIDDEN = stat.S_IRWXG | stat.S_IRWXO


def load_key(path: Path) -> SigningKey | None:
    """The key; None where there is no file. Raises `LogRefused` where others may read it, or it holds no key of a log."""
    try:
        key = SigningKey.from_bytes(_content(path))
    except FileNotFoundError:
        return None
    except (OSError, Malformed) as error:
        raise LogRefused(
            f"The log's key {path} cannot be read ({error}): restore it from where you keep it."
        ) from error
    if key.type is not KeyType.ED25519:
        raise LogRefused(
            f"The key in {path} is a witness's: the log's own has type 0x01. Name its file in DEMS_LEDGER__KEY_FILE."
        )
    return key


def _content(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb") as file:
        if os.fstat(file.fileno()).st_mode & FORBIDDEN:
            raise LogRefused(
                f"Others may read the log's key {path}: run `chmod 600` on it, and think of who has read it."
            )
        return file.read(MAX_KEY_TEXT + 1)


def make_key(path: Path, origin: str | None) -> SigningKey:
    """A new key, durable in a file of mode 0600 that was not there before.

    Raises `FileExistsError`, other `OSError`s where it cannot be written, `Malformed` where `origin` is no name.
    """
    name = origin or f"dems.invalid/{secrets.token_hex(8)}"
    key = SigningKey(name, KeyType.ED25519, secrets.token_bytes(KEY_BYTES))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.to_bytes())
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key
