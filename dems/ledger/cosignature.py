r"""Cosignatures of witnesses (C2SP tlog-cosignature, the Ed25519 form, type 0x04), byte by byte.

The value of the signature line is a time and a signature::

    8 bytes   seconds since 1970-01-01T00:00:00Z, unsigned, big-endian, at most 2^63 - 1
    64 bytes  Ed25519 (RFC 8032)

and what is signed is ``cosignature/v1\ntime <seconds>\n`` and the whole text of the checkpoint. The key's name is not
signed, so one key may belong to one witness only.
"""

from dataclasses import dataclass

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import MAX_NUMBER
from dems.ledger.invalid import Malformed
from dems.ledger.keys import SIGNATURE_BYTES

_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Cosignature:
    """That a witness saw this tree as the newest consistent one at `time`, in whole seconds since 1970 (POSIX)."""

    time: int
    signature: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.time <= MAX_NUMBER or len(self.signature) != SIGNATURE_BYTES:
            raise Malformed("a cosignature is a time up to 2^63 - 1 and an Ed25519 signature of 64 bytes")

    def to_bytes(self) -> bytes:
        """What stands after the key ID in the signature line."""
        return self.time.to_bytes(_TIME_BYTES, "big") + self.signature

    @classmethod
    def from_bytes(cls, data: bytes) -> "Cosignature":
        """Read what stands after the key ID. Raises `Malformed`."""
        return cls(int.from_bytes(data[:_TIME_BYTES], "big"), data[_TIME_BYTES:])


def cosigned_message(text: str, time: int) -> bytes:
    """The bytes that a witness signs. Raises `Malformed` if the text is no checkpoint: witnesses sign nothing else."""
    Checkpoint.from_text(text)
    return f"cosignature/v1\ntime {time}\n{text}".encode()
