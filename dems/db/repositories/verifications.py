"""Later verifications of sealed evidence."""

from typing import Any

from sqlalchemy import Row, insert, select, update

from dems.db.repositories.base import Rows, paged
from dems.db.tables import verifications
from dems.errors import NotFound
from dems.model.digests import Digest
from dems.model.evidence import Integrity
from dems.model.ids import EvidenceId, VerificationId
from dems.model.verification import Verification
from dems.ports import Page


def _to_verification(row: Row[Any]) -> Verification:
    return Verification(
        id=VerificationId(row.id),
        evidence_id=EvidenceId(row.evidence_id),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        reason=row.reason,
        finished_at=row.finished_at,
        outcome=None if row.outcome is None else Integrity(row.outcome),
        size=row.size,
        digests=tuple(Digest.from_hex(a, h) for a, h in sorted((row.digests or {}).items())),
        problem=row.problem,
    )


class VerificationRows(Rows):
    def add(self, verification: Verification) -> None:
        self._tx.execute(
            insert(verifications).values(
                id=verification.id,
                evidence_id=verification.evidence_id,
                requested_by=verification.requested_by,
                requested_at=verification.requested_at,
                reason=verification.reason,
            )
        )

    def get(self, verification_id: VerificationId, *, for_update: bool = False) -> Verification:
        statement = select(verifications).where(verifications.c.id == verification_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound
        return _to_verification(row)

    def save(self, verification: Verification) -> None:
        self._tx.execute(
            update(verifications)
            .where(verifications.c.id == verification.id)
            .values(
                finished_at=verification.finished_at,
                outcome=None if verification.outcome is None else verification.outcome.value,
                size=verification.size,
                digests={d.algorithm: d.hex for d in verification.digests},
                problem=verification.problem,
            )
        )

    def page(self, evidence_id: EvidenceId, page: Page) -> list[Verification]:
        statement = select(verifications).where(verifications.c.evidence_id == evidence_id)
        return [_to_verification(r) for r in self._tx.execute(paged(statement, verifications.c.id, page))]

    def pending_for(self, evidence_id: EvidenceId) -> Verification | None:
        statement = select(verifications).where(
            verifications.c.evidence_id == evidence_id, verifications.c.finished_at.is_(None)
        )
        row = self._tx.execute(statement.order_by(verifications.c.id).limit(1)).first()
        return None if row is None else _to_verification(row)
