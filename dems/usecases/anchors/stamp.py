"""Have timestamp authorities stamp the newest signed checkpoint: nobody can later say that the log is younger.

Nothing waits for it. An authority that is dead, slow or wrong is told of, and asked again by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.ledger.note import Note
from dems.ports import Clock, Transactions
from dems.ports.anchors import Anchor, AnchorKind, Answer, AsksAuthorities
from dems.steps.anchoring import keep, report
from storage.interface import ObjectStore


@dataclass(frozen=True, slots=True)
class StampLog:
    """`names` are the authorities; `store` is the ledger bucket."""

    transaction: Transactions
    store: ObjectStore
    clock: Clock
    authorities: AsksAuthorities
    names: Sequence[str]
    lock_for: timedelta

    def __call__(self) -> list[Answer]:
        """What each authority that had not stamped the newest checkpoint came to. Raises `StorageError`.

        What is stamped is the checkpoint's text (log, size, root), which is the same whoever signs it.
        """
        if not self.names:
            return []
        with self.transaction() as tx:
            newest = tx.ledger.latest_checkpoint()
            stamped = {} if newest is None else tx.anchors.largest_by(AnchorKind.TIMESTAMP, self.names)
        lacking = [] if newest is None else [name for name in self.names if stamped.get(name) != newest.size]
        if newest is None or not lacking:
            return []
        answers = self.authorities.stamp(Note.from_bytes(newest.note).text.encode(), lacking)
        given = [
            Anchor(newest.size, AnchorKind.TIMESTAMP, answer.by, answer.kept, answer.at)
            for answer in answers
            if answer.at is not None
        ]
        keep(self.transaction, self.store, given, self.clock() + self.lock_for)
        report(self.transaction, "timestamps", answers, self.clock())
        return answers
