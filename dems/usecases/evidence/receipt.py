"""Give a receipt for an item: what was declared, what we found, and the entries that say so, with their proofs in the log."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.ids import EntryId, EvidenceId
from dems.model.uploads import Upload
from dems.ports import Clock, CustodyRow, Page, Transaction, Transactions
from dems.steps.proving import proofs

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

AT_ONCE = 500
"""Entries in one query; however long the chain has grown since, all that tell of the way in are in the receipt."""


@dataclass(frozen=True, slots=True)
class SentBy:
    """Who sent the bytes, as the entry says that they came: the person, or what the invited are called."""

    kind: ActorKind
    name: str
    on_behalf_of: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """As things stood `at` a time: before it is sealed, an item's receipt has fewer entries."""

    evidence: Evidence
    upload: Upload | None
    entries: list[tuple[Act, CustodyRow]]
    proofs: Mapping[EntryId, bytes]
    """Of those entries that the log has taken in and signed."""
    sent_by: SentBy | None
    """None until the bytes of the current upload have come, and where nobody noted it."""
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
            said = [(_said(row), row) for row in _on_the_way_in(tx, evidence_id)]
            entries = [(Act(detail["act"]), row) for detail, row in said]
            proved = proofs(tx, [row for _, row in entries])
            return Receipt(evidence, upload, entries, proved, _sent_by(upload, [d for d, _ in said]), self.clock())


def _on_the_way_in(tx: Transaction, evidence_id: EvidenceId) -> list[CustodyRow]:
    found: list[CustodyRow] = []
    page = Page(AT_ONCE)
    while True:
        rows = tx.custody.chain(of_item(evidence_id), page, acts=ON_THE_WAY_IN)
        found += rows
        if len(rows) < page.limit:
            return found
        page = Page(AT_ONCE, rows[-1].id)


def _said(row: CustodyRow) -> dict[str, Any]:
    detail: dict[str, Any] = json.loads(row.detail or b"{}")
    return detail


def _sent_by(upload: Upload | None, details: Sequence[dict[str, Any]]) -> SentBy | None:
    arrived = [
        d
        for d in details
        # Not those that only declare a digest.
        if d["act"] == Act.UPLOAD_COMPLETE.value and "version_id" in d["facts"]
    ]
    if upload is None or not arrived or arrived[-1]["facts"]["upload"] != str(upload.id):
        return None
    # A worker that only wrote it down says who sent them.
    said = arrived[-1]["facts"]["sent_by"] or {**arrived[-1]["actor"], "on_behalf_of": arrived[-1]["on_behalf_of"]}
    kind, behalf = ActorKind(said["kind"]), said["on_behalf_of"]
    if kind is ActorKind.SYSTEM:
        return None  # the intent that a worker found did not say
    if kind is ActorKind.INVITATION:
        return SentBy(kind, said.get("recipient") or said["name"], None)
    return SentBy(kind, said["person"]["name"], None if behalf is None else behalf["name"])
