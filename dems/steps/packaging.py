"""What an export's package is made of: its items, their entries and bytes, as the records have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dems.errors import WrongState
from dems.layout import evidence_key
from dems.ledger.canonical import parse_canonical
from dems.ledger.entry import Entry
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.exports import Export, ExportedItem
from dems.model.ids import EvidenceId, UploadId
from dems.model.times import rfc3339
from dems.package.inventory import HERE, NONE, NOT_ASKED_FOR, About, Item
from dems.package.listing import MAX_PROOFS
from dems.package.telling import MOST_SPANS, Span, spans_of, with_place
from dems.ports import CustodyRow, Page, Transaction, Transactions
from storage.interface import ObjectStore, StoredVersion

AT_ONCE = 500
"""Items, and entries of one chain, in one query."""

MOST_PROOFS = MAX_PROOFS * 9 // 10
"""Of a package when it is asked for: so far from what a verifier reads that entries which are added meanwhile have room."""

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

    def rows(self, item: ExportedItem, last_seq: int, *, behind: int = 0) -> Iterator[Sequence[CustodyRow]]:
        """The entries of an item's chain behind a `seq`, to `last_seq`, page by page, each in a transaction of its own."""
        while behind < last_seq:
            with self.transaction() as tx:
                page = tx.custody.chain(of_item(item.evidence_id), Page(min(AT_ONCE, last_seq - behind)), behind=behind)
            yield page
            behind = page[-1].seq

    def given(self, row: CustodyRow, closed: list[Span] | None = None) -> Entry:
        """An entry as the recipient gets it: without its detail, where that is withheld or was destroyed.

        The places of those without are added to `closed`.
        """
        if row.detail is not None and said(row).get("act") not in {act.value for act in self.export.withheld}:
            return Entry(row.leaf, row.nonce, row.detail)
        if closed is not None:
            with_place(closed, row.seq)
        return Entry(row.leaf, None, None)

    def without_detail(self, tx: Transaction, items: Sequence[ExportedItem]) -> dict[EvidenceId, list[Span]]:
        """Which entries behind those of the bag go without their detail, by item, for the export's own entry to name them.

        Nobody adds to their chains from here to the end of the transaction. Raises `WrongState` for more than can be named.
        """
        found = tx.custody.without_detail({of_item(i.evidence_id): i.last_seq for i in items}, self.export.withheld)
        named = {item.evidence_id: spans_of(found[of_item(item.evidence_id)]) for item in items}
        if any(len(spans) > MOST_SPANS for spans in named.values()):
            raise WrongState("Too much was done with an item while the package was made: ask again.", state="making")
        return named


def said(row: CustodyRow) -> dict[str, Any]:
    """The detail of an entry; empty where it is not there."""
    value: dict[str, Any] = {} if row.detail is None else parse_canonical(row.detail)
    return value


def entry_of_export(tx: Transaction, export: Export, item: ExportedItem) -> CustodyRow | None:
    """The entry by which this export is known in an item's chain; None before it was written."""
    behind = item.last_seq
    while True:
        chain, page = of_item(item.evidence_id), Page(AT_ONCE)
        rows = tx.custody.chain(chain, page, acts={Act.EVIDENCE_EXPORT}, behind=behind)
        for row in rows:
            if said(row).get("facts", {}).get("export") == str(export.id):
                return row
        if len(rows) < AT_ONCE:
            return None
        behind = rows[-1].seq
