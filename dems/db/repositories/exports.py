"""Exports and their items."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, cast, func, insert, select, update

from dems.db.repositories.base import Rows, chunks, paged_within
from dems.db.tables import export_items, exports
from dems.errors import NotFound
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.exports import Export, ExportedItem, ExportState
from dems.model.ids import CaseId, EvidenceId, ExportId, PersonId
from dems.ports import Page

_AS_ASKED = (
    "id",
    "case_id",
    "asked_by",
    "asker",
    "asked_at",
    "recipient",
    "reason",
    "whole_case",
    "with_bytes",
    "items",
)
_AS_IT_ENDED = ("tag_manifest_sha256", "size", "version_id", "ended_at", "problem")
_OWN_COLUMNS = {"evidence_id", "last_seq"}


def to_export(row: Row[Any]) -> Export:
    asked = {name: getattr(row, name) for name in _AS_ASKED}
    ended = {name: getattr(row, name) for name in _AS_IT_ENDED}
    return Export(
        **{**asked, "id": ExportId(row.id), "case_id": CaseId(row.case_id), "asked_by": PersonId(row.asked_by)},
        **{**ended, "tag_manifest_sha256": None if row.tag_manifest_sha256 is None else bytes(row.tag_manifest_sha256)},
        withheld=tuple(Act(name) for name in row.withheld),
        state=ExportState(row.state),
        sha256=None if row.sha256 is None else Digest.sha256(bytes(row.sha256)),
    )


class ExportRows(Rows):
    def add(self, export: Export, items: Sequence[ExportedItem]) -> None:
        asked = {name: getattr(export, name) for name in _AS_ASKED}
        withheld = [act.value for act in export.withheld]
        self._tx.execute(insert(exports).values(**asked, withheld=withheld, state=export.state.value))
        rows = [
            {
                "export_id": export.id,
                "evidence_id": item.evidence_id,
                "last_seq": item.last_seq,
                "snapshot": {name: value for name, value in asdict(item).items() if name not in _OWN_COLUMNS},
            }
            for item in items
        ]
        for some in chunks(rows):
            self._tx.execute(insert(export_items), list(some))

    def get(self, export_id: ExportId, *, for_update: bool = False) -> Export:
        statement = select(exports).where(exports.c.id == export_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("export")
        return to_export(row)

    def save(self, export: Export) -> None:
        ended = {name: getattr(export, name) for name in _AS_IT_ENDED}
        sha256 = None if export.sha256 is None else export.sha256.value
        values = update(exports).values(**ended, state=export.state.value, sha256=sha256)
        self._tx.execute(values.where(exports.c.id == export.id))

    def page(self, case_id: CaseId, page: Page) -> list[Export]:
        statement = paged_within(select(exports), exports.c.case_id, case_id, exports.c.id, page)
        return [to_export(row) for row in self._tx.execute(statement)]

    def items(self, export_id: ExportId, limit: int, after: UUID | None = None) -> list[ExportedItem]:
        page = Page(limit, after)
        statement = paged_within(
            select(export_items), export_items.c.export_id, export_id, export_items.c.evidence_id, page
        )
        return [
            ExportedItem(EvidenceId(row.evidence_id), row.last_seq, **row.snapshot)
            for row in self._tx.execute(statement)
        ]

    def size_of_bytes(self, export_id: ExportId) -> int:
        size = func.coalesce(func.sum(cast(export_items.c.snapshot["size"].astext, BigInteger)), 0)
        given = export_items.c.snapshot["version_id"].astext.is_not(None)
        statement = select(size).where(export_items.c.export_id == export_id, given)
        return int(self._tx.execute(statement).scalar_one())
