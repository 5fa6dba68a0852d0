"""Invitations: a link by which somebody without an account sends what they were asked for, and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dems.errors import Invalid, LimitReached, NotAuthenticated
from dems.model.acts import Act
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, IntakeId, InvitationId, PersonId
from dems.model.intakes import MAX_ITEMS, Counts
from dems.model.times import LONDON

LONGEST = timedelta(days=90)
"""From the making of an invitation to its end; who needs longer is invited again."""

MOST_BYTES = 2**53 - 1
"""What every reader of JSON can still count."""

AT_ONCE = 500
"""Items that the holder declares in one request."""

LOOKS = frozenset({Act.INVITATION_OPEN, Act.INTAKE_READ, Act.UPLOAD_READ, Act.EVIDENCE_RECEIPT})
"""What an invitation still opens when its time is over, so that whoever has sent something can fetch the receipts."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an investigator asks of somebody; sizes in bytes."""

    asked_for: str
    recipient: str
    """The force, firm or person, as custody entries name the sender."""
    contact: str
    """Whom the holder may ask, and how."""
    exhibit_prefix: str
    source: str | None
    max_files: int
    max_bytes: int
    expires_at: datetime

    def check(self, now: datetime) -> None:
        """Raises `Invalid`."""
        if not 1 <= self.max_files <= MAX_ITEMS:
            raise Invalid(f"An invitation is for 1 to {MAX_ITEMS} files.", field="max_files")
        if not 1 <= self.max_bytes <= MOST_BYTES:
            raise Invalid(f"An invitation is for 1 to {MOST_BYTES} bytes.", field="max_bytes")
        if not now < self.expires_at <= now + LONGEST:
            raise Invalid(
                f"An invitation ends later than now and within {LONGEST.days} days: choose another `expires_at`.",
                field="expires_at",
            )
        try:
            ExhibitRef(f"{self.exhibit_prefix}/{self.max_files}")
        except ValueError as error:
            raise Invalid(f"No exhibit reference can begin like this: {error}.", field="exhibit_prefix") from error


@dataclass(frozen=True, slots=True)
class Sent:
    """What was declared by way of an invitation: how many files, and the bytes that are in the store or may still come."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How an invitation stands: what was sent, how far that has come, and when bytes last arrived."""

    sent: Sent
    counts: Counts
    last_received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Its intake has the items; it is over when its time has come or somebody has withdrawn it."""

    id: InvitationId
    case_id: CaseId
    intake_id: IntakeId
    terms: Terms
    created_by: PersonId
    created_at: datetime
    revoked_at: datetime | None = None

    def opens(self, act: Act, at: datetime) -> None:
        """Raise `NotAuthenticated` unless its holder may do this now, as far as the invitation itself goes."""
        if self.revoked_at is not None:
            raise NotAuthenticated(f"This invitation was withdrawn. Ask {self.terms.contact}.")
        if at >= self.terms.expires_at and act not in LOOKS:
            raise NotAuthenticated(f"{self._over} Ask {self.terms.contact} for another.")

    def why_closed(self, at: datetime) -> str | None:
        """Why nothing may be sent any more, in a sentence; None while its time lasts."""
        return self._over if at >= self.terms.expires_at else None

    @property
    def _over(self) -> str:
        return f"This invitation ended on {self.terms.expires_at.astimezone(LONDON):%-d %B %Y at %H:%M} and takes no more files."

    def takes(self, more: Sent, sent: Sent) -> None:
        """Raises `LimitReached` when `more` would go beyond what was agreed, with `sent` declared already."""
        files_left, bytes_left = self.left(sent)
        if more.files > files_left or more.bytes > bytes_left:
            raise LimitReached(
                f"This invitation is for {self.terms.max_files} files and {self.terms.max_bytes} bytes together; {files_left} files "
                f"and {bytes_left} bytes are left, and {more.files} files with {more.bytes} bytes were to be added. Nothing "
                f"was added: send less, or ask {self.terms.contact}.",
                files_left=files_left,
                bytes_left=bytes_left,
            )

    def left(self, sent: Sent) -> tuple[int, int]:
        """How many files and bytes may still be declared."""
        return max(0, self.terms.max_files - sent.files), max(0, self.terms.max_bytes - sent.bytes)


@dataclass(frozen=True, slots=True)
class Announcement:
    """That files of an invitation arrived since the last one that its reader has seen; `sent` is what arrived.

    Who sent them is in the entries: whoever works on the case may have sent what was asked of somebody else. An
    announcement tells of what came before the invitation was withdrawn or of what came after it, never of both.
    """

    id: UUID
    at: datetime
    case_id: CaseId
    intake_id: IntakeId
    invitation_id: InvitationId
    recipient: str
    sent: Sent
    withdrawn_at: datetime | None = None
    """When the invitation was withdrawn, where these files came after that."""

    @property
    def text(self) -> str:
        files = "1 file" if self.sent.files == 1 else f"{self.sent.files:,} files"
        told = f"{files} ({_amount(self.sent.bytes)}) arrived under the invitation to {self.recipient}"
        if self.withdrawn_at is None:
            return f"{told}."
        return f"{told}, after it was withdrawn on {self.withdrawn_at.astimezone(LONDON):%-d %B %Y at %H:%M}."


def _amount(size: int) -> str:
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return "1 byte" if size == 1 else f"{size} bytes"


def invited(invitation: Invitation) -> dict[str, str]:
    """What the entry of an item that was sent by way of an invitation says of it."""
    return {"invitation": str(invitation.id), "recipient": invitation.terms.recipient}
