"""An intake: items declared together and sent together, and how far each of them has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dems.errors import WrongState
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import CaseId, IntakeId, PersonId
from dems.model.uploads import Upload, UploadState

MAX_ITEMS = 10_000
"""Of one manifest; a larger folder is several intakes."""

MOST_ITEMS = 50_000
"""Of one intake, with all that was added later."""


class IntakeKind(StrEnum):
    MANIFEST = "manifest"
    INVITATION = "invitation"
    """Grows with what the holder of an invitation sends."""


class Outcome(StrEnum):
    """How far an item of an intake has come; every item has exactly one."""

    MISSING = "missing"
    """Its bytes have not come, or did not come while its upload was open."""
    RECEIVED = "received"
    """Its bytes are in the store and are being read back."""
    SEALED = "sealed"
    DIFFERENT = "different"
    """What was read back is not what was declared."""
    FAILED = "failed"
    """The store lost or changed its bytes."""


@dataclass(frozen=True, slots=True)
class Intake:
    """`declared` is how many items its manifest had; what was added later is extra."""

    id: IntakeId
    case_id: CaseId
    kind: IntakeKind
    label: str | None
    declared: int
    created_by: PersonId
    created_at: datetime
    expires_at: datetime

    def takes_items(self, at: datetime) -> None:
        """Raise `WrongState` unless items may still be added."""
        if at >= self.expires_at:
            raise WrongState("This intake is over: begin another for what is still to come.", state="expired")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items of an intake are where. `received` counts all whose bytes came, whatever was found then."""

    declared: int
    received: int
    sealed: int
    missing: int
    different: int
    failed: int
    extra: int


def outcome_of_item(state: EvidenceState, integrity: Integrity, *, read_back: bool) -> Outcome:
    """`read_back` says whether digests of stored bytes exist: a mismatch without any is bytes that the store lost."""
    if state in {EvidenceState.DECLARED, EvidenceState.UPLOADING}:
        return Outcome.MISSING
    if state is EvidenceState.VERIFYING:
        return Outcome.RECEIVED
    if state is EvidenceState.MISMATCH:
        return Outcome.DIFFERENT if read_back else Outcome.FAILED
    if state is EvidenceState.FROZEN or integrity in {Integrity.MISSING, Integrity.UNREADABLE, Integrity.ALTERED}:
        return Outcome.FAILED
    return Outcome.SEALED


def counts_of(outcomes: Mapping[Outcome, int], extra: int) -> Counts:
    total = sum(outcomes.values())
    missing = outcomes.get(Outcome.MISSING, 0)
    return Counts(
        declared=total - extra,
        received=total - missing,
        sealed=outcomes.get(Outcome.SEALED, 0),
        missing=missing,
        different=outcomes.get(Outcome.DIFFERENT, 0),
        failed=outcomes.get(Outcome.FAILED, 0),
        extra=extra,
    )


def reason_for(item: Evidence, upload: Upload | None, outcome: Outcome, *, announced: bool) -> str | None:
    """Why an item is not sealed and what to do, in a sentence; None where nothing is to be done.

    `announced` says that bytes of this upload were said to be in the store, or that addresses to send them to were given.
    """
    if outcome is Outcome.DIFFERENT:
        return "What was read back from the store is not what was declared: send the file again in a fresh upload."
    if outcome is Outcome.FAILED:
        lost = "The store lost the bytes before they could be read back: send the file again in a fresh upload."
        altered = "The stored bytes are no longer what was sealed: an administrator must look."
        return lost if item.state is EvidenceState.MISMATCH else altered
    if outcome is not Outcome.MISSING or upload is None:
        return None
    over = "Its upload was {} before the bytes came: open a fresh upload and send the file."
    return {
        UploadState.EXPIRED: over.format("closed because its time was over"),
        UploadState.ABANDONED: over.format("abandoned"),
        UploadState.COMPLETING: "Its bytes were announced and are being looked for in the store.",
    }.get(
        upload.state,
        "Not all of its bytes are in the store: send what is missing and complete the upload."
        if announced
        else "Its bytes have not come yet.",
    )
