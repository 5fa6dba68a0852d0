"""Prove that an entry is in the log: where it stands, the hashes that lead from it to the root, and who signed that."""

from dataclasses import dataclass

from dems.errors import NotFound, NotYetLogged
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import EntryId
from dems.ports import Transactions
from dems.steps.proving import proofs


@dataclass(frozen=True, slots=True)
class ProveEntry:
    transaction: Transactions

    def __call__(self, actor: Actor, entry_id: EntryId) -> bytes:
        """The entry's ``.tlog-proof``, for whoever may read the entry.

        Raises `NotFound`, `NotYetLogged` while no signed checkpoint covers it, and `IntegrityBroken`.
        """
        with self.transaction() as tx:
            row, case_id = tx.custody.get(entry_id)
            if case_id is None:
                raise NotFound
            tx.consulted(tx.authorise(actor, Act.CUSTODY_READ, case_id=case_id), entry_id)
            proof = proofs(tx, [row]).get(entry_id)
        if proof is None:
            raise NotYetLogged
        return proof
