"""Approvals in a transaction, and what they allow."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from dems.model.acts import Act
from dems.model.approvals import Approval
from dems.model.ids import ApprovalId, CaseId
from dems.ports.values import Page


class Approvals(Protocol):
    def add(self, approval: Approval) -> None: ...
    def get(self, approval_id: ApprovalId, *, for_update: bool = False) -> Approval:
        """Raises `NotFound`."""
        ...

    def confirm(self, approval: Approval) -> None:
        """Record who agreed. The database refuses a second time, the same person, and what has expired."""
        ...

    def waiting_for(self, act: Act, subject: UUID, at: datetime) -> Approval | None:
        """The one that somebody could still agree to."""
        ...

    def page(self, case_id: CaseId, page: Page) -> list[Approval]:
        """Of one case, in the order in which they were asked for."""
        ...

    def destroy_detail(self, approval: Approval) -> None:
        """Destroy the detail and the nonce of the entry that a confirmed approval is about, for good."""
        ...
