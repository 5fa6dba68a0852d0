"""Which cases somebody may know of: the rules of `dems.model.permission` as SQL."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Select, Text, Uuid, and_, any_, bindparam, exists, or_, select

from dems.db.repositories.base import Prepared, Runner, force_key_or_none
from dems.db.tables import case_grants, case_walls, cases
from dems.model.people import CaseRole, Person
from dems.model.permission import CASE_LIST_ROLES


def sees_every_case(viewer: Person) -> bool:
    """But those that a wall keeps from them."""
    return bool(viewer.roles & CASE_LIST_ROLES)


def walled(viewer: Person, of_case: ColumnElement[Any] = cases.c.id) -> ColumnElement[bool]:
    """Whether a wall keeps a case from somebody."""
    named = [case_walls.c.person_id == viewer.id]
    if viewer.force:
        named.append(case_walls.c.force_key == force_key_or_none(viewer.force))
    return _wall(of_case, *named)


def walled_from_any(
    people: ColumnElement[Any], forces: ColumnElement[Any], of_case: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether a wall keeps a case from any of several people, of whom these arrays hold ids and keys of forces."""
    return _wall(of_case, case_walls.c.person_id == any_(people), case_walls.c.force_key == any_(forces))


def _wall(of_case: ColumnElement[Any], *named: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(case_walls.c.case_id == of_case, case_walls.c.lowered_at.is_(None), or_(*named))


def known_to(viewer: Person, statement: Select[Any], today: date) -> Select[Any]:
    """The same rule as `may(…, CASE_READ, …)`, as SQL: not walled, and on the case or in a role that reads all."""
    statement = statement.where(~walled(viewer))
    if sees_every_case(viewer):
        return statement
    return statement.where(holds(viewer, viewer.case_roles, today))


def holds(viewer: Person, roles: Iterable[CaseRole], today: date) -> ColumnElement[bool]:
    """Whether a person holds one of these roles on the case, and in the organisation still."""
    names = [r.value for r in viewer.case_roles.intersection(roles)]
    return _granted(case_grants.c.person_id == viewer.id, case_grants.c.name.in_(names), today)


def _granted(
    to: ColumnElement[bool], what: ColumnElement[bool], today: "date | ColumnElement[date]"
) -> ColumnElement[bool]:
    grant = and_(
        case_grants.c.case_id == cases.c.id,
        to,
        case_grants.c.kind == "role",
        what,
        case_grants.c.ended_at.is_(None),
        case_grants.c.starts_on <= today,
        or_(case_grants.c.ends_on.is_(None), case_grants.c.ends_on >= today),
    )
    return exists().where(grant)


def _open_and_held() -> tuple[Prepared, Prepared]:
    """The cases that no wall keeps from somebody, and of those the ones on which they hold a role."""
    person, today = bindparam("person", type_=Uuid), bindparam("today", type_=Date)
    forces, roles = (bindparam(name, type_=ARRAY(Text)) for name in ("forces", "roles"))
    wall = _wall(cases.c.id, case_walls.c.person_id == person, case_walls.c.force_key == any_(forces))
    held = _granted(case_grants.c.person_id == person, case_grants.c.name == any_(roles), today)
    unwalled = select(cases.c.id).where(~wall)
    return Prepared(unwalled), Prepared(unwalled.where(held))


# Put into words once, for the feed, which asks it for each page.
_OPEN, _HELD = _open_and_held()


def cases_known_to(tx: Runner, viewer: Person, today: date) -> list[UUID]:
    """The ids of all cases that `known_to` lets through."""
    key = force_key_or_none(viewer.force)
    given = {"person": viewer.id, "forces": [key] if key else [], "roles": [r.value for r in viewer.case_roles]}
    return [case for (case,) in tx.read(_OPEN if sees_every_case(viewer) else _HELD, **given, today=today)]
