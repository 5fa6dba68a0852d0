"""All that an installation holds, in pages, for whoever looks through the whole of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dems.model.custody import ChainOf
from dems.model.ids import EvidenceId, UploadId
from dems.model.uploads import Upload
from dems.ports.values import CustodyRow


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """One entry, the chain it is kept under, and what the database says beside its detail about what it concerns."""

    chain: ChainOf
    row: CustodyRow
    act: str | None
    case_id: UUID | None
    evidence_id: UUID | None

    @property
    def place(self) -> tuple[UUID, int]:
        """Where it stands among all entries: chain by chain, each in its order."""
        return self.row.chain_id, self.row.seq


class Holdings(Protocol):
    """Reads only. Every call is a page in a fixed order, after the last of the page before; a shorter one is the last."""

    def entries(self, limit: int, after: tuple[UUID, int] | None = None) -> list[HeldEntry]:
        """Of all chains, by `HeldEntry.place`."""
        ...

    def chains_without_entries(self) -> list[ChainOf]:
        """The first hundred."""
        ...

    def items_without_chain(self) -> list[EvidenceId]:
        """The first hundred."""
        ...

    def locked_until(self, upload_ids: Sequence[UploadId]) -> dict[UploadId, datetime]:
        """Until when the store had confirmed the locks of these uploads' objects, where it had."""
        ...

    def unsealed_uploads(self, limit: int, after: UploadId | None = None) -> list[Upload]:
        """Completed uploads whose bytes are not those of a sealed item."""
        ...
