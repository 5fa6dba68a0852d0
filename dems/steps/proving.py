"""Proofs that travel alone, of entries that a signed checkpoint covers."""

from collections.abc import Mapping, Sequence

from dems.errors import IntegrityBroken
from dems.ledger.invalid import NotProved
from dems.ledger.tlogproof import TlogProof
from dems.model.ids import EntryId
from dems.ports import CustodyRow, Transaction
from dems.steps.anchoring import most_held


def proofs(tx: Transaction, rows: Sequence[CustodyRow]) -> Mapping[EntryId, bytes]:
    """The ``.tlog-proof`` of each of these that the newest signed checkpoint covers, all with one checkpoint.

    It is one that witnesses cosigned, where such a one covers them. Raises `IntegrityBroken` where the tree in the database lacks a node.
    """
    newest = tx.ledger.latest_checkpoint()
    if newest is None:
        return {}
    covered = {row.id: row.index for row in rows if row.index is not None and row.index < newest.size}
    if not covered:
        return {}
    signed = most_held(tx, newest, max(covered.values()) + 1)
    try:
        hashes = tx.ledger.inclusions(list(covered.values()), signed.size)
    except NotProved as error:
        raise IntegrityBroken(
            "The log lacks what the proof needs. An administrator must run `dems ledger fsck`."
        ) from error
    return {row: TlogProof(index, tuple(hashes[index]), signed.note).to_bytes() for row, index in covered.items()}
