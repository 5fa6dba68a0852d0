"""The persons a case is about or with. What they are to it are facts, which name them by id only."""

from dataclasses import dataclass, replace
from datetime import datetime

from dems.model.ids import CaseId, PartyId


@dataclass(frozen=True, slots=True)
class Party:
    """One person, on one case. `reference` is what the case system calls them; it never changes."""

    id: PartyId
    case_id: CaseId
    name: str
    contact: str | None
    reference: str | None
    added_at: datetime
    version: int = 1

    def corrected(self, name: str, contact: str | None) -> "Party":
        """With the right name and contact (Data Protection Act 2018, section 46); itself where they are right already."""
        if (name, contact) == (self.name, self.contact):
            return self
        return replace(self, name=name, contact=contact, version=self.version + 1)
