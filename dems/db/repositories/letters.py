"""Drafts of reports on timeliness, each as it was drafted."""

from typing import Any

from sqlalchemy import Row, insert, select

from dems.db.repositories.base import Rows, paged
from dems.db.tables import timeliness_reports
from dems.errors import NotFound
from dems.model.clocks.letters import Letter, Wanted
from dems.model.clocks.timeliness import Recipient, ReportField
from dems.model.ids import CaseId, LetterId, PersonId
from dems.model.life.vocabulary import Mode
from dems.ports import Page


class LetterRows(Rows):
    def add(self, letter: Letter) -> None:
        wanted = letter.wanted
        self._tx.execute(
            insert(timeliness_reports).values(
                id=letter.id,
                case_id=letter.case_id,
                clock=wanted.clock,
                definition_version=letter.definition_version,
                round=letter.number,
                first=letter.first,
                last=letter.last,
                as_of=letter.as_of,
                written=dict(wanted.written),
                content=dict(letter.content),
                recipients=sorted(letter.recipients),
                mode=letter.mode.value,
                would_prejudice=letter.would_prejudice,
                authority_is_chief_officer=wanted.authority_is_chief_officer,
                chief_officer_is_subject=wanted.chief_officer_is_subject,
                recorded_by=letter.recorded_by,
                recorded_at=letter.recorded_at,
            )
        )

    def get(self, case_id: CaseId, letter_id: LetterId) -> Letter:
        of = (timeliness_reports.c.case_id == case_id, timeliness_reports.c.id == letter_id)
        row = self._tx.execute(select(timeliness_reports).where(*of)).first()
        if row is None:
            raise NotFound("report")
        return _to_letter(row)

    def page(self, case_id: CaseId, page: Page) -> list[Letter]:
        statement = select(timeliness_reports).where(timeliness_reports.c.case_id == case_id)
        return [_to_letter(r) for r in self._tx.execute(paged(statement, timeliness_reports.c.id, page))]


def _to_letter(row: Row[Any]) -> Letter:
    return Letter(
        LetterId(row.id),
        CaseId(row.case_id),
        Wanted(
            row.clock,
            row.round,
            _fields(row.written),
            authority_is_chief_officer=row.authority_is_chief_officer,
            chief_officer_is_subject=row.chief_officer_is_subject,
        ),
        row.definition_version,
        row.round,
        row.first,
        row.last,
        row.as_of,
        _fields(row.content),
        frozenset(Recipient(r) for r in row.recipients),
        Mode(row.mode),
        row.would_prejudice,
        PersonId(row.recorded_by),
        row.recorded_at,
    )


def _fields(record: dict[str, str]) -> dict[ReportField, str]:
    return {ReportField(name): text for name, text in record.items()}
