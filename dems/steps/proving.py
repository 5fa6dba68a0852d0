"""Proofs that travel alone, of entries that a signed checkpoint covers."""

from collections.abc import Mapping, Sequence

from dems.errors import IntegrityBroken
from dems.ledger.invalid import NotProved
from dems.ledger.tlogproof import TlogProof
from dems.model.ids import EntryId
from dems.ports import CustodyRow, Transaction


def proofs(tx: Transaction, rows: Sequence[CustodyRow]) -> Mapping[EntryId, bytes]:
    """The ``.tlog-proof`` of each of these that the newest signed checkpoint covers.

    Raises `IntegrityBroken` where the tree in the database lacks a node.
    """
    signed = tx.ledger.latest_checkpoint()
    if signed is None:
        return {}
    found: dict[EntryId, bytes] = {}
    for row in rows:
        if row.index is None or row.index >= signed.size:
            continue
        try:
            hashes = tx.ledger.inclusion(row.index, signed.size)
        except NotProved as error:
            raise IntegrityBroken(
                "The log lacks what the proof needs. An administrator must run `dems ledger fsck`.", index=row.index
            ) from error
        found[row.id] = TlogProof(row.index, tuple(hashes), signed.note).to_bytes()
    return found
