"""Idempotency keys: claimed in the transaction of the act, so that a key and its act exist together or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.tables import idempotency_keys
from dems.errors import Busy, IdempotencyKeyReused
from dems.ports import Once

KEPT = timedelta(hours=24)


class IdempotencyRows(Rows):
    def first(self, once: Once, subject: UUID) -> UUID | None:
        now = self._tx.clock()
        keys = idempotency_keys
        self._tx.execute(delete(keys).where(keys.c.scope == once.scope, keys.c.created_at < now - KEPT))
        claim = upsert(keys).values(scope=once.scope, fingerprint=once.fingerprint, subject=subject, created_at=now)
        # A call in flight holds the row unseen: this waits for it, at most `lock_timeout`, and then says Busy.
        if self._tx.execute(claim.on_conflict_do_nothing().returning(keys.c.subject)).first() is not None:
            return None
        row = self._tx.execute(select(keys).where(keys.c.scope == once.scope)).first()
        if row is None:
            raise Busy("The first request with this Idempotency-Key is still under way.")
        if bytes(row.fingerprint) != once.fingerprint:
            raise IdempotencyKeyReused(
                "This Idempotency-Key was used with another body. Use a new key for a new request."
            )
        return UUID(str(row.subject))

    def answered(self, once: Once, status: int, answer: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], bool]:
        keys = idempotency_keys
        unanswered = update(keys).where(keys.c.scope == once.scope, keys.c.answer.is_(None))
        if self._tx.execute(unanswered.values(status=status, answer=dict(answer))).rowcount:
            return status, answer, False
        row = self._tx.execute(select(keys.c.status, keys.c.answer).where(keys.c.scope == once.scope)).first()
        return (status, answer, False) if row is None else (row.status, row.answer, True)
