"""Block listing: many items by quantity and generic title, as a question that was frozen with its answer.

Code of Practice, paragraph 6.10, and the Attorney General's Guidelines 2022, Annex A, paragraph 51.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dems.errors import Invalid
from dems.model.digests import Digest
from dems.model.disclosure.freezing import Snapshot, frozen
from dems.model.disclosure.material import Binding, Subject
from dems.model.disclosure.searches import Sample
from dems.model.ids import BlockId, EvidenceId, SearchId

MOST_LISTED = 20_000
"""Items that one question lists together: its annex is one document."""


@dataclass(frozen=True, slots=True)
class AnnexLine:
    """One item of the block, with the digest of its bytes."""

    item: EvidenceId
    digest: Digest


@dataclass(frozen=True, slots=True)
class FrozenQuery:
    """What was asked, in the words of the search, and when; `searches` are the strategies behind it."""

    question: str
    asked_at: datetime
    searches: tuple[SearchId, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Items listed together. The annex names each of them that has bytes here; a block of things outside has none.

    Raises `Invalid` where annex and quantity differ, or an item is in it twice. What must be said of a block is rule R07's to find.
    """

    id: BlockId
    title: str
    quantity: int
    source: str
    """The device, account or store they come from."""
    reason: str
    """Why listing them one by one is impracticable."""
    query: FrozenQuery
    annex: tuple[AnnexLine, ...] = ()
    first: date | None = None
    last: date | None = None
    samples: tuple[Sample, ...] = ()

    def __post_init__(self) -> None:
        if len({line.item for line in self.annex}) != len(self.annex):
            raise Invalid("An item is in a block once.")
        if self.annex and self.quantity != len(self.annex):
            raise Invalid(f"The block says {self.quantity} and its annex names {len(self.annex)}: make them agree.")

    @property
    def subject(self) -> Subject:
        return Subject.block(self.id)

    @property
    def items(self) -> frozenset[EvidenceId]:
        return frozenset(line.item for line in self.annex)

    @property
    def frozen_annex(self) -> Snapshot:
        """The annex in one byte form: its items by id, whatever their order here, with the question that chose them."""
        lines = sorted((str(line.item), line.digest.hex) for line in self.annex)
        value: dict[str, Any] = {
            "asked_at": self.query.asked_at.isoformat(),
            "items": [{"item": item, "sha256": digest} for item, digest in lines],
            "quantity": self.quantity,
            "question": self.query.question,
            "searches": sorted(str(s) for s in self.query.searches),
        }
        return frozen(value)

    @property
    def binding(self) -> Binding:
        return Binding(self.frozen_annex.digest.hex, None)


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """How the question's answer differs now: items that came, that went, and whose bytes are others."""

    come: frozenset[EvidenceId]
    gone: frozenset[EvidenceId]
    altered: frozenset[EvidenceId]

    @property
    def same(self) -> bool:
        return not (self.come or self.gone or self.altered)


def asked_again(block: Block, found: Mapping[EvidenceId, Digest]) -> AskedAgain:
    """Compare a block with what its question finds now. The block stays as it is: what came in is decided on by itself."""
    then = {line.item: line.digest for line in block.annex}
    return AskedAgain(
        frozenset(found.keys() - then.keys()),
        frozenset(then.keys() - found.keys()),
        frozenset(item for item in found.keys() & then.keys() if not found[item].same_as(then[item])),
    )
