"""What a log and a witness say to each other (C2SP tlog-witness, ``add-checkpoint``), as bytes.

The log sends::

    old <number of leaves of the last checkpoint that the witness cosigned, 0 for none>
    <consistency proof from there: one base64 hash a line, at most 63>
    <blank line>
    <the signed checkpoint as it is>

and the witness answers 200 with signature lines, or 409 with the size that it holds and a newline. Everything is read in
the one way in which it may be written. Nothing here speaks HTTP: see `workers.anchoring.witnesses`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import MAX_NUMBER, decimal, from_utf8, hash_from_base64, to_base64
from dems.ledger.hashing import require_hashes
from dems.ledger.invalid import Malformed
from dems.ledger.keys import KeyType, VerifierKey
from dems.ledger.note import MAX_NOTE_BYTES, MAX_SIGNATURES, Note, Signature
from dems.ledger.signing import Attestation, attested

MOST_PROOF_LINES = 63
"""As many as the specification lets a log send: enough for every tree of up to 2^62 leaves."""

MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 4096
"""A note of the largest size under the longest head."""

MAX_ANSWER_BYTES = 65_536
"""Of a witness's answer: a hundred lines of Ed25519 cosignatures with long names are less."""

SIZE_MEDIA_TYPE = "text/x.tlog.size"

_OLD = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The body of a request to cosign. Whether the proof holds is for the witness: see `dems.ledger.succession`."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, byte for byte."""

    def __post_init__(self) -> None:
        if len(self.proof) > MOST_PROOF_LINES:
            raise Malformed(f"a request to a witness has at most {MOST_PROOF_LINES} hashes")
        require_hashes(self.proof)
        offered = Checkpoint.from_text(Note.from_bytes(self.checkpoint).text)
        if not 0 <= self.old <= offered.size:
            raise Malformed("the old size is from 0 to that of the checkpoint")

    def to_bytes(self) -> bytes:
        """The body as it is sent."""
        lines = [f"{_OLD}{self.old}", *(to_base64(value) for value in self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def from_bytes(cls, data: bytes) -> "AddCheckpoint":
        """Read a body. Raises `Malformed` for any that `to_bytes` would not write."""
        whole = from_utf8(data, most=MAX_REQUEST_BYTES, what="a request to a witness")
        above, blank, checkpoint = whole.partition("\n\n")
        first, *hashes = above.split("\n")
        if not blank or not first.startswith(_OLD):
            raise Malformed("a request to a witness says the old size, and has a blank line before its checkpoint")
        return cls(
            decimal(first.removeprefix(_OLD)),
            tuple(hash_from_base64(line) for line in hashes[: MOST_PROOF_LINES + 1]),
            checkpoint.encode(),
        )


def size_to_bytes(size: int) -> bytes:
    """The body of a 409: the size of the last checkpoint that the witness cosigned."""
    if not 0 <= size <= MAX_NUMBER:
        raise Malformed("a tree has from 0 to 2^63 - 1 leaves")
    return f"{size}\n".encode()


def size_from_bytes(data: bytes) -> int:
    """Read the body of a 409. Raises `Malformed` for any that `size_to_bytes` would not write."""
    text = from_utf8(data, most=MAX_ANSWER_BYTES, what="the answer of a witness")
    if not text.endswith("\n"):
        raise Malformed("a witness says its size in one line, which ends with a newline")
    return decimal(text[:-1])


def signatures_to_bytes(signatures: Iterable[Signature]) -> bytes:
    """The body of a 200: signature lines. Raises `Malformed` for none or too many."""
    lines = [signature.to_line() for signature in signatures]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Malformed(f"a witness answers with 1 to {MAX_SIGNATURES} signatures")
    return "".join(lines).encode()


def signatures_from_bytes(data: bytes) -> tuple[Signature, ...]:
    """Read the body of a 200. Raises `Malformed` for any that `signatures_to_bytes` would not write."""
    text = from_utf8(data, most=MAX_ANSWER_BYTES, what="the answer of a witness")
    lines = text.split("\n")
    if lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Malformed(f"a witness answers with 1 to {MAX_SIGNATURES} signatures, each on a line of its own")
    return tuple(Signature.from_line(line) for line in lines)


def cosigned_by(answer: bytes, checkpoint: bytes, witness: VerifierKey) -> tuple[Signature, Attestation]:
    """This witness's cosignature of this signed checkpoint, in the body of its answer; other lines are left unread.

    Where a witness signed twice, the later time counts. Raises `Malformed` if the answer is none, `Contradicted` if a
    line of this witness does not verify, `NotProved` if it has none.
    """
    if witness.type is not KeyType.COSIGNATURE:
        raise ValueError("a checkpoint is cosigned by a key of type 0x04")
    signatures = signatures_from_bytes(answer)
    own = [line for line in signatures if (line.name, line.key_id) == (witness.name, witness.id)]
    attestations = attested(Note(Note.from_bytes(checkpoint).text, signatures), [witness])
    return max(zip(own, attestations, strict=True), key=lambda pair: pair[1].time or 0)
