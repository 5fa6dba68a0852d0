"""Who was reminded of which step of which date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, any_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, paged
from dems.db.repositories.clocks import open_clocks, to_due
from dems.db.repositories.known_cases import known_to
from dems.db.tables import case_clocks, case_grants, case_walls, cases, people, reminders
from dems.model.clocks.definitions import Nature
from dems.model.clocks.reminders import Told
from dems.model.ids import CaseId, PersonId, StrandId, new_id
from dems.model.people import CaseRole, Person
from dems.model.times import london_date
from dems.ports import Due, DueAfter, Page

_TOLD = frozenset({CaseRole.LEAD_INVESTIGATOR, CaseRole.CASE_MANAGER})

_OF_IT = (
    reminders.c.case_id == case_clocks.c.case_id,
    reminders.c.clock == case_clocks.c.clock,
    reminders.c.about.is_not_distinct_from(case_clocks.c.about),
    reminders.c.due_on == case_clocks.c.due_on,
)
"""Whether a reminder is of the date that a row of a clock has."""


class ReminderRows(Rows):
    def untold(self, last: date, limit: int, after: DueAfter | None) -> list[tuple[Due, int | None]]:
        step = select(func.min(reminders.c.days_ahead)).where(*_OF_IT).scalar_subquery()
        statement = open_clocks(limit, after).where(
            case_clocks.c.nature == Nature.STATUTORY.value,
            case_clocks.c.due_on <= last,
            ~exists().where(*_OF_IT, reminders.c.days_ahead == 0),
        )
        return [(to_due(r), r.step) for r in self._tx.execute(statement.add_columns(step.label("step")))]

    def audiences(self, case_ids: Sequence[CaseId]) -> Mapping[CaseId, list[PersonId]]:
        today = london_date(self._tx.clock())
        statement = (
            select(case_grants.c.case_id, people.c.id)
            .distinct()
            .join(people, people.c.id == case_grants.c.person_id)
            .where(
                case_grants.c.case_id.in_(case_ids),
                case_grants.c.kind == "role",
                case_grants.c.name.in_([r.value for r in _TOLD]),
                people.c.active,
                case_grants.c.name == any_(people.c.roles),
                case_grants.c.ended_at.is_(None),
                case_grants.c.starts_on <= today,
                or_(case_grants.c.ends_on.is_(None), case_grants.c.ends_on >= today),
                # Whom a wall keeps out would never see it, and it would count as told.
                ~exists().where(
                    case_walls.c.case_id == case_grants.c.case_id,
                    case_walls.c.lowered_at.is_(None),
                    or_(case_walls.c.person_id == people.c.id, case_walls.c.force_key == people.c.force_key),
                ),
            )
            .order_by(case_grants.c.case_id, people.c.id)
        )
        found: dict[CaseId, list[PersonId]] = {}
        for row in self._tx.execute(statement):
            found.setdefault(CaseId(row.case_id), []).append(PersonId(row.id))
        return found

    def tell(self, due: Due, step: int, people: Sequence[PersonId], at: datetime) -> int:
        if not people:
            return 0
        of_it = {
            "case_id": due.row.case_id,
            "clock": due.row.clock,
            "about": due.row.about,
            "title": due.title,
            "due_on": due.due_on,
            "days_ahead": step,
            "at": at,
        }
        rows = [{"id": new_id(), "person_id": person_id, **of_it} for person_id in people]
        told = upsert(reminders).values(rows).on_conflict_do_nothing().returning(reminders.c.id)
        return len(self._tx.execute(told).all())

    def page(self, viewers: Sequence[Person], of: PersonId, page: Page) -> list[Told]:
        owed = exists().where(*_OF_IT, case_clocks.c.known_until.is_(None), case_clocks.c.stopped_on.is_(None))
        statement = (
            select(reminders, cases.c.reference, owed.label("stands"))
            .join(cases, cases.c.id == reminders.c.case_id)
            .where(reminders.c.person_id == of)
        )
        for viewer in viewers:
            statement = known_to(viewer, statement, london_date(self._tx.clock()))
        return [_to_told(r) for r in self._tx.execute(paged(statement, reminders.c.id, page))]

    def seen(self, ids: Sequence[UUID], at: datetime) -> None:
        unseen = (reminders.c.id.in_(ids), reminders.c.seen_at.is_(None))
        self._tx.execute(update(reminders).where(*unseen).values(seen_at=at))


def _to_told(row: Row[Any]) -> Told:
    return Told(
        row.id,
        row.at,
        CaseId(row.case_id),
        row.reference,
        row.clock,
        None if row.about is None else StrandId(row.about),
        row.title,
        row.due_on,
        row.days_ahead,
        row.stands,
    )
