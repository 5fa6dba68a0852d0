"""Which cases a query shows to somebody is what the rule says of each, whatever roles, dates, walls and forces there are."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Uuid, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from dems.db import tables
from dems.db.repositories.known_cases import cases_known_to, holds, known_to, walled, walled_from_any
from dems.db.transaction import DatabaseTransaction
from dems.model.acts import Act
from dems.model.ids import CaseId, GrantId, PersonId, new_id
from dems.model.people import CaseGrant, CaseRole, Clearance, OrganisationRole, Person, Wall, force_key, standing_of
from dems.model.permission import FINDINGS_ROLES, Answer, Subject, may
from tests.logbook import Logbook
from tests.model.people import acting

TODAY = date(2026, 11, 24)
NOW = datetime.combine(TODAY, time(12), UTC)
FORCES = (
    "Kent Police",
    "KENT  police",
    "Kent\u2011Police",
    "Avon-and-Somerset",
    "avon\u2013and\u2013somerset",
    None,
    None,
)
DAYS = [TODAY + n * timedelta(days=1) for n in (-9, -1, 0, 1, 9)]


class Somewhere:
    """People, cases, grants and walls, drawn with a seed."""

    def __init__(self, seed: int) -> None:
        draw = Random(seed)
        some = list(OrganisationRole)
        self.people = [
            Person(PersonId(new_id()), f"P{n}", f"{n}@dems.example", frozenset(draw.sample(some, n % 4)), draw.choice(FORCES))
            for n in range(24)
        ]  # fmt: skip
        self.cases = [CaseId(new_id()) for _ in range(12)]
        self.grants = [self._grant(draw) for _ in range(300)]
        self.walls = [self._wall(draw) for _ in range(30)]

    def _grant(self, draw: Random) -> CaseGrant:
        what = draw.choice([*CaseRole, *CaseRole, *Clearance])
        of, to = draw.choice(self.cases), draw.choice(self.people).id
        ends, ended = draw.choice([*DAYS, None, None]), draw.choice([NOW, None, None, None])
        return CaseGrant(GrantId(new_id()), of, to, what, draw.choice(DAYS), ends, NOW, ended)

    def _wall(self, draw: Random) -> Wall:
        force = draw.choice(FORCES)
        against = None if force else draw.choice(self.people).id
        lowered = draw.choice([NOW, None])
        return Wall(GrantId(new_id()), draw.choice(self.cases), against, force, "a relative", NOW, lowered)

    def rows(self) -> dict[Any, list[dict[str, Any]]]:
        return {
            tables.people: [
                {
                    "id": p.id,
                    "name": p.name,
                    "email": p.email,
                    "email_key": p.email,
                    "force": p.force,
                    "roles": sorted(p.roles),
                    "force_key": p.force and force_key(p.force),
                    "active": True,
                    "version": 1,
                    "added_at": NOW,
                }
                for p in self.people
            ],
            tables.cases: [
                {
                    "id": c,
                    "reference": str(c),
                    "title": "t",
                    "state": "open",
                    "themes": [],
                    "is_major": False,
                    "opened_by": self.people[0].id,
                    "opened_at": NOW,
                    "version": 1,
                }
                for c in self.cases
            ],
            tables.case_grants: [
                {
                    "id": g.id,
                    "case_id": g.case_id,
                    "person_id": g.person_id,
                    "name": g.name.value,
                    "kind": "role" if isinstance(g.name, CaseRole) else "clearance",
                    "starts_on": g.starts_on,
                    "ends_on": g.ends_on,
                    "granted_at": NOW,
                    "ended_at": g.ended_at,
                }
                for g in self.grants
            ],
            tables.case_walls: [
                {
                    "id": w.id,
                    "case_id": w.case_id,
                    "person_id": w.person_id,
                    "force": w.force,
                    "reason": "r",
                    "force_key": w.force and force_key(w.force),
                    "raised_at": NOW,
                    "lowered_at": w.lowered_at,
                }
                for w in self.walls
            ],
        }

    def walled(self, who: Person) -> set[UUID]:
        return {w.case_id for w in self.walls if w.stops(who)}

    def known(self, who: Person) -> set[UUID]:
        return {case for case in self.cases if self._may(who, case)}

    def holding(self, who: Person, roles: frozenset[CaseRole]) -> set[UUID]:
        return {case for case in self.cases if standing_of(who, self._of(case), [], TODAY).roles & roles}

    def _of(self, case: CaseId) -> list[CaseGrant]:
        return [g for g in self.grants if g.case_id == case]

    def _may(self, who: Person, case: CaseId) -> bool:
        walls = [w for w in self.walls if w.case_id == case]
        subject = Subject(standings={who.id: standing_of(who, self._of(case), walls, TODAY)})
        return may(acting(who), Act.CASE_READ, subject).answer is Answer.ALLOWED


@pytest.mark.parametrize("seed", range(3))
def test_queries_and_rule_agree_of_everybody_on_every_case(book: Logbook, seed: int) -> None:
    there = Somewhere(seed)
    with book.superuser.begin() as connection:
        for table, rows in there.rows().items():
            connection.execute(insert(table), rows)
    every, seen = select(tables.cases.c.id), 0
    with book.app.connect() as connection:
        tx = DatabaseTransaction(connection, lambda: NOW)
        for who in there.people:
            known, behind = there.known(who), there.walled(who)
            seen += len(known)
            assert set(connection.scalars(known_to(who, every, TODAY))) == known, who
            found = cases_known_to(tx, who, TODAY)
            assert (set(found), len(found)) == (known, len(known)), who
            assert set(connection.scalars(every.where(walled(who)))) == behind, who
            keys = [force_key(who.force)] if who.force else []
            people, forces = literal([who.id], ARRAY(Uuid)), literal(keys, tables.people.c.roles.type)
            from_any = every.where(walled_from_any(people, forces, tables.cases.c.id))
            assert set(connection.scalars(from_any)) == behind, who
            for roles in (FINDINGS_ROLES, frozenset(CaseRole), frozenset[CaseRole]()):
                holding = set(connection.scalars(every.where(holds(who, roles, TODAY))))
                assert holding == there.holding(who, roles), (who, roles)
        everybody = literal([p.id for p in there.people], ARRAY(Uuid))
        all_forces = literal([force_key(p.force) for p in there.people if p.force], tables.people.c.roles.type)
        from_any = every.where(walled_from_any(everybody, all_forces, tables.cases.c.id))
        assert set(connection.scalars(from_any)) == set[UUID]().union(*(there.walled(p) for p in there.people))
    assert 0 < seen < len(there.people) * len(there.cases)
