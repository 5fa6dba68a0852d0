"""The policy by which a recipient checks the log: its key and its witnesses, as this installation says them."""

from collections.abc import Callable
from dataclasses import dataclass

from dems.errors import LogBehind
from dems.ledger.keys import VerifierKey
from dems.ledger.policy import Log, Policy
from dems.ports import Transaction


@dataclass(frozen=True, slots=True)
class PolicyOfLog:
    """`witnesses` gives those of the settings, with their quorum."""

    witnesses: Callable[[], Policy]

    def __call__(self, tx: Transaction) -> Policy:
        """Raises `LogBehind` before the log has signed anything, since only then its key is known."""
        checkpoint = tx.ledger.latest_checkpoint()
        if checkpoint is None:
            raise LogBehind
        known = self.witnesses()
        log = Log(VerifierKey.from_text(checkpoint.vkey))
        return Policy.of([log], known.witnesses, known.groups, known.quorum)
