"""Cases, who is on them, and who is kept from them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, any_, bindparam, exists, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY as PG_ARRAY
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, chunks, force_key_or_none, paged
from dems.db.repositories.known_cases import known_to
from dems.db.repositories.people import to_person
from dems.db.tables import case_grants, case_walls, cases, people
from dems.errors import AlreadyExists, NotFound
from dems.model.cases import Case, CaseState
from dems.model.ids import CaseId, GrantId, PersonId
from dems.model.life.stages import Stage
from dems.model.life.vocabulary import Jurisdiction, MatterType, Mode, Source
from dems.model.people import CaseGrant, CaseRole, Clearance, Person, Wall
from dems.model.times import london_date
from dems.ports import CaseFilter, Page

Name = TypeVar("Name", bound=StrEnum)

_of_case = bindparam("case", type_=PG_UUID)
_CASE = select(cases).where(cases.c.id == _of_case)
_GRANTS_EVER = select(case_grants).where(case_grants.c.case_id == _of_case).order_by(case_grants.c.id)
_GRANTS = (
    select(case_grants)
    .where(case_grants.c.case_id == _of_case, case_grants.c.ended_at.is_(None))
    .order_by(case_grants.c.id)
)
_GRANTS_OF = _GRANTS.where(case_grants.c.person_id == any_(bindparam("people", type_=PG_ARRAY(PG_UUID))))
_WALLS = (
    select(case_walls)
    .where(case_walls.c.case_id == _of_case, case_walls.c.lowered_at.is_(None))
    .order_by(case_walls.c.id)
)
"""What almost every request asks is put together once: that takes as long as asking it."""


def _values(case: Case) -> dict[str, Any]:
    return {
        "title": case.title,
        "state": case.state.value,
        "matter_type": _value(case.matter_type),
        "force": case.force,
        "themes": list(case.themes),
        "is_major": case.is_major,
        "received_at": case.received_at,
        "received_on": case.received_on,
        "jurisdiction": _value(case.jurisdiction),
        "appropriate_authority": case.appropriate_authority,
        "source": _value(case.source),
        "mode": _value(case.mode),
        "stage": case.stage.value,
        "criminal": case.criminal,
        "facts": case.facts,
        "closed_at": case.closed_at,
        "version": case.version,
        "source_version": case.source_version,
    }


def _value(name: StrEnum | None) -> str | None:
    return None if name is None else name.value


def _named(kind: type[Name], value: str | None) -> Name | None:
    return None if value is None else kind(value)


def _to_case(row: Row[Any]) -> Case:
    return Case(
        id=CaseId(row.id),
        reference=row.reference,
        title=row.title,
        state=CaseState(row.state),
        opened_by=PersonId(row.opened_by),
        opened_at=row.opened_at,
        matter_type=_named(MatterType, row.matter_type),
        force=row.force,
        themes=tuple(row.themes),
        is_major=row.is_major,
        received_at=row.received_at,
        received_on=row.received_on,
        jurisdiction=_named(Jurisdiction, row.jurisdiction),
        appropriate_authority=row.appropriate_authority,
        source=_named(Source, row.source),
        mode=_named(Mode, row.mode),
        stage=Stage(row.stage),
        criminal=row.criminal,
        facts=row.facts,
        closed_at=row.closed_at,
        version=row.version,
        source_version=row.source_version,
    )


def _to_grant(row: Row[Any]) -> CaseGrant:
    name = CaseRole(row.name) if row.kind == "role" else Clearance(row.name)
    return CaseGrant(
        GrantId(row.id),
        CaseId(row.case_id),
        PersonId(row.person_id),
        name,
        row.starts_on,
        row.ends_on,
        row.granted_at,
        row.ended_at,
    )


class CaseRows(Rows):
    def add(self, case: Case) -> None:
        statement = upsert(cases).values(
            id=case.id, reference=case.reference, opened_by=case.opened_by, opened_at=case.opened_at, **_values(case)
        )
        if self._tx.execute(statement.on_conflict_do_nothing().returning(cases.c.id)).first() is None:
            raise AlreadyExists("This reference cannot be used: it is taken.", field="reference")

    def add_many(self, some: Sequence[Case]) -> None:
        rows = [
            {"id": c.id, "reference": c.reference, "opened_by": c.opened_by, "opened_at": c.opened_at, **_values(c)}
            for c in some
        ]
        for part in chunks(rows):
            added = upsert(cases).on_conflict_do_nothing().returning(cases.c.id)
            if len(list(self._tx.execute(added, list(part)))) != len(part):
                raise AlreadyExists(
                    "One of these references was taken in this moment. Send it again.", field="reference"
                )

    def by_references(self, references: Sequence[str], *, for_update: bool = False) -> list[Case]:
        statement = select(cases).where(cases.c.reference == any_(literal(list(references), PG_ARRAY(TEXT))))
        statement = statement.order_by(cases.c.id)
        return [_to_case(r) for r in self._tx.execute(statement.with_for_update() if for_update else statement)]

    def get(self, case_id: CaseId, *, for_update: bool = False, keep_as_is: bool = False) -> Case:
        statement = _CASE.with_for_update(read=keep_as_is) if for_update or keep_as_is else _CASE
        row = self._tx.execute(statement, {"case": case_id}).first()
        if row is None:
            raise NotFound
        return _to_case(row)

    def by_reference(self, reference: str) -> Case | None:
        row = self._tx.execute(select(cases).where(cases.c.reference == reference)).first()
        return None if row is None else _to_case(row)

    def save(self, case: Case) -> None:
        self._tx.execute(update(cases).where(cases.c.id == case.id).values(**_values(case)))

    def _known(self, viewers: Sequence[Person]) -> Select[Any]:
        statement = select(cases)
        for viewer in viewers:
            statement = known_to(viewer, statement, london_date(self._tx.clock()))
        return statement

    def known(self, viewers: Sequence[Person], case_ids: Sequence[CaseId]) -> list[Case]:
        if not case_ids:
            return []
        wanted = literal(list(case_ids), PG_ARRAY(PG_UUID))
        statement = self._known(viewers).where(cases.c.id == any_(wanted)).order_by(cases.c.id)
        return [_to_case(r) for r in self._tx.execute(statement)]

    def page(self, viewers: Sequence[Person], page: Page, wanted: CaseFilter) -> list[Case]:
        statement = self._known(viewers)
        if wanted.reference is not None:
            statement = statement.where(cases.c.reference == wanted.reference)
        if wanted.state is not None:
            statement = statement.where(cases.c.state == wanted.state.value)
        if wanted.mode is not None:
            statement = statement.where(cases.c.mode == wanted.mode.value)
        if wanted.stage is not None:
            statement = statement.where(cases.c.stage == wanted.stage.value)
        if wanted.force is not None:
            statement = statement.where(cases.c.force == wanted.force)
        if wanted.theme is not None:
            statement = statement.where(cases.c.themes.contains([wanted.theme]))
        if wanted.q is not None:
            statement = statement.where(
                or_(
                    cases.c.title.icontains(wanted.q, autoescape=True),
                    cases.c.reference.icontains(wanted.q, autoescape=True),
                )
            )
        return [_to_case(r) for r in self._tx.execute(paged(statement, cases.c.id, page))]

    def grants(self, case_id: CaseId, person_ids: Sequence[PersonId] | None = None) -> list[CaseGrant]:
        if person_ids is None:
            rows = self._tx.execute(_GRANTS, {"case": case_id})
        else:
            rows = self._tx.execute(_GRANTS_OF, {"case": case_id, "people": list(person_ids)})
        return [_to_grant(r) for r in rows]

    def grants_ever(self, case_id: CaseId) -> list[CaseGrant]:
        return [_to_grant(r) for r in self._tx.execute(_GRANTS_EVER, {"case": case_id})]

    def team(self, case_id: CaseId, page: Page) -> list[tuple[Person, list[CaseGrant]]]:
        live = and_(case_grants.c.case_id == case_id, case_grants.c.ended_at.is_(None))
        on_it = select(people).where(exists().where(and_(live, case_grants.c.person_id == people.c.id)))
        members = [to_person(r) for r in self._tx.execute(paged(on_it, people.c.id, page))]
        held = sorted(self.grants(case_id, [m.id for m in members]), key=lambda g: g.person_id)
        by_person = {person_id: list(grants) for person_id, grants in groupby(held, key=lambda g: g.person_id)}
        return [(m, by_person.get(m.id, [])) for m in members]

    def add_grant(self, grant: CaseGrant) -> None:
        self.add_grants([grant])

    def add_grants(self, grants: Sequence[CaseGrant]) -> None:
        rows = [
            {
                "id": grant.id,
                "case_id": grant.case_id,
                "person_id": grant.person_id,
                "kind": "role" if isinstance(grant.name, CaseRole) else "clearance",
                "name": grant.name.value,
                "starts_on": grant.starts_on,
                "ends_on": grant.ends_on,
                "granted_at": grant.granted_at,
            }
            for grant in grants
        ]
        for some in chunks(rows):
            self._tx.execute(insert(case_grants), list(some))

    def end_grant(self, grant_id: GrantId, at: datetime) -> None:
        self._tx.execute(
            update(case_grants)
            .where(case_grants.c.id == grant_id, case_grants.c.ended_at.is_(None))
            .values(ended_at=at)
        )

    def walls(self, case_id: CaseId) -> list[Wall]:
        return [
            Wall(
                GrantId(r.id),
                CaseId(r.case_id),
                None if r.person_id is None else PersonId(r.person_id),
                r.force,
                r.reason,
                r.raised_at,
                r.lowered_at,
            )
            for r in self._tx.execute(_WALLS, {"case": case_id})
        ]

    def add_wall(self, wall: Wall) -> None:
        self._tx.execute(
            insert(case_walls).values(
                id=wall.id,
                case_id=wall.case_id,
                person_id=wall.person_id,
                force=wall.force,
                force_key=force_key_or_none(wall.force),
                reason=wall.reason,
                raised_at=wall.raised_at,
            )
        )

    def lower_wall(self, wall_id: GrantId, at: datetime) -> None:
        self._tx.execute(update(case_walls).where(case_walls.c.id == wall_id).values(lowered_at=at))
