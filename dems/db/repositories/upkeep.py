"""What the daily jobs remember."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.repositories.uploads import select_uploads, to_upload
from dems.db.tables import consultations, evidence, idempotency_keys, object_locks, orphans, store_checks, uploads
from dems.model.evidence import EvidenceState
from dems.model.ids import PersonId
from dems.model.uploads import Upload
from dems.ports import Orphan, StoreCheck

_SEALED = (EvidenceState.SEALED.value, EvidenceState.FROZEN.value)

CLOCKS_DIFFER = timedelta(minutes=5)
"""By no more than this is a store check ahead of the database's clock."""


class UpkeepRows(Rows):
    def locked(self, upload: Upload, until: datetime) -> None:
        self.locked_many([(upload, until)])

    def locked_many(self, until: Sequence[tuple[Upload, datetime]]) -> None:
        if not until:
            return
        rows = [{"upload_id": u.id, "evidence_id": u.evidence_id, "locked_until": at} for u, at in until]
        statement = upsert(object_locks)
        later = func.greatest(object_locks.c.locked_until, statement.excluded.locked_until)
        self._tx.execute(
            statement.on_conflict_do_update(index_elements=["upload_id"], set_={"locked_until": later}), rows
        )

    def locks_to_extend(self, sealed_before: datetime, unsealed_before: datetime, limit: int) -> list[Upload]:
        due = or_(
            and_(evidence.c.state.in_(_SEALED), object_locks.c.locked_until < sealed_before),
            and_(evidence.c.state == EvidenceState.VERIFYING.value, object_locks.c.locked_until < unsealed_before),
        )
        statement = (
            select_uploads()
            .join(object_locks, object_locks.c.upload_id == uploads.c.id)
            .join(evidence, and_(evidence.c.id == uploads.c.evidence_id, evidence.c.upload_id == uploads.c.id))
            .where(due)
            .order_by(object_locks.c.locked_until)
            .limit(limit)
        )
        return [to_upload(r) for r in self._tx.execute(statement)]

    def report_orphan(self, orphan: Orphan, at: datetime) -> bool:
        statement = upsert(orphans).values(
            key=orphan.key, version_id=orphan.version_id, kind=orphan.kind, size=orphan.size, first_seen_at=at
        )
        return self._tx.execute(statement.on_conflict_do_nothing().returning(orphans.c.key)).first() is not None

    def orphans(self) -> int:
        return int(self._tx.execute(select(func.count()).select_from(orphans)).scalar_one())

    def checked_store(self, check: StoreCheck) -> None:
        self._tx.execute(
            insert(store_checks).values(
                id=check.id, at=check.at, endpoint=check.endpoint, held=check.held, rows=[dict(r) for r in check.rows]
            )
        )

    def last_store_check(self) -> StoreCheck | None:
        """The newest; but a hole that the set-up identity found stays found until that identity has looked again."""
        # One from the future would stay the newest for as long as it likes.
        past = select(store_checks).where(store_checks.c.at <= func.clock_timestamp() + CLOCKS_DIFFER)
        newest = past.order_by(store_checks.c.at.desc()).limit(1)
        row = self._tx.execute(newest).first()
        with_both = newest.where(store_checks.c.rows.contains([{"identity": "set-up"}]))
        thorough = self._tx.execute(with_both).first()
        if thorough is not None and not thorough.held:
            row = thorough
        return None if row is None else StoreCheck(row.id, row.at, row.endpoint, row.held, row.rows)

    def consultations(self, limit: int) -> list[tuple[UUID, PersonId, Mapping[str, Any]]]:
        statement = select(consultations).order_by(consultations.c.id).limit(limit).with_for_update(skip_locked=True)
        return [(r.id, PersonId(r.person_id), r.fact) for r in self._tx.execute(statement)]

    def forget_consultations(self, ids: Sequence[UUID]) -> None:
        self._tx.execute(delete(consultations).where(consultations.c.id.in_(ids)))

    def forget_old(self, before: datetime) -> None:
        self._tx.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before))
