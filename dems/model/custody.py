"""What a custody entry says: the detail that lies beside the leaf, and which chain it belongs to.

The names and roles in a detail are those of the moment of the act. They are never looked up later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from dems.model.actors import Actor
from dems.model.acts import S62_OPERATION, Act
from dems.model.ids import CaseId, EntryId, EvidenceId, PersonId, StrandId
from dems.model.people import Person
from dems.model.times import rfc3339

INSTALLATION_ID = UUID(int=0)

MOST_DETAIL_BYTES = 64 * 1024 - 1
"""What the detail of an entry has at most, in canonical form: whoever reads a chain knows beforehand how much that is."""

MOST_FACTS_BYTES = 56 * 1024
"""What facts and reason may have of it; names, roles and ids of whoever acts have the rest."""


class ChainKind(StrEnum):
    ITEM = "item"
    """Custody proper of one item: intake, verification, access, transfer, hold, disposal."""
    CASE = "case"
    PERSON = "person"
    """What was done to a person's record, and in bounded batches what they looked at or were denied."""
    INSTALLATION = "installation"
    PROCEEDING = "proceeding"
    """Disclosure in one proceeding, as far as everybody on the case may know of it."""
    RESTRICTED = "restricted"
    """Disclosure in one proceeding, as far as it is sensitive: for whoever has both clearances."""


@dataclass(frozen=True, slots=True, order=True)
class ChainOf:
    """Whose chain it is. The chain's own id is random, so that leaves do not say what they are about."""

    kind: ChainKind
    subject: UUID


def of_item(evidence_id: EvidenceId) -> ChainOf:
    return ChainOf(ChainKind.ITEM, evidence_id)


def of_case(case_id: CaseId) -> ChainOf:
    return ChainOf(ChainKind.CASE, case_id)


def of_person(person_id: PersonId) -> ChainOf:
    return ChainOf(ChainKind.PERSON, person_id)


def of_proceeding(proceeding: StrandId) -> ChainOf:
    return ChainOf(ChainKind.PROCEEDING, proceeding)


def restricted_of(proceeding: StrandId) -> ChainOf:
    """Its entries name no case beside their details: lists of a case's entries have none of them."""
    return ChainOf(ChainKind.RESTRICTED, proceeding)


INSTALLATION = ChainOf(ChainKind.INSTALLATION, INSTALLATION_ID)


@dataclass(frozen=True, slots=True)
class Authority:
    """That `actor` may do `act`, and in which role: made by the permission check, needed for every entry."""

    actor: Actor
    act: Act
    role: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """An entry about to be appended. `facts` holds only what `dems.ledger.canonical` takes."""

    id: EntryId
    chain: ChainOf
    authority: Authority
    act: Act
    case_id: CaseId | None = None
    evidence_id: EvidenceId | None = None
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def detail(self, at: datetime) -> dict[str, Any]:
        """The detail as recorded at `at`."""
        actor = self.authority.actor
        operation = S62_OPERATION.get(self.act)
        return {
            "act": self.act.value,
            "actor": {
                "kind": actor.kind.value,
                "name": actor.name,
                "person": None if actor.person is None else person_facts(actor.person),
                "role": self.authority.role,
                "token": None if actor.token_id is None else str(actor.token_id),
            },
            "at": rfc3339(at),
            "case": None if self.case_id is None else str(self.case_id),
            "entry": str(self.id),
            "evidence": None if self.evidence_id is None else str(self.evidence_id),
            "facts": dict(self.facts),
            "on_behalf_of": None if actor.on_behalf_of is None else person_facts(actor.on_behalf_of),
            "reason": self.reason,
            "request": actor.request_id,
            "s62": None if operation is None else operation.value,
        }


def person_facts(person: Person) -> dict[str, Any]:
    """A person as entries name them: as they are called at the moment of the act."""
    return {"email": person.email, "id": str(person.id), "name": person.name}
