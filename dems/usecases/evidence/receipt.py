"""Give a receipt for an item: what was declared, what we found, and the entries that say so, to be proved in the log later."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.model.uploads import Upload
from dems.ports import Clock, CustodyRow, Page, Transactions

ON_THE_WAY_IN = frozenset(
    {
        Act.EVIDENCE_DECLARE,
        Act.UPLOAD_OPEN,
        Act.UPLOAD_RECEIVE,
        Act.UPLOAD_COMPLETE,
        Act.UPLOAD_ABANDON,
        Act.UPLOAD_EXPIRE,
        Act.EVIDENCE_SEAL,
        Act.EVIDENCE_MISMATCH,
    }
)
"""What a receipt tells of. Who looked at the item later is nobody's business who sent it."""

LOOKED_AT = 500
"""Entries from the beginning of the item's chain: an item has come by then."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """As things stood `at` a time: before it is sealed, an item's receipt has fewer entries."""

    evidence: Evidence
    upload: Upload | None
    entries: list[tuple[Act, CustodyRow]]
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveReceipt:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, evidence_id: EvidenceId) -> Receipt:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(
                actor,
                Act.EVIDENCE_RECEIPT,
                case_id=evidence.case_id,
                upload_id=evidence.upload_id,
                intake_id=evidence.intake_id,
            )
            if actor.kind in {ActorKind.PERSON, ActorKind.SERVICE}:
                tx.consulted(authority, evidence_id)
            upload = None if evidence.upload_id is None else tx.uploads.get(evidence.upload_id)
            rows = tx.custody.chain(of_item(evidence_id), Page(LOOKED_AT))
            return Receipt(evidence, upload, list(_on_the_way_in(rows)), self.clock())


def _on_the_way_in(rows: Sequence[CustodyRow]) -> Iterator[tuple[Act, CustodyRow]]:
    for row in rows:
        act = None if row.detail is None else Act(json.loads(row.detail)["act"])
        if act in ON_THE_WAY_IN:
            yield act, row
