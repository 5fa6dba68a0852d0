"""What an export's package is made of: its items, their entries and bytes, as the records have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dems.layout import evidence_key
from dems.ledger.canonical import parse_canonical
from dems.ledger.entry import Entry
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.exports import Export, ExportedItem
from dems.model.ids import EvidenceId, UploadId
from dems.model.times import rfc3339
from dems.package.chain_files import MAX_ENTRIES
from dems.package.inventory import HERE, NONE, NOT_ASKED_FOR, About, Item
from dems.package.source import MAX_FILES
from dems.ports import CustodyRow, Page, Transaction, Transactions
from storage.interface import ObjectStore, StoredVersion

AT_ONCE = 500
"""Items, and entries of one chain, in one query."""

MOST_ENTRIES, MOST_FILES = MAX_ENTRIES * 9 // 10, MAX_FILES * 9 // 10
"""Of a chain and of a package when it is asked for: so far from what a verifier reads that what is added meanwhile has room."""

FILES_OF_ITEM = 4

_BLOCK = 1024 * 1024


def about(export: Export, reference: str, title: str) -> About:
    """What the package says of the export."""
    return About(
        export=str(export.id),
        case=str(export.case_id),
        reference=reference,
        title=title,
        asked_at=rfc3339(export.asked_at),
        asked_by=export.asker,
        recipient=export.recipient,
        reason=export.reason,
        whole_case=export.whole_case,
        with_bytes=export.with_bytes,
        withheld=tuple(act.value for act in export.withheld),
        items=export.items,
    )


@dataclass(frozen=True, slots=True)
class Packaging:
    """Reads what goes into one export's package."""

    transaction: Transactions
    store: ObjectStore
    export: Export

    def items(self) -> Iterator[ExportedItem]:
        """All of them, in one order, each page in a transaction of its own."""
        after: UUID | None = None
        while True:
            with self.transaction() as tx:
                page = tx.exports.items(self.export.id, AT_ONCE, after)
            yield from page
            if len(page) < AT_ONCE:
                return
            after = page[-1].evidence_id

    def listed(self, item: ExportedItem, chain: UUID) -> Item:
        """What the package says of an item."""
        presence = NONE if item.version_id is None else HERE if self.export.with_bytes else NOT_ASKED_FOR
        return Item(
            str(item.evidence_id),
            item.exhibit_ref,
            item.description,
            item.kind,
            item.state,
            item.name,
            item.size,
            item.sha256,
            presence,
            None,
            chain,
            item.last_seq,
        )

    def payload(self, item: ExportedItem) -> Iterator[bytes] | None:
        """The bytes that go in, or None where none do. Raises what the store raises, when they are read."""
        if not self.export.with_bytes or item.version_id is None or item.key_upload is None:
            return None
        key = evidence_key(item.evidence_id, UploadId(UUID(item.key_upload)))
        return self._bytes(StoredVersion(key, item.version_id, item.size or 0))

    def _bytes(self, stored: StoredVersion) -> Iterator[bytes]:
        buffer = memoryview(bytearray(_BLOCK))
        with self.store.open(stored.key, stored.version_id) as stream:
            while count := stream.readinto(buffer):
                yield bytes(buffer[:count])

    def given(self, row: CustodyRow) -> Entry:
        """An entry as the recipient gets it: without its detail, where that is withheld or was destroyed."""
        if row.detail is None or said(row).get("act") in {act.value for act in self.export.withheld}:
            return Entry(row.leaf, None, None)
        return Entry(row.leaf, row.nonce, row.detail)


def said(row: CustodyRow) -> dict[str, Any]:
    """The detail of an entry; empty where it is not there."""
    value: dict[str, Any] = {} if row.detail is None else parse_canonical(row.detail)
    return value


def rows_to(tx: Transaction, evidence_id: EvidenceId, last_seq: int) -> list[CustodyRow]:
    """The entries of an item's chain from the first to `last_seq`."""
    found: list[CustodyRow] = []
    while len(found) < last_seq:
        page = Page(min(AT_ONCE, last_seq - len(found)), found[-1].id if found else None)
        found += tx.custody.chain(of_item(evidence_id), page)
    return found


def entry_of_export(tx: Transaction, export: Export, evidence_id: EvidenceId) -> CustodyRow | None:
    """The entry by which this export is known in an item's chain; None before it was written."""
    after: UUID | None = None
    while True:
        rows = tx.custody.chain(of_item(evidence_id), Page(AT_ONCE, after), acts={Act.EVIDENCE_EXPORT})
        for row in rows:
            if said(row).get("facts", {}).get("export") == str(export.id):
                return row
        if len(rows) < AT_ONCE:
            return None
        after = rows[-1].id
