"""Approvals, and the one way in which a detail is destroyed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from dems.db.repositories.base import Rows, paged_within
from dems.db.tables import approvals
from dems.errors import NotFound
from dems.model.acts import Act
from dems.model.approvals import Approval
from dems.model.ids import ApprovalId, CaseId
from dems.ports import Page


class ApprovalRows(Rows):
    def add(self, approval: Approval) -> None:
        self._tx.execute(insert(approvals).values(asdict(approval) | {"act": approval.act.value}))

    def get(self, approval_id: ApprovalId, *, for_update: bool = False) -> Approval:
        statement = select(approvals).where(approvals.c.id == approval_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("approval")
        return _to_approval(row)

    def confirm(self, approval: Approval) -> None:
        self._tx.execute(
            update(approvals)
            .where(approvals.c.id == approval.id)
            .values(
                confirmed_by=approval.confirmed_by,
                confirmed_name=approval.confirmed_name,
                confirmed_at=approval.confirmed_at,
            )
        )

    def waiting_for(self, act: Act, subject: UUID, at: datetime) -> Approval | None:
        row = self._tx.execute(
            select(approvals)
            .where(
                approvals.c.subject == subject,
                approvals.c.act == act.value,
                approvals.c.confirmed_at.is_(None),
                approvals.c.expires_at > at,
            )
            .order_by(approvals.c.id)
            .limit(1)
        ).first()
        return None if row is None else _to_approval(row)

    def page(self, case_id: CaseId, page: Page) -> list[Approval]:
        statement = paged_within(select(approvals), approvals.c.case_id, case_id, approvals.c.id, page)
        return [_to_approval(r) for r in self._tx.execute(statement)]

    def destroy_detail(self, approval: Approval) -> None:
        # The function belongs to the owner: the application itself may delete nothing of custody.
        self._tx.execute(select(func.destroy_detail(approval.subject, approval.id)))


def _to_approval(row: Row[Any]) -> Approval:
    return Approval(**{**row._mapping, "act": Act(row.act)})  # noqa: SLF001 it is SQLAlchemy's public name
