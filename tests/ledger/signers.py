"""Keys of the tests' own log and witnesses, and checkpoints that they signed."""

from hashlib import sha256

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.keys import KeyType, SigningKey
from dems.ledger.note import Note
from dems.ledger.policy import Group, Log, Policy, Witness
from dems.ledger.signing import cosign, sign

ORIGIN = "dems.example/log"
AT = 1_795_000_000


def seed(name: str) -> bytes:
    return sha256(f"seed of {name}".encode()).digest()


LOG = SigningKey(ORIGIN, KeyType.ED25519, seed("log"))
OTHER_LOG = SigningKey("other.example/log", KeyType.ED25519, seed("other log"))
COURT, PROSECUTOR, LABORATORY = (
    SigningKey(f"{name}.example/witness", KeyType.COSIGNATURE, seed(name))
    for name in ("court", "prosecutor", "laboratory")
)
WITNESSES = (
    Witness("court", COURT.key),
    Witness("prosecutor", PROSECUTOR.key),
    Witness("laboratory", LABORATORY.key),
)
POLICY = Policy.of([Log(LOG.key)], WITNESSES, [Group("two", 2, ("court", "prosecutor", "laboratory"))], "two")
LOG_ONLY = Policy.of([Log(LOG.key)])


def signed(checkpoint: Checkpoint, *witnesses: SigningKey, log: SigningKey = LOG, at: int = AT) -> bytes:
    """The checkpoint as its log publishes it, with these witnesses' cosignatures."""
    text = checkpoint.to_text()
    return Note(text, (sign(text, log), *(cosign(text, witness, at) for witness in witnesses))).to_bytes()
