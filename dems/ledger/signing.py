"""Signing notes and checking who signed them.

Only keys that the caller names count. A line of any other key is left unread, as the specification asks; a line of a
named key that does not verify condemns the whole note.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.cosignature import Cosignature, cosigned_message
from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, Malformed, NotProved
from dems.ledger.keys import KeyType, Signer, VerifierKey
from dems.ledger.note import Note, Signature


@dataclass(frozen=True, slots=True)
class Attestation:
    """That this key signed; `time` is when a witness says it did (POSIX seconds), None for a log's own signature."""

    key: VerifierKey
    time: int | None


def sign(text: str, signer: Signer) -> Signature:
    """A log's signature of a text. It is checked before it is given out: hardware and services fail too."""
    if signer.key.type is not KeyType.ED25519:
        raise ValueError("a note's text is signed by a key of type 0x01")
    return _checked(signer.key, text, signer.sign(text.encode()))


def cosign(text: str, signer: Signer, time: int) -> Signature:
    """A witness's signature of a checkpoint's text, at this time in POSIX seconds; checked before it is given out."""
    if signer.key.type is not KeyType.COSIGNATURE:
        raise ValueError("a checkpoint is cosigned by a key of type 0x04")
    signature = signer.sign(cosigned_message(text, time))
    return _checked(signer.key, text, Cosignature(time, signature).to_bytes())


def attested(note: Note, keys: Iterable[VerifierKey]) -> tuple[Attestation, ...]:
    """Who of these keys signed the note: at least one, in the order of the lines.

    Raises `Contradicted` (or `Malformed`) if a line of one of them does not verify, and `NotProved` if there is none.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise Malformed(f"two of the known keys are named {shown(key.name)} and have the same key ID")
    found = [
        _attested(known[signature.name, signature.key_id], note.text, signature.value)
        for signature in note.signatures
        if (signature.name, signature.key_id) in known
    ]
    if not found:
        raise NotProved("no known key has signed this")
    return tuple(found)


def checkpoint_of(data: bytes, log: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that this log signed; the log's key is named as its origin. Raises `LedgerInvalid`."""
    note = Note.from_bytes(data)
    attested(note, [log])
    checkpoint = Checkpoint.from_text(note.text)
    require_origin(checkpoint, log)
    return checkpoint


def require_origin(checkpoint: Checkpoint, log: VerifierKey) -> None:
    """Raise `Contradicted` if the checkpoint is of another log than the one that this key is of."""
    if checkpoint.origin != log.name:
        raise Contradicted(f"this checkpoint is of the log {shown(checkpoint.origin)}, not of {shown(log.name)}")


def _checked(key: VerifierKey, text: str, value: bytes) -> Signature:
    _attested(key, text, value)
    return Signature(key.name, key.id, value)


def _attested(key: VerifierKey, text: str, value: bytes) -> Attestation:
    time, signature, message = None, value, text.encode()
    if key.type is KeyType.COSIGNATURE:
        cosignature = Cosignature.from_bytes(value)
        time, signature = cosignature.time, cosignature.signature
        message = cosigned_message(text, time)
    if not key.verifies(signature, message):
        raise Contradicted(f"the signature of {shown(key.name)} does not fit this text")
    return Attestation(key, time)
