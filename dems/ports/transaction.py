"""The transaction: one unit of work, with its repositories, the permission check and the custody entries."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.model.ids import CaseId, IntakeId, PersonId, UploadId
from dems.ports.anchors import Anchors
from dems.ports.approvals import Approvals
from dems.ports.clocks import Clocks, Letters, Reminders
from dems.ports.disclosure import Blocks, Disclosure, MaterialOfCases
from dems.ports.events import Events
from dems.ports.exports import Exports
from dems.ports.findings import Findings
from dems.ports.imports import Imports
from dems.ports.invitations import Announcements, Invitations
from dems.ports.ledger import Ledger
from dems.ports.links import LinksGiven
from dems.ports.lives import Lives, Parties
from dems.ports.measures import Measures
from dems.ports.reopening import Reopening
from dems.ports.repositories import (
    AccessGrants,
    Cases,
    Custody,
    EvidenceItems,
    HashStates,
    IdempotencyKeys,
    Jobs,
    People,
    Tokens,
    Upkeep,
    Verifications,
)
from dems.ports.reviewing import Reviewing
from dems.ports.schedules import Schedules
from dems.ports.searching import Searching
from dems.ports.uploads import Intakes, Uploads


class Transaction(Protocol):
    @property
    def people(self) -> People: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def lives(self) -> Lives: ...
    @property
    def parties(self) -> Parties: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def evidence(self) -> EvidenceItems: ...
    @property
    def intakes(self) -> Intakes: ...
    @property
    def invitations(self) -> Invitations: ...
    @property
    def links(self) -> LinksGiven: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def findings(self) -> Findings: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def searching(self) -> Searching: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def measures(self) -> Measures: ...
    @property
    def events(self) -> Events: ...
    @property
    def disclosure(self) -> Disclosure: ...
    @property
    def blocks(self) -> Blocks: ...
    @property
    def material(self) -> MaterialOfCases: ...
    @property
    def reviewing(self) -> Reviewing: ...
    @property
    def reopening(self) -> Reopening: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def access_grants(self) -> AccessGrants: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def custody(self) -> Custody: ...
    @property
    def anchors(self) -> Anchors: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def hash_states(self) -> HashStates: ...
    @property
    def idempotency(self) -> IdempotencyKeys: ...
    @property
    def upkeep(self) -> Upkeep: ...

    def authorise(
        self,
        actor: Actor,
        act: Act,
        *,
        case_id: CaseId | None = None,
        person_id: PersonId | None = None,
        upload_id: UploadId | None = None,
        intake_id: IntakeId | None = None,
    ) -> Authority:
        """Ask `may`, with the standings as they are in this transaction, and an invitation whether it still stands.

        Raises `NotFound` where the caller may not know of the subject, else `NotPermitted`, `SelfGrant`,
        `NotAuthenticated` for an invitation that is over.
        """
        ...

    def continuing(self, authority: Authority) -> None:
        """Carry on an act for which permission was given in an earlier transaction of the same use case."""
        ...

    def denied(self, actor: Actor, what: str, asked: Mapping[str, str], outcome: str) -> None:
        """Note that somebody known was refused, for their chain."""
        ...

    def consulted(self, authority: Authority, subject: UUID, **fact: Any) -> None:
        """Note that a record was looked at, for the person's chain (DPA 2018 s.62)."""
        ...


class Transactions(Protocol):
    def __call__(self) -> AbstractContextManager[Transaction]: ...
