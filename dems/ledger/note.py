"""Signed notes (C2SP signed-note): a text and, under a blank line, one line for each signature.

::

    <text, which ends with a newline and may hold blank lines>
    <blank line>
    — <key name> <base64 of the 4 bytes of the key ID and the signature>

What is read here is written back to the same bytes, or it is refused. Reading checks no signature: see
`dems.ledger.signing`.
"""

from dataclasses import dataclass

from dems.ledger.fields import from_base64, from_utf8, require_printable, to_base64
from dems.ledger.invalid import Malformed
from dems.ledger.keys import require_key_name

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""The specification asks for a limit of at least 16; these two are those of Go's implementation."""

_KEY_ID_BYTES = 4
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note. `value` is what follows the key ID; its form is the affair of the key's type."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        require_key_name(self.name)
        if len(self.key_id) != _KEY_ID_BYTES or not self.value:
            raise Malformed("a signature has a key ID of four bytes and a value")

    def to_line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"

    @classmethod
    def from_line(cls, line: str) -> "Signature":
        """Read a line without its newline. Raises `Malformed`."""
        if not line.startswith(_DASH) or line.count(" ") != 2:  # noqa: PLR2004 the spaces between three parts
            raise Malformed("a signature line is an em dash, the key's name and base64, with one space between them")
        _, name, encoded = line.split(" ")
        data = from_base64(encoded)
        return cls(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, in their order."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        require_printable(self.text, "a note")
        if not self.text.endswith("\n"):
            raise Malformed("the text of a note ends with a newline")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise Malformed(f"a note has from 1 to {MAX_SIGNATURES} signatures")

    def with_signatures(self, *more: Signature) -> "Note":
        """The same text with these signatures after those that it has; a line that it has already is not repeated."""
        return Note(self.text, tuple(dict.fromkeys([*self.signatures, *more])))

    def to_bytes(self) -> bytes:
        """The note as it is signed, sent and kept."""
        return (self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Note":
        """Read a note. Raises `Malformed` for any that `to_bytes` would not write, or that is too long."""
        whole = from_utf8(data, most=MAX_NOTE_BYTES, what="a note")
        above, blank, below = whole.rpartition("\n\n")
        if not blank or not below.endswith("\n"):
            raise Malformed("a note is a text, a blank line and signature lines, each ended by a newline")
        lines = below[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise Malformed(f"a note has from 1 to {MAX_SIGNATURES} signatures")
        return cls(above + "\n", tuple(Signature.from_line(line) for line in lines))
