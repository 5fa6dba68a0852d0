"""Invitations and receipts on the wire."""

import base64
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Hex256, Instant, Line, Prose, View
from api.schemas.intakes import CountsView
from dems.model.acts import Act
from dems.model.evidence import EvidenceState
from dems.model.intakes import MAX_ITEMS
from dems.model.invitations import MOST_BYTES, Invitation, Progress, Terms
from dems.usecases.evidence.receipt import Receipt
from dems.usecases.invitations.look_up import Asked


class NewInvitation(Body):
    asked_for: Prose = Field(examples=["All footage of the custody desk, 3 March 2026, 14:00 to 18:00"])
    recipient: Line = Field(description="Force, firm or person, as custody entries name the sender")
    contact: Line = Field(
        description="Whom the holder may ask, and how", examples=["DI Jane Moss, 020 7946 0000, jane.moss@example.org"]
    )
    exhibit_prefix: Annotated[Line, StringConstraints(max_length=50)] = Field(
        description="What is sent becomes PREFIX/1, PREFIX/2, …", examples=["ABC"]
    )
    source: Prose | None = Field(default=None, description="Where the items come from; the recipient if left out")
    max_files: int = Field(ge=1, le=MAX_ITEMS, strict=True)
    max_bytes: int = Field(ge=1, le=MOST_BYTES, strict=True, description="Of all files together")
    expires_at: Instant

    def terms(self) -> Terms:
        return Terms(
            self.asked_for,
            self.recipient,
            self.contact,
            self.exhibit_prefix,
            self.source,
            self.max_files,
            self.max_bytes,
            self.expires_at,
        )


class InvitationView(View):
    """`sent_files` and `sent_bytes` are what was declared so far; `counts` says how far it has come."""

    id: UUID
    case_id: UUID
    intake_id: UUID
    asked_for: str
    recipient: str
    contact: str
    exhibit_prefix: str
    source: str | None
    max_files: int
    max_bytes: int
    created_at: Instant
    created_by: UUID
    expires_at: Instant
    revoked_at: Instant | None
    sent_files: int
    sent_bytes: int
    last_received_at: Instant | None
    counts: CountsView

    @classmethod
    def of(cls, invitation: Invitation, progress: Progress) -> "InvitationView":
        terms = invitation.terms
        return cls(
            id=invitation.id,
            case_id=invitation.case_id,
            intake_id=invitation.intake_id,
            asked_for=terms.asked_for,
            recipient=terms.recipient,
            contact=terms.contact,
            exhibit_prefix=terms.exhibit_prefix,
            source=terms.source,
            max_files=terms.max_files,
            max_bytes=terms.max_bytes,
            created_at=invitation.created_at,
            created_by=invitation.created_by,
            expires_at=terms.expires_at,
            revoked_at=invitation.revoked_at,
            sent_files=progress.sent.files,
            sent_bytes=progress.sent.bytes,
            last_received_at=progress.last_received_at,
            counts=CountsView.model_validate(progress.counts),
        )


class MadeInvitation(InvitationView):
    url: str = Field(description="Give it to the recipient; whoever has it can send in their name. Shown this once")
    invitation_token: str = Field(description="The part of `url` after the #. A repeated request ends the earlier one")


class AskedView(View):
    """What the holder of an invitation is asked for, and how much they may still send."""

    intake_id: UUID
    asked_for: str
    recipient: str
    contact: str
    max_files: int
    max_bytes: int
    files_left: int
    bytes_left: int
    expires_at: Instant
    closed: str | None = Field(description="Why nothing may be sent any more, in a sentence; null while it may")
    now: Instant = Field(description="Our time: `expires_at` is to be compared with this, not with the caller's clock")

    @classmethod
    def of(cls, asked: Asked) -> "AskedView":
        terms = asked.invitation.terms
        files_left, bytes_left = asked.invitation.left(asked.sent)
        return cls(
            intake_id=asked.invitation.intake_id,
            asked_for=terms.asked_for,
            recipient=terms.recipient,
            contact=terms.contact,
            max_files=terms.max_files,
            max_bytes=terms.max_bytes,
            files_left=files_left,
            bytes_left=bytes_left,
            expires_at=terms.expires_at,
            closed=asked.closed,
            now=asked.now,
        )


class ReceiptEntry(View):
    """One custody entry. Its leaf hash does not change: whoever holds it can ask for proof of it at any time."""

    id: UUID
    act: Act
    seq: int
    at: Instant
    leaf_hash: Hex256
    index: int | None = Field(description="Place in the log; null while the log has not taken it in")
    proof: str | None = Field(
        description="The entry's .tlog-proof (C2SP tlog-proof), as a file of its own; null until the log was signed over it"
    )


class SenderView(View):
    """Who sent the bytes: the person, or what the invited are called; `kind` is by what they were known."""

    kind: Literal["person", "service", "upload", "intake", "invitation"]
    name: str
    on_behalf_of: str | None


class ReceiptView(View):
    """What we have of an item, as it stood `at` this time. Keep it: it proves what was given to us, and when."""

    evidence_id: UUID
    exhibit_ref: str
    name: str | None
    name_base64: str | None
    size: int | None
    declared_sha256: Hex256 | None = Field(description="What the sender said")
    sha256: Hex256 | None = Field(description="What we found over the bytes as stored; null until they were read back")
    digests: dict[str, str]
    state: EvidenceState
    declared_at: Instant
    received_at: Instant | None = Field(
        description="When the store had all bytes, by its clock and to the second where it said so, else when we knew"
    )
    sent_by: SenderView | None = Field(description="Who sent the bytes; null until they have come")
    sealed_at: Instant | None
    at: Instant
    chain: UUID | None = Field(description="The item's chain of custody entries")
    entries: list[ReceiptEntry]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        item, upload = receipt.evidence, receipt.upload
        name, found = item.name, item.digests.get("sha256")
        return cls(
            evidence_id=item.id,
            exhibit_ref=item.exhibit_ref.text,
            name=None if name is None else name.text,
            name_base64=None if name is None or name.exact else base64.b64encode(name.raw).decode(),
            size=item.size,
            declared_sha256=None if upload is None or upload.declared is None else upload.declared.hex,
            sha256=None if found is None else found.hex,
            digests={algorithm: d.hex for algorithm, d in sorted(item.digests.items())},
            state=item.state,
            declared_at=item.declared_at,
            received_at=None if upload is None else upload.completed_at,
            sent_by=None if receipt.sent_by is None else SenderView.model_validate(receipt.sent_by),
            sealed_at=item.sealed_at,
            at=receipt.at,
            chain=receipt.entries[0][1].chain_id if receipt.entries else None,
            entries=[
                ReceiptEntry(
                    id=row.id,
                    act=act,
                    seq=row.seq,
                    at=row.at,
                    leaf_hash=row.leaf_hash.hex(),
                    index=row.index,
                    proof=receipt.proofs[row.id].decode() if row.id in receipt.proofs else None,
                )
                for act, row in receipt.entries
            ],
        )
