"""Proofs that travel alone (C2SP tlog-proof, files ``.tlog-proof``): where an entry is in a log, and who saw that.

::

    c2sp.org/tlog-proof@v1
    extra <base64>                      (left out when there is none; nobody vouches for it)
    index <place of the entry, from 0>
    <inclusion proof: one base64 hash a line, the leaf's sibling first>
    <blank line>
    <the signed checkpoint as it is>
"""

from dataclasses import dataclass

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import MAX_NUMBER, decimal, from_base64, from_utf8, hash_from_base64, to_base64
from dems.ledger.hashing import leaf_hash, require_hashes
from dems.ledger.invalid import Malformed
from dems.ledger.judgement import Judgement, judge
from dems.ledger.note import MAX_NOTE_BYTES, Note
from dems.ledger.policy import Policy
from dems.ledger.verification import MOST_HASHES, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA_BYTES = 65_536
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 131_072
"""A note of the largest size, the largest `extra` in base64 and 64 hashes."""

_EXTRA = "extra "
_INDEX = "index "


def note_of(data: bytes) -> bytes:
    """The signed checkpoint in a file that is one, or that is a proof and carries one. Raises `Malformed` for any other."""
    if data.startswith(HEADER.encode()):
        return TlogProof.from_bytes(data).checkpoint
    note = Note.from_bytes(data)
    Checkpoint.from_text(note.text)
    return note.to_bytes()


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The place of an entry, the hashes that lead from it to the root, and the checkpoint as a signed note."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_NUMBER or len(self.hashes) > MOST_HASHES:
            raise Malformed(f"a proof has an index from 0 to 2^63 - 1 and at most {MOST_HASHES} hashes")
        require_hashes(self.hashes)
        if self.extra is not None and not 0 < len(self.extra) <= MAX_EXTRA_BYTES:
            raise Malformed(f"what a proof carries besides has from 1 to {MAX_EXTRA_BYTES} bytes")
        Checkpoint.from_text(Note.from_bytes(self.checkpoint).text)

    def to_bytes(self) -> bytes:
        """The proof as a file."""
        extra = [] if self.extra is None else [_EXTRA + to_base64(self.extra)]
        hashes = [to_base64(value) for value in self.hashes]
        return "\n".join([HEADER, *extra, f"{_INDEX}{self.index}", *hashes, "", ""]).encode() + self.checkpoint

    @classmethod
    def from_bytes(cls, data: bytes) -> "TlogProof":
        """Read a proof and its checkpoint. Raises `Malformed` for any that `to_bytes` would not write."""
        whole = from_utf8(data, most=MAX_PROOF_BYTES, what="a proof")
        above, blank, checkpoint = whole.partition("\n\n")
        header, *lines = above.split("\n")
        if not blank or header != HEADER:
            raise Malformed(f"a proof begins with {HEADER} and has a blank line before its checkpoint")
        extra = from_base64(lines.pop(0).removeprefix(_EXTRA)) if lines and lines[0].startswith(_EXTRA) else None
        if not lines or not lines[0].startswith(_INDEX):
            raise Malformed("a proof says the index of its entry")
        index, *hashes = lines
        return cls(
            decimal(index.removeprefix(_INDEX)),
            tuple(hash_from_base64(line) for line in hashes[: MOST_HASHES + 1]),
            checkpoint.encode(),
            extra,
        )

    def judged(self, policy: Policy) -> Judgement:
        """Who signed and cosigned the checkpoint. Raises `LedgerInvalid` as `judge` does; a quorum is not asked for."""
        return judge(self.checkpoint, policy)

    def verify(self, leaf: bytes, policy: Policy) -> Judgement:
        """Check, offline, that these exact bytes are the entry: log's signature, quorum, then inclusion.

        Raises `Contradicted` or `Malformed` if something is false, `NotProved` if a signature is missing.
        """
        judgement = self.judged(policy)
        judgement.require_quorum()
        self.verify_inclusion(leaf, judgement)
        return judgement

    def verify_inclusion(self, leaf: bytes, judgement: Judgement) -> None:
        """Check only that these bytes are the entry at `index` of the judged tree. Raises `Contradicted`."""
        checkpoint = judgement.checkpoint
        verify_inclusion(leaf_hash(leaf), self.index, checkpoint.size, checkpoint.root, self.hashes)
