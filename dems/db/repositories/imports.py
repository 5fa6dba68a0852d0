"""How far bulk loads have come, and what was wrong with their lines."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.tables import case_import_lines, case_imports
from dems.errors import NotFound
from dems.model.ids import PersonId
from dems.ports import BadLine, CaseImport, Page


class ImportRows(Rows):
    def begin(self, scope: bytes, begun: CaseImport) -> CaseImport:
        values = {"id": begun.id, "scope": scope, "begun_by": begun.begun_by, "begun_at": begun.begun_at}
        self._tx.execute(upsert(case_imports).values(**values, **_progress(begun)).on_conflict_do_nothing())
        return _to_import(self._tx.execute(select(case_imports).where(case_imports.c.scope == scope)).one())

    def get(self, import_id: UUID, *, for_update: bool = False) -> CaseImport:
        statement = select(case_imports).where(case_imports.c.id == import_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound("load")
        return _to_import(row)

    def save(self, progress: CaseImport, bad: Sequence[BadLine]) -> None:
        self._tx.execute(update(case_imports).where(case_imports.c.id == progress.id).values(**_progress(progress)))
        if bad:
            rows = [{"import_id": progress.id, "line": b.line, "rule": b.rule, "message": b.message} for b in bad]
            self._tx.execute(insert(case_import_lines), rows)

    def bad_lines(self, import_id: UUID, page: Page, after: int = 0) -> list[BadLine]:
        lines = case_import_lines
        statement = select(lines).where(lines.c.import_id == import_id, lines.c.line > after)
        rows = self._tx.execute(statement.order_by(lines.c.line).limit(page.limit))
        return [BadLine(r.line, r.rule, r.message) for r in rows]


def _progress(progress: CaseImport) -> dict[str, Any]:
    names = ("lines", "sha256", "opened", "changed", "unchanged", "failed", "finished_at")
    return {name: getattr(progress, name) for name in names}


def _to_import(row: Row[Any]) -> CaseImport:
    return CaseImport(
        UUID(str(row.id)),
        PersonId(row.begun_by),
        row.begun_at,
        row.lines,
        bytes(row.sha256),
        row.opened,
        row.changed,
        row.unchanged,
        row.failed,
        row.finished_at,
    )
