"""Re-deriving one chain, entry by entry: each leaf is made anew from what lies before and beside it, and compared.

However long the chain is, only its last leaf is kept.
"""

import hmac
from typing import Any
from uuid import UUID

from dems.ledger.entry import Entry, EntryInvalid, Leaf, leaf_hash, next_leaf
from dems.model.acts import Act
from dems.model.custody import ChainKind
from dems.model.ids import EntryId
from dems.ports.holdings import HeldEntry


class Rederiving:
    """One chain. `seal` holds the facts of its sealing, once that has come by."""

    def __init__(self, chain_id: UUID) -> None:
        self._chain_id = chain_id
        self._previous: bytes | None = None
        self._count = 0
        self.broken = False
        """An entry did not hold; what comes after it says nothing."""
        self.seal: dict[str, Any] | None = None
        self._received: dict[str, str] = {}
        """By upload, the SHA-256 of its only part as it was received."""
        self.readings: dict[str, dict[str, Any]] = {}
        """By the reading's id, what its entry says of it."""
        self.destroyed = 0
        """Entries whose details two people destroyed; what they said is not known."""
        self._unexplained: dict[str, tuple[int, EntryId]] = {}
        """Of those, by the entry's id its place, the ones of which no later entry has said yet who destroyed them."""
        self.lost_upload: str | None = None
        """The upload of which an entry says that its bytes were not in the store."""

    def take(self, held: HeldEntry) -> None:
        """The next entry of the chain. Raises `EntryInvalid` saying what does not hold; the chain is at its end then."""
        self._count += 1
        try:
            detail = self._follows(held)
            if detail is not None:
                _fits(held, detail)
        except EntryInvalid as error:
            self.broken = True
            raise EntryInvalid(f"entry {self._count}: {error}") from error
        self._previous = held.row.leaf
        if detail is None:
            self.destroyed += 1
            self._unexplained[str(held.row.id)] = self._count, held.row.id
        else:
            self._note(detail)

    def unexplained(self) -> list[tuple[int, EntryId]]:
        """At the end of the chain: places and entries of details that are gone although no entry says that they were destroyed."""
        return sorted(self._unexplained.values())

    def _note(self, detail: dict[str, Any]) -> None:
        """What the rest of the installation is compared with."""
        if detail["act"] == Act.DETAIL_DESTROY.value:
            self._unexplained.pop(detail["facts"]["entry"], None)
        if detail["act"] == Act.UPLOAD_COMPLETE.value and len(detail["facts"].get("parts_sha256", [])) == 1:
            self._received[detail["facts"]["upload"]] = detail["facts"]["parts_sha256"][0]
        if detail["act"] == Act.EVIDENCE_SEAL.value:
            self.seal = detail["facts"]
            self._sealed_as_received(detail["facts"])
        if detail["act"] == Act.FINDINGS_RECORD.value:
            self.readings[detail["facts"]["reading"]] = detail["facts"]
        if detail["act"] == Act.EVIDENCE_MISMATCH.value and "missing" in detail["facts"].get("problems", []):
            self.lost_upload = detail["facts"].get("upload")

    def _sealed_as_received(self, facts: dict[str, Any]) -> None:
        sealed = facts["digests"]["sha256"]
        if self._received.get(facts["upload"], sealed) != sealed:
            raise EntryInvalid(f"entry {self._count}: it seals other bytes than an earlier entry says were received")

    def _follows(self, held: HeldEntry) -> dict[str, Any] | None:
        """The detail; None where it was destroyed, and the leaf alone shows that it follows."""
        row = held.row
        leaf = Leaf.from_bytes(row.leaf)
        if row.seq != self._count or leaf.seq != self._count:
            raise EntryInvalid(
                f"what stands in its place says that it is number {leaf.seq} and is kept as number {row.seq}"
            )
        if row.nonce is None or row.detail is None:
            if row.destroyed is None:
                raise EntryInvalid("its detail is not here")
            detail = None
            derived = Leaf(self._chain_id, self._count, self._hash_before(), leaf.at, leaf.commitment)
        else:
            detail = Entry(row.leaf, row.nonce, row.detail).opened()
            derived = next_leaf(self._chain_id, self._previous, at=leaf.at, nonce=row.nonce, detail=row.detail)
        if not hmac.compare_digest(derived.to_bytes(), row.leaf):
            raise EntryInvalid("it does not follow from the one before it")
        if not hmac.compare_digest(leaf_hash(row.leaf), row.leaf_hash) or row.at != leaf.at:
            raise EntryInvalid("the hash or the time kept beside its leaf is another")
        return detail

    def _hash_before(self) -> bytes | None:
        return None if self._previous is None else leaf_hash(self._previous)


def _fits(held: HeldEntry, detail: dict[str, Any]) -> None:
    """What the database says beside a detail, to find it by, is what the detail says; and the chain is its subject's."""
    said = (detail.get("entry"), detail.get("act"), detail.get("case"), detail.get("evidence"))
    if said != (str(held.row.id), held.act, _text(held.case_id), _text(held.evidence_id)):
        raise EntryInvalid("what is kept beside its detail, to find it by, is not what the detail says")
    about = {ChainKind.ITEM: detail.get("evidence"), ChainKind.CASE: detail.get("case")}
    if about.get(held.chain.kind, str(held.chain.subject)) != str(held.chain.subject):
        raise EntryInvalid(f"it is about another {held.chain.kind.value}")


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
