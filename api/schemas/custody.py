"""Custody entries on the wire: what they say, and the exact bytes by which anyone can check it."""

import base64
from typing import Any
from uuid import UUID

from pydantic import Field
from pydantic_core import from_json

from api.schemas.base import Instant, View
from dems.model.times import rfc3339
from dems.ports import CustodyRow, Destroyed


class DestroyedView(View):
    """Two people destroyed the detail. The entry of `custody.destroy_detail` further on in the chain says why."""

    at: Instant
    approval: UUID
    asked_by: str
    confirmed_by: str


class EntryView(View):
    """One entry. `leaf` is what is hashed; `SHA-256(nonce ‖ detail)` is the commitment inside it."""

    id: UUID
    chain: UUID
    seq: int
    at: Instant
    act: str | None
    actor: dict[str, Any] | None
    on_behalf_of: dict[str, Any] | None
    case_id: str | None
    evidence_id: str | None
    reason: str | None
    facts: dict[str, Any] | None
    leaf: str = Field(description="Base64 of the leaf's exact bytes")
    leaf_hash: str = Field(description="SHA-256(0x00 ‖ leaf), hexadecimal")
    nonce: str | None = Field(description="Base64; null where the detail is withheld or was destroyed")
    detail: str | None = Field(description="Base64 of the detail's exact bytes (canonical JSON)")
    destroyed: DestroyedView | None = Field(description="Who destroyed the detail, and when; null where nobody did")
    index: int | None = Field(description="Place in the log; null while the log has not taken the entry in")

    @classmethod
    def of(cls, row: CustodyRow) -> "EntryView":
        return cls.model_validate(entry_data(row))


def entry_data(row: CustodyRow) -> dict[str, Any]:
    """An entry as `EntryView` says, of what JSON is written from: a page has hundreds, so they go through no model."""
    said = {} if row.detail is None else from_json(row.detail)
    gone = row.destroyed
    return {
        "id": row.id,
        "chain": row.chain_id,
        "seq": row.seq,
        "at": rfc3339(row.at),
        "act": said.get("act"),
        "actor": said.get("actor"),
        "on_behalf_of": said.get("on_behalf_of"),
        "case_id": said.get("case"),
        "evidence_id": said.get("evidence"),
        "reason": said.get("reason"),
        "facts": said.get("facts"),
        "leaf": _base64(row.leaf),
        "leaf_hash": row.leaf_hash.hex(),
        "nonce": None if row.nonce is None else _base64(row.nonce),
        "detail": None if row.detail is None else _base64(row.detail),
        "destroyed": None if gone is None else _destroyed(gone),
        "index": row.index,
    }


def _destroyed(gone: Destroyed) -> dict[str, Any]:
    said = {"asked_by": gone.asked_by, "confirmed_by": gone.confirmed_by}
    return {"at": rfc3339(gone.at), "approval": gone.approval_id, **said}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
