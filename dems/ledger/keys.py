r"""Keys of signed notes: the public ones that a policy lists, and the file that a private one is kept in.

C2SP signed-note: a key is known by its name and by a key ID, ``SHA-256(name ‖ "\n" ‖ type ‖ public key)[:4]``. The ID
tells keys apart and is no fingerprint: whoever checks must hold the whole public key. A verifier key is written
``<name>+<key ID in hexadecimal>+<base64 of type and public key>`` (a *vkey*), and a private key as Go's
``golang.org/x/mod/sumdb/note`` writes it, so that other people's tools can read both.
"""

import hashlib
import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dems.ledger.fields import from_base64, from_utf8, require_printable, to_base64
from dems.ledger.invalid import Malformed

KEY_BYTES = 32
SIGNATURE_BYTES = 64
MAX_KEY_TEXT = 2048
"""Bytes of a written key: far more than a name and an Ed25519 key need."""

_KEY_ID = re.compile(r"[0-9a-f]{8}")
_PRIVATE = "PRIVATE+KEY+"


class KeyType(IntEnum):
    """The signature types of C2SP signed-note that are read and written here. Others are refused by their number."""

    ED25519 = 0x01
    """Ed25519 over the text of a note: a log's own signature."""

    COSIGNATURE = 0x04
    """Ed25519 over a time and the text of a checkpoint (C2SP tlog-cosignature): a witness's."""


def require_key_name(name: str) -> None:
    """Raise `Malformed` for a name that is empty or holds a Unicode space, a plus sign or a control character."""
    require_printable(name, "the name of a key")
    if not name or "+" in name or "\n" in name or any(character.isspace() for character in name):
        raise Malformed("the name of a key has at least one character, no space and no plus sign")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key, under the name in which it signs and for the one kind of signature that it makes."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        require_key_name(self.name)
        if len(self.public) != KEY_BYTES:
            raise Malformed(f"an Ed25519 key has {KEY_BYTES} bytes")

    @property
    def id(self) -> bytes:
        """The four bytes that stand before each signature of this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this is this key's Ed25519 signature (RFC 8032) of exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def to_text(self) -> str:
        """The key as a vkey, without a newline."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Read a vkey. Raises `Malformed` for any that `to_text` would not write."""
        name, key_id, key_type, public = _parts(text)
        key = cls(name, key_type, public)
        if key.id != key_id:
            raise Malformed("the key ID is not that of this name, type and key")
        return key


class Signer(Protocol):
    """Signs with one key. The file of `SigningKey` is one; hardware or a service that holds the key is another.

    A signature that the public half does not verify is never used.
    """

    @property
    def key(self) -> VerifierKey:
        """The public half, by which everything that was signed is checked before it is used."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (RFC 8032) of these bytes, 64 of them.

        Raises `OSError` where who holds the key does not answer: it is asked again.
        """
        ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory. `seed` is the 32 random bytes of RFC 8032, 5.1.5, and is never shown by `repr`."""

    name: str
    type: KeyType
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_key_name(self.name)
        if len(self.seed) != KEY_BYTES:
            raise Malformed(f"the seed of an Ed25519 key has {KEY_BYTES} bytes")

    @property
    def key(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.type, public)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of these bytes: the same each time."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def to_bytes(self) -> bytes:
        """The key's file: ``PRIVATE+KEY+<name>+<key ID>+<base64 of type and seed>`` and a newline."""
        seed = to_base64(bytes([self.type]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.key.id.hex()}+{seed}\n".encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SigningKey":
        """Read a key's file. Raises `Malformed`, which shows nothing of the file, for any that `to_bytes` would not write."""
        text = from_utf8(data, most=MAX_KEY_TEXT, what="the file of a private key")
        if not text.startswith(_PRIVATE) or not text.endswith("\n"):
            raise Malformed("the file of a private key is one line, which begins with PRIVATE+KEY+")
        name, key_id, key_type, seed = _parts(text.removeprefix(_PRIVATE).removesuffix("\n"))
        key = cls(name, key_type, seed)
        if key.key.id != key_id:
            raise Malformed("the key ID is not that of this name, type and key")
        return key


def _parts(text: str) -> tuple[str, bytes, KeyType, bytes]:
    """Name, key ID, type and key. Only the first two plus signs divide: base64 has plus signs of its own."""
    if len(text) > MAX_KEY_TEXT or text.count("+") < 2:  # noqa: PLR2004 the two signs between three parts
        raise Malformed("a key is written as name, key ID and base64, with a plus sign between them")
    name, key_id, encoded = text.split("+", 2)
    if not _KEY_ID.fullmatch(key_id):
        raise Malformed("a key ID is written as eight hexadecimal digits in lower case")
    data = from_base64(encoded)
    if not data or data[0] not in set(KeyType):
        raise Malformed(f"keys are read of these types: {', '.join(f'0x{key_type:02x}' for key_type in KeyType)}")
    return name, bytes.fromhex(key_id), KeyType(data[0]), data[1:]
