"""Where things lie in a package, relative to its folder. ``docs/package.md`` says what each of them is."""

from uuid import UUID

from dems.package.paths import of_number

FORMAT = "dems-package/1"

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
BAG_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")
"""What every file is hashed with: one manifest and one tag manifest for each (RFC 8493, 2.1.3 and 2.2.1)."""

DATA = "data/"
EVIDENCE = "data/evidence/"
EXPORT = "data/export.json"
ITEMS = "data/items.jsonl"

CUSTODY = "custody/"
HANDLING = "handling.jsonld"
POLICY = "policy.txt"
README = "README.txt"

LOG = "log/"
"""What could only be known after the tag manifests were closed: it is in none, and proves itself."""
CHECKPOINT = "log/checkpoint"
LATER = "log/custody/"
PROOFS = "log/proofs/"
TIMESTAMPS = "log/timestamps/"


def manifest(algorithm: str) -> str:
    """The manifest of the payload."""
    return f"manifest-{algorithm}.txt"


def tag_manifest(algorithm: str) -> str:
    """The manifest of everything else but `LOG`. SHA-256 of the one with SHA-256 is what the export entries commit to."""
    return f"tagmanifest-{algorithm}.txt"


def chain_file(chain: UUID) -> str:
    """The entries of a chain from the first to the last that there was when the export was asked for."""
    return f"{CUSTODY}{chain}.jsonl"


def later_file(chain: UUID) -> str:
    """The entries of the same chain that came later, to the one that says that this package was made."""
    return f"{LATER}{chain}.jsonl"


def proof_folder(chain: UUID) -> str:
    """Where the proofs of a chain's entries are."""
    return f"{PROOFS}{chain}/"


def proof_file(chain: UUID, seq: int) -> str:
    """The proof that an entry is in the tree of `CHECKPOINT`."""
    return of_number(proof_folder(chain), seq)


STAMPED = "log/timestamps/checkpoint.txt"
"""The text of the checkpoint without its signatures: the bytes of which time-stamping authorities have the hash."""
