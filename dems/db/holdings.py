"""Reading all that the database holds, page by page, each on the indexes that are there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, Select, and_, exists, select, tuple_

from dems.db.engine import told_apart
from dems.db.repositories.custody import to_row, with_destroyed
from dems.db.repositories.uploads import select_uploads, to_upload
from dems.db.tables import (
    custody_chains,
    custody_details,
    custody_entries,
    custody_leaves,
    evidence,
    object_locks,
    uploads,
)
from dems.model.custody import ChainKind, ChainOf
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId, UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports.holdings import HeldEntry

_FIRST = 100
_SEALED = (EvidenceState.SEALED.value, EvidenceState.FROZEN.value)


class DatabaseHoldings:
    """See `dems.ports.holdings.Holdings`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self, limit: int, after: tuple[UUID, int] | None = None) -> list[HeldEntry]:
        place = tuple_(custody_entries.c.chain_id, custody_entries.c.seq)
        # The page is cut on the index of places first; its chains and details are looked up then.
        page = select(custody_entries).order_by(custody_entries.c.chain_id, custody_entries.c.seq).limit(limit)
        if after is not None:
            page = page.where(place > after)
        cut = page.subquery()
        found = (
            select(
                cut,
                custody_chains.c.kind,
                custody_leaves.c.idx,
                custody_chains.c.subject,
                custody_details.c.nonce,
                custody_details.c.detail,
                custody_details.c.act,
                custody_details.c.case_id,
                custody_details.c.evidence_id,
            )
            .join(custody_chains, custody_chains.c.id == cut.c.chain_id)
            .outerjoin(custody_details, custody_details.c.entry_id == cut.c.id)
            .outerjoin(custody_leaves, custody_leaves.c.entry_id == cut.c.id)
            .order_by(cut.c.chain_id, cut.c.seq)
        )
        return [_held(r) for r in self._rows(with_destroyed(found, cut.c.id))]

    def chains_without_entries(self) -> list[ChainOf]:
        some = exists().where(custody_entries.c.chain_id == custody_chains.c.id)
        statement = select(custody_chains).where(~some).order_by(custody_chains.c.id).limit(_FIRST)
        return [ChainOf(ChainKind(r.kind), r.subject) for r in self._rows(statement)]

    def items_without_chain(self) -> list[EvidenceId]:
        its = exists().where(custody_chains.c.kind == ChainKind.ITEM.value, custody_chains.c.subject == evidence.c.id)
        statement = select(evidence.c.id).where(~its).order_by(evidence.c.id).limit(_FIRST)
        return [EvidenceId(r.id) for r in self._rows(statement)]

    def locked_until(self, upload_ids: Sequence[UploadId]) -> dict[UploadId, datetime]:
        statement = select(object_locks).where(object_locks.c.upload_id.in_(upload_ids))
        return {UploadId(r.upload_id): r.locked_until for r in self._rows(statement)}

    def unsealed_uploads(self, limit: int, after: UploadId | None = None) -> list[Upload]:
        its = exists().where(
            and_(
                evidence.c.id == uploads.c.evidence_id,
                evidence.c.upload_id == uploads.c.id,
                evidence.c.state.in_(_SEALED),
            )
        )
        statement = select_uploads().where(uploads.c.state == UploadState.COMPLETED.value, ~its)
        if after is not None:
            statement = statement.where(uploads.c.id > after)
        return [to_upload(r) for r in self._rows(statement.order_by(uploads.c.id).limit(limit))]

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        with told_apart(), self._engine.connect() as connection:
            return connection.execute(statement).all()


def _held(row: Row[Any]) -> HeldEntry:
    return HeldEntry(ChainOf(ChainKind(row.kind), row.subject), to_row(row), row.act, row.case_id, row.evidence_id)
