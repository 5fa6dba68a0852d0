"""Uploads, what was kept of their parts, their tokens, and the intents to complete them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.parts import PartRows
from dems.db.tables import upload_completions, upload_tokens, uploads
from dems.errors import NotFound
from dems.model.digests import Digest
from dems.model.ids import CaseId, EvidenceId, IntakeId, PersonId, TokenId, UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Completion, UploadToken

_now = func.clock_timestamp()
_intended = exists().where(upload_completions.c.upload_id == uploads.c.id).label("intended")


def to_upload(row: Row[Any]) -> Upload:
    state = UploadState(row.state)
    return Upload(
        id=UploadId(row.id),
        evidence_id=EvidenceId(row.evidence_id),
        case_id=CaseId(row.case_id),
        state=UploadState.COMPLETING if row.intended and state is UploadState.OPEN else state,
        size=row.size,
        part_size=row.part_size,
        declared=None if row.declared_sha256 is None else Digest.sha256(bytes(row.declared_sha256)),
        created_by=PersonId(row.created_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        version_id=row.version_id,
        completed_at=row.completed_at,
        parts_sha256=None if row.parts_sha256 is None else bytes(row.parts_sha256),
        intake_id=None if row.intake_id is None else IntakeId(row.intake_id),
    )


def select_uploads() -> Select[Any]:
    return select(uploads, _intended)


def _first_values(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "evidence_id": upload.evidence_id,
        "case_id": upload.case_id,
        "state": upload.state.value,
        "size": upload.size,
        "part_size": upload.part_size,
        "declared_sha256": None if upload.declared is None else upload.declared.value,
        "created_by": upload.created_by,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
        "intake_id": upload.intake_id,
    }


def _values(upload: Upload) -> dict[str, Any]:
    state = UploadState.OPEN if upload.state is UploadState.COMPLETING else upload.state
    return {
        "state": state.value,
        "declared_sha256": None if upload.declared is None else upload.declared.value,
        "version_id": upload.version_id,
        "completed_at": upload.completed_at,
        "parts_sha256": upload.parts_sha256,
    }


class UploadRows(PartRows):
    def add(self, upload: Upload) -> None:
        self._tx.execute(insert(uploads).values(_first_values(upload)))

    def add_many(self, new: Sequence[Upload]) -> None:
        if new:
            self._tx.execute(insert(uploads), [_first_values(u) for u in new])

    def get(self, upload_id: UploadId, *, for_update: bool = False) -> Upload:
        if for_update:
            # The row is locked before the intent is looked for, so that nobody can form one in between.
            self._tx.execute(select(uploads.c.id).where(uploads.c.id == upload_id).with_for_update())
        row = self._tx.execute(select_uploads().where(uploads.c.id == upload_id)).first()
        if row is None:
            raise NotFound
        return to_upload(row)

    def many(self, upload_ids: Sequence[UploadId], *, for_update: bool = False) -> Mapping[UploadId, Upload]:
        if for_update:
            locked = select(uploads.c.id).where(uploads.c.id.in_(upload_ids)).order_by(uploads.c.id).with_for_update()
            self._tx.execute(locked)
        rows = self._tx.execute(select_uploads().where(uploads.c.id.in_(upload_ids)))
        return {UploadId(r.id): to_upload(r) for r in rows}

    def save(self, upload: Upload) -> None:
        self._tx.execute(update(uploads).where(uploads.c.id == upload.id).values(_values(upload)))
        self._forget_intents([upload])

    def save_many(self, changed: Sequence[Upload]) -> None:
        if not changed:
            return
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _values(changed[0])}
        rows = [{"of": u.id, **{f"new_{n}": v for n, v in _values(u).items()}} for u in changed]
        self._tx.execute(update(uploads).where(uploads.c.id == bindparam("of")).values(values), rows)
        self._forget_intents(changed)

    def _forget_intents(self, changed: Sequence[Upload]) -> None:
        """An upload that is over is completed, or never will be."""
        over = [u.id for u in changed if u.state not in {UploadState.OPEN, UploadState.COMPLETING}]
        if over:
            self._tx.execute(delete(upload_completions).where(upload_completions.c.upload_id.in_(over)))

    def completion(self, upload_id: UploadId) -> Completion | None:
        return self.completions([upload_id]).get(upload_id)

    def completions(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Completion]:
        overdue = (upload_completions.c.leased_until < _now).label("overdue")
        statement = select(upload_completions, overdue).where(upload_completions.c.upload_id.in_(upload_ids))
        return {
            UploadId(r.upload_id): Completion(
                UploadId(r.upload_id), UUID(str(r.attempt)), r.multipart_id, r.begun_at, r.sender, r.overdue
            )
            for r in self._tx.execute(statement)
        }

    def renew_intent(self, completion: Completion, lease: timedelta) -> None:
        mine = (
            upload_completions.c.upload_id == completion.upload_id,
            upload_completions.c.attempt == completion.attempt,
        )
        self._tx.execute(update(upload_completions).where(*mine).values(leased_until=_now + lease))

    def intend(self, completion: Completion, lease: timedelta) -> None:
        self.intend_many([completion], lease)

    def intend_many(self, completions: Sequence[Completion], lease: timedelta) -> None:
        if not completions:
            return
        rows = [
            {
                "upload_id": c.upload_id,
                "attempt": c.attempt,
                "multipart_id": c.multipart_id,
                "begun_at": c.begun_at,
                "sender": dict(c.sender),
            }
            for c in completions
        ]
        statement = upsert(upload_completions).values(leased_until=_now + lease)
        new = {name: statement.excluded[name] for name in (*rows[0], "leased_until") if name != "upload_id"}
        self._tx.execute(statement.on_conflict_do_update(index_elements=["upload_id"], set_=new), rows)

    def forget_intent(self, upload_id: UploadId, attempt: UUID) -> None:
        mine = (upload_completions.c.upload_id == upload_id, upload_completions.c.attempt == attempt)
        gone = self._tx.execute(delete(upload_completions).where(*mine).returning(upload_completions.c.multipart_id))
        row = gone.first()
        if row is not None:
            self.forget_attempt(upload_id, row.multipart_id)

    def overdue_intents(self, limit: int) -> list[UploadId]:
        statement = select(upload_completions.c.upload_id).where(upload_completions.c.leased_until < _now)
        rows = self._tx.execute(statement.order_by(upload_completions.c.leased_until).limit(limit))
        return [UploadId(r.upload_id) for r in rows]

    def expired(self, at: datetime, limit: int) -> list[Upload]:
        statement = select_uploads().where(
            uploads.c.state == UploadState.OPEN.value, uploads.c.expires_at <= at, ~_intended.element
        )
        rows = self._tx.execute(
            statement.order_by(uploads.c.expires_at).limit(limit).with_for_update(skip_locked=True, of=uploads)
        )
        return [to_upload(r) for r in rows]

    def known(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, tuple[UploadState, str | None]]:
        statement = select(uploads.c.id, uploads.c.state, uploads.c.version_id).where(uploads.c.id.in_(upload_ids))
        return {UploadId(r.id): (UploadState(r.state), r.version_id) for r in self._tx.execute(statement)}

    def add_token(self, token: UploadToken, token_hash: bytes, at: datetime) -> None:
        earlier = (upload_tokens.c.upload_id == token.upload_id, upload_tokens.c.revoked_at.is_(None))
        self._tx.execute(update(upload_tokens).where(*earlier).values(revoked_at=at))
        self._tx.execute(
            insert(upload_tokens).values(
                id=token.id,
                upload_id=token.upload_id,
                hash=token_hash,
                person_id=token.person_id,
                on_behalf_of=token.on_behalf_of,
                created_at=at,
                expires_at=token.expires_at,
            )
        )

    def token_by_hash(self, token_hash: bytes) -> UploadToken | None:
        row = self._tx.execute(select(upload_tokens).where(upload_tokens.c.hash == token_hash)).first()
        if row is None:
            return None
        return UploadToken(
            TokenId(row.id),
            UploadId(row.upload_id),
            PersonId(row.person_id),
            row.on_behalf_of,
            row.expires_at,
            row.revoked_at,
        )
