"""The policy file by which a recipient checks the log: its key and its witnesses, as this installation says them."""

from collections.abc import Callable

from dems.errors import IntegrityBroken, LogBehind
from dems.ledger.invalid import Malformed
from dems.ledger.keys import VerifierKey
from dems.ledger.policy import Log, Policy
from dems.ports import SignedCheckpoint, Transaction


def policy_of_log(tx: Transaction, witnesses: Callable[[], Policy]) -> bytes:
    """The file. Raises `LogBehind` before the log has signed anything, since only then its key is known.

    `witnesses` gives the witnesses and their quorum. Raises as `signing_key`, too.
    """
    checkpoint = tx.ledger.latest_checkpoint()
    if checkpoint is None:
        raise LogBehind
    known = witnesses()
    return Policy.of([Log(signing_key(checkpoint))], known.witnesses, known.groups, known.quorum).to_bytes()


def signing_key(checkpoint: SignedCheckpoint) -> VerifierKey:
    """The key that the database says signed this. Raises `IntegrityBroken` where what it names is none."""
    try:
        return VerifierKey.from_text(checkpoint.vkey)
    except Malformed as error:
        raise IntegrityBroken(
            f"What the database names as the log's key is none ({error}): run `dems ledger fsck --key` with the key that you were told."
        ) from error
