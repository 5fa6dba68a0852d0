"""A digest is an algorithm and its bytes, never a bare string."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

ALGORITHMS = ("sha256", "sha512", "sha1", "md5")
"""What an item may be hashed with. SHA-256 always; the others only to compare with what other systems declared."""

_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Digest:
    """The result of one hash function over all bytes of something."""

    algorithm: str
    value: bytes

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"unknown digest algorithm {self.algorithm!r}")
        if len(self.value) != hashlib.new(self.algorithm, usedforsecurity=False).digest_size:
            raise ValueError(f"a {self.algorithm} digest does not have {len(self.value)} bytes")

    @classmethod
    def sha256(cls, value: bytes) -> "Digest":
        return cls("sha256", value)

    @classmethod
    def from_hex(cls, algorithm: str, text: str) -> "Digest":
        """Read lower-case hexadecimal. Raises `ValueError` for anything else."""
        if not _HEX.fullmatch(text) or len(text) % 2:
            raise ValueError("a digest is written in lower-case hexadecimal")
        return cls(algorithm, bytes.fromhex(text))

    @property
    def hex(self) -> str:
        return self.value.hex()

    @property
    def base64(self) -> str:
        return base64.b64encode(self.value).decode()

    def same_as(self, other: "Digest") -> bool:
        return self.algorithm == other.algorithm and hmac.compare_digest(self.value, other.value)


def composite_sha256(part_digests: list[bytes]) -> bytes:
    """The hash of the parts' hashes: what S3 calls the composite SHA-256 of a multipart object."""
    return hashlib.sha256(b"".join(part_digests)).digest()
