"""The policy file by which a recipient checks the log: its key, as this installation says it."""

from dems.errors import LogBehind
from dems.ledger.keys import VerifierKey
from dems.ledger.policy import Log, Policy
from dems.ports import Transaction


def policy_of_log(tx: Transaction) -> bytes:
    """The file. Raises `LogBehind` before the log has signed anything, since only then its key is known."""
    checkpoint = tx.ledger.latest_checkpoint()
    if checkpoint is None:
        raise LogBehind
    return Policy.of([Log(VerifierKey.from_text(checkpoint.vkey))]).to_bytes()
