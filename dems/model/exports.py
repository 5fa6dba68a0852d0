"""An export: a package of items and their chains for somebody outside, from the asking to the package on write-once storage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dems.errors import Invalid, NotReady, WrongState
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import CaseId, EvidenceId, ExportId, PersonId

MAX_ITEMS = 10_000
"""Of one export. A larger case is given in several."""

NEVER_WITHHELD = frozenset(
    {
        # Without these two nothing in a package can be checked.
        Act.EVIDENCE_SEAL,
        Act.EVIDENCE_EXPORT,
        # What was received, and which exhibit it is said to be: what was sealed is compared with it.
        Act.UPLOAD_COMPLETE,
        Act.EVIDENCE_CORRECT_REF,
        # What speaks against an item: other bytes than declared, gone or changed ones, and what was done about it.
        Act.EVIDENCE_MISMATCH,
        Act.EVIDENCE_FREEZE,
        Act.EVIDENCE_RECHECK,
        # That a detail was destroyed, by whom and on whose order: else it looks like one that is withheld.
        Act.APPROVAL_ASK,
        Act.DETAIL_DESTROY,
    }
)
"""What whoever gives evidence out may not keep back: on it rests what a package proves, or it is what the other side must know."""


class ExportState(StrEnum):
    MAKING = "making"
    """Due, or in a worker's hands. It may take as long as reading all its bytes does."""
    READY = "ready"
    FAILED = "failed"
    """It cannot be made; `problem` says why. Ask for another when that is mended."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was asked for, which never changes, and what became of it.

    `tag_manifest_sha256` is set before any entry names it; `size` and `sha256` are of the package as one file.
    """

    id: ExportId
    case_id: CaseId
    asked_by: PersonId
    asker: str
    """As entries name whoever asked."""
    asked_at: datetime
    recipient: str
    reason: str
    whole_case: bool
    with_bytes: bool
    withheld: tuple[Act, ...]
    items: int
    state: ExportState = ExportState.MAKING
    tag_manifest_sha256: bytes | None = None
    size: int | None = None
    sha256: Digest | None = None
    version_id: str | None = None
    ended_at: datetime | None = None
    problem: str | None = None

    def named(self, tag_manifest_sha256: bytes) -> "Export":
        """Entries are about to name the package by this. `WrongState` if they named another one."""
        if self.state is not ExportState.MAKING or self.tag_manifest_sha256 not in {None, tag_manifest_sha256}:
            raise WrongState("This export was made before, and came out otherwise.", state=self.state.value)
        return replace(self, tag_manifest_sha256=tag_manifest_sha256)

    def ready(self, size: int, sha256: Digest, version_id: str, at: datetime) -> "Export":
        """The package lies in the store."""
        if self.state is not ExportState.MAKING or self.tag_manifest_sha256 is None:
            raise WrongState(f"This export is {self.state.value}.", state=self.state.value)
        return replace(
            self, state=ExportState.READY, size=size, sha256=sha256, version_id=version_id, ended_at=at, problem=None
        )

    def failed(self, problem: str, at: datetime) -> "Export":
        """It will not be tried again."""
        if self.state is not ExportState.MAKING:
            raise WrongState(f"This export is {self.state.value}.", state=self.state.value)
        return replace(self, state=ExportState.FAILED, ended_at=at, problem=problem)

    def readable(self) -> tuple[str, int, Digest]:
        """Version, size and digest of the package. Raises `NotReady` while it is made, `WrongState` if it failed."""
        if self.state is ExportState.MAKING:
            raise NotReady("This package is still being made. Try again in a while.", state=self.state.value)
        if self.version_id is None or self.size is None or self.sha256 is None:
            raise WrongState("This package could not be made; `problem` says why.", state=self.state.value)
        return self.version_id, self.size, self.sha256


@dataclass(frozen=True, slots=True)
class ExportedItem:
    """One item as it stood when the export was asked for, and how long its chain was then.

    `item` is what the package says of it, so that making it again says the same. `last_seq` counts from 1.
    """

    evidence_id: EvidenceId
    last_seq: int
    exhibit_ref: str
    description: str
    kind: str
    state: str
    name: str | None
    size: int | None
    sha256: str | None
    key_upload: str | None
    version_id: str | None
    """Upload and version of its sealed bytes; None where there are none to give."""


def snapshot(item: Evidence, last_seq: int) -> ExportedItem:
    """What an export remembers of an item."""
    has_bytes = bytes_to_give(item)
    sha256 = item.digests.get("sha256")
    return ExportedItem(
        item.id,
        last_seq,
        item.exhibit_ref.text,
        item.description,
        item.kind.value,
        item.state.value,
        None if item.name is None else item.name.text,
        item.size,
        None if sha256 is None else sha256.hex,
        str(item.upload_id) if has_bytes else None,
        item.version_id if has_bytes else None,
    )


def bytes_to_give(item: Evidence) -> bool:
    """Whether there are sealed bytes that are known to be what was sealed."""
    return item.state is EvidenceState.SEALED and item.integrity is not Integrity.MISSING


def withholdable(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Acts whose details are to be left out, in one order. Raises `Invalid` for those on which the rest depends."""
    needed = sorted(act.value for act in acts if act in NEVER_WITHHELD)
    if needed:
        raise Invalid(
            f"The details of {' and '.join(needed)} cannot be withheld: the package rests on them.", field="withhold"
        )
    return tuple(sorted(set(acts), key=lambda act: act.value))
