"""What is decided about: an item of the case, or a block of items that are listed together."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from dems.model.digests import Digest
from dems.model.ids import BlockId, CaseId, EvidenceId


class SubjectKind(StrEnum):
    ITEM = "item"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Subject:
    """One item or one block. Blocks come before items, each in the order of their ids."""

    kind: SubjectKind
    id: UUID

    def __lt__(self, other: "Subject") -> bool:
        # As tuples of the fields compare, and several times as fast: ids are compared in Python otherwise.
        return (self.kind.value, self.id.int) < (other.kind.value, other.id.int)

    @classmethod
    def item(cls, item: EvidenceId) -> "Subject":
        return cls(SubjectKind.ITEM, item)

    @classmethod
    def block(cls, block: BlockId) -> "Subject":
        return cls(SubjectKind.BLOCK, block)

    @property
    def key(self) -> str:
        """The subject as one text, as snapshots write it."""
        return f"{self.kind.value} {self.id}"


class Holding(StrEnum):
    """Where the thing itself is."""

    BYTES = "bytes"
    PHYSICAL = "physical"
    """A thing or a paper document in a store; it has a place in its custody chain and no digest."""
    OFF_SYSTEM = "off_system"
    """Not here and not to be: a placeholder says that it exists."""


class Marking(StrEnum):
    """Government security classification."""

    OFFICIAL = "official"
    OFFICIAL_SENSITIVE = "official_sensitive"
    SECRET = "secret"  # noqa: S105 a marking
    TOP_SECRET = "top_secret"  # noqa: S105 a marking


STORABLE = frozenset({Marking.OFFICIAL, Marking.OFFICIAL_SENSITIVE})


class NeverStored(StrEnum):
    """Material whose content no ordinary system holds."""

    CHIS = "chis"
    """From or about a covert human intelligence source."""
    INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a row is bound to: the bytes and the place in the item's custody chain; for a block, the digest of its annex."""

    sha256: str | None
    custody_position: int | None


@dataclass(frozen=True, slots=True)
class Material:
    """An item as schedules see it. `custody_position` is the newest place in its chain that was looked at, from 0.

    `name` is the file's. `redaction_set` is set on an edited version, whose unedited original is `derived_from`.
    """

    id: EvidenceId
    case_id: CaseId
    exhibit_ref: str
    holding: Holding
    added_on: date
    digest: Digest | None = None
    custody_position: int | None = None
    sealed: bool = False
    name: str | None = None
    marking: Marking = Marking.OFFICIAL
    never_stored: NeverStored | None = None
    unexamined: bool = False
    """Seized in bulk and not looked into."""
    edited: bool = False
    derived_from: EvidenceId | None = None
    redaction_set: str | None = None

    @property
    def subject(self) -> Subject:
        return Subject.item(self.id)

    @property
    def binding(self) -> Binding:
        return Binding(None if self.digest is None else self.digest.hex, self.custody_position)

    @property
    def can_be_bound(self) -> bool:
        """Whether a row can say which thing it means: sealed bytes with their digest, or a physical thing in custody."""
        if self.holding is Holding.BYTES:
            return self.sealed and self.digest is not None and self.custody_position is not None
        return self.holding is Holding.PHYSICAL and self.custody_position is not None
