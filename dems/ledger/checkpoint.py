"""Checkpoints (C2SP tlog-checkpoint): the text in which a log says how large its tree is and what its root.

::

    <origin: the log's name>
    <number of leaves, decimal>
    <root hash, base64>
    <extension lines, which other logs may have>
"""

from dataclasses import dataclass

from dems.ledger.fields import MAX_NUMBER, decimal, hash_from_base64, require_printable, to_base64
from dems.ledger.hashing import EMPTY_ROOT, require_hashes
from dems.ledger.invalid import Malformed

MAX_CHECKPOINT_CHARACTERS = 1_000_000
"""As many as a note may have bytes."""

_LEAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree of `size` leaves with this root, of the log `origin`. Ours have no extensions: nobody could check them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            require_printable(line, "a checkpoint")
            if not line or "\n" in line:
                raise Malformed("the origin and the extensions of a checkpoint are lines that are not empty")
        if not 0 <= self.size <= MAX_NUMBER:
            raise Malformed("a tree has from 0 to 2^63 - 1 leaves")
        require_hashes([self.root])
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Malformed("the root of the tree without leaves is SHA-256 of nothing")

    def to_text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text. Raises `Malformed` for any that `to_text` would not write."""
        if len(text) > MAX_CHECKPOINT_CHARACTERS:
            raise Malformed(f"a checkpoint has at most {MAX_CHECKPOINT_CHARACTERS} characters")
        lines = text.split("\n")
        if lines.pop() or len(lines) < _LEAST_LINES:
            raise Malformed("a checkpoint is a log's name, its size and its root, each on a line of its own")
        origin, size, root, *extensions = lines
        return cls(origin, decimal(size), hash_from_base64(root), tuple(extensions))
