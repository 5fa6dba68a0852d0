"""The policy file by which a recipient checks the log: its key and its witnesses, as this installation says them."""

from collections.abc import Callable

from dems.errors import LogBehind
from dems.ledger.keys import VerifierKey
from dems.ledger.policy import Log, Policy
from dems.ports import Transaction


def policy_of_log(tx: Transaction, witnesses: Callable[[], Policy]) -> bytes:
    """The file. Raises `LogBehind` before the log has signed anything, since only then its key is known.

    `witnesses` gives the witnesses and their quorum.
    """
    checkpoint = tx.ledger.latest_checkpoint()
    if checkpoint is None:
        raise LogBehind
    known = witnesses()
    return Policy.of(
        [Log(VerifierKey.from_text(checkpoint.vkey))], known.witnesses, known.groups, known.quorum
    ).to_bytes()
