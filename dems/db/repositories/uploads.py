"""Uploads, what was kept of their parts, their tokens, and the intents to complete them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.tables import upload_completions, upload_parts, upload_tokens, uploads
from dems.errors import NotFound
from dems.model.digests import Digest
from dems.model.ids import CaseId, EvidenceId, PersonId, TokenId, UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Completion, UploadToken
from storage.interface import Part

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
    )


def select_uploads() -> Select[Any]:
    return select(uploads, _intended)


class UploadRows(Rows):
    def add(self, upload: Upload) -> None:
        self._tx.execute(
            insert(uploads).values(
                id=upload.id,
                evidence_id=upload.evidence_id,
                case_id=upload.case_id,
                state=upload.state.value,
                size=upload.size,
                part_size=upload.part_size,
                declared_sha256=None if upload.declared is None else upload.declared.value,
                created_by=upload.created_by,
                created_at=upload.created_at,
                expires_at=upload.expires_at,
            )
        )

    def get(self, upload_id: UploadId, *, for_update: bool = False) -> Upload:
        if for_update:
            # The row is locked before the intent is looked for, so that nobody can form one in between.
            self._tx.execute(select(uploads.c.id).where(uploads.c.id == upload_id).with_for_update())
        row = self._tx.execute(select_uploads().where(uploads.c.id == upload_id)).first()
        if row is None:
            raise NotFound
        return to_upload(row)

    def many(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Upload]:
        rows = self._tx.execute(select_uploads().where(uploads.c.id.in_(upload_ids)))
        return {UploadId(r.id): to_upload(r) for r in rows}

    def save(self, upload: Upload) -> None:
        state = UploadState.OPEN if upload.state is UploadState.COMPLETING else upload.state
        self._tx.execute(
            update(uploads)
            .where(uploads.c.id == upload.id)
            .values(
                state=state.value,
                declared_sha256=None if upload.declared is None else upload.declared.value,
                version_id=upload.version_id,
                completed_at=upload.completed_at,
                parts_sha256=upload.parts_sha256,
            )
        )
        if state is not UploadState.OPEN:
            self._tx.execute(delete(upload_completions).where(upload_completions.c.upload_id == upload.id))

    def parts(self, upload_id: UploadId) -> list[Part]:
        statement = select(upload_parts).where(upload_parts.c.upload_id == upload_id).order_by(upload_parts.c.number)
        return [Part(r.number, r.size, bytes(r.sha256), r.etag) for r in self._tx.execute(statement)]

    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        self._tx.execute(delete(upload_parts).where(upload_parts.c.upload_id == upload_id))
        rows = [
            {"upload_id": upload_id, "number": p.number, "size": p.size, "sha256": p.sha256, "etag": p.etag}
            for p in parts
        ]
        self._tx.execute(insert(upload_parts), rows)

    def completion(self, upload_id: UploadId) -> Completion | None:
        overdue = (upload_completions.c.leased_until < _now).label("overdue")
        statement = select(upload_completions, overdue).where(upload_completions.c.upload_id == upload_id)
        row = self._tx.execute(statement).first()
        if row is None:
            return None
        return Completion(upload_id, UUID(str(row.attempt)), row.multipart_id, row.begun_at, row.sender, row.overdue)

    def renew_intent(self, completion: Completion, lease: timedelta) -> None:
        mine = (
            upload_completions.c.upload_id == completion.upload_id,
            upload_completions.c.attempt == completion.attempt,
        )
        self._tx.execute(update(upload_completions).where(*mine).values(leased_until=_now + lease))

    def intend(self, completion: Completion, lease: timedelta) -> None:
        values = {
            "attempt": completion.attempt,
            "multipart_id": completion.multipart_id,
            "begun_at": completion.begun_at,
            "sender": dict(completion.sender),
            "leased_until": _now + lease,
        }
        statement = upsert(upload_completions).values(upload_id=completion.upload_id, **values)
        self._tx.execute(statement.on_conflict_do_update(index_elements=["upload_id"], set_=values))

    def forget_intent(self, upload_id: UploadId, attempt: UUID) -> None:
        self._tx.execute(
            delete(upload_completions).where(
                upload_completions.c.upload_id == upload_id, upload_completions.c.attempt == attempt
            )
        )

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
